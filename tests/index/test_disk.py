"""What is written is whole, or an error says that it is not."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from index import disk

ARRAY = np.arange(500)  # 4,128 bytes on the disk, its header included


@contextmanager
def _files_limited_to(size: int) -> Iterator[None]:
    """A disk that takes the first `size` bytes of a file: what is beyond is first written short."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _save_array(path: Path) -> None:
    disk.save_array(path, ARRAY)


def _write_bytes(path: Path) -> None:
    disk.write_bytes(path, memoryview(bytes(4128)))


@pytest.mark.parametrize("write", [_save_array, _write_bytes])
def test_a_file_cut_short_at_any_size_is_an_error(tmp_path: Path, write: Callable[[Path], None]) -> None:
    with _files_limited_to(4128):
        write(tmp_path / "whole")
    assert (tmp_path / "whole").stat().st_size == 4128
    blows = 0
    for size in range(0, 4128, 129):
        path = tmp_path / str(size)
        with _files_limited_to(size), pytest.raises(OSError, match="File too large"):
            write(path)
        assert path.stat().st_size == size
        blows += 1
    assert blows == 32


def test_an_array_comes_back_as_it_was(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.float16).reshape(3, 4)
    disk.save_array(tmp_path / "a.npy", array)
    found = np.load(tmp_path / "a.npy", allow_pickle=False)
    assert (found.dtype, found.tolist()) == (array.dtype, array.tolist())


def test_objects_are_never_pickled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        disk.save_array(tmp_path / "a.npy", np.array([object()]))


@pytest.mark.parametrize("write", [_save_array, _write_bytes])
def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, write: Callable[[Path], None]) -> None:
    (tmp_path / "there").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        write(tmp_path / "there")
    assert (tmp_path / "there").read_bytes() == b"old"
    write(tmp_path / "new")
    assert (tmp_path / "new").stat().st_size == 4128


def test_folders_that_are_made_are_named_durably_in_those_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(disk, "sync", synced.append)
    disk.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert synced == [tmp_path, tmp_path / "a"]
    disk.make_folder(tmp_path / "a" / "b")
    assert len(synced) == 2


def test_a_file_where_a_folder_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(OSError, match="a"):
        disk.make_folder(tmp_path / "a" / "b")


def test_renaming_and_replacing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    disk.rename(tmp_path / "folder", tmp_path / "renamed")
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "new").write_bytes(b"new")
    disk.replace(tmp_path / "new", tmp_path / "old")
    disk.sync(tmp_path / "old")
    disk.sync(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old", "renamed"]
    assert (tmp_path / "old").read_bytes() == b"new"
    with pytest.raises(FileNotFoundError):
        disk.sync(tmp_path / "absent")
