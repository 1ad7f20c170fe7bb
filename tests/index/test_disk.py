"""What is written is whole, or an error says that it is not."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from index import disk
from tests.faults.strikes import door, refused

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


def _grow(path: Path) -> None:
    with closing(disk.ArrayFile(path, (), ARRAY.dtype)) as file:
        for first in range(0, 500, 70):
            disk.append(file, ARRAY[first : first + 70])
        file.finish()


def _new_file(path: Path) -> None:
    with disk.new_file(path) as write:
        for _ in range(8):
            write(bytes(516))


WRITERS = [_save_array, _write_bytes, _grow, _new_file]


@pytest.mark.parametrize("write", WRITERS)
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


@pytest.mark.parametrize("write", WRITERS)
def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, write: Callable[[Path], None]) -> None:
    (tmp_path / "there").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        write(tmp_path / "there")
    assert (tmp_path / "there").read_bytes() == b"old"
    write(tmp_path / "new")
    assert (tmp_path / "new").stat().st_size == 4128


@pytest.mark.parametrize(
    ("width", "dtype"),
    [((), np.uint64), ((3,), np.float16), ((2, 5), np.int32), ((0,), np.uint8), ((), bool)],
)
@pytest.mark.parametrize("parts", [[], [0], [4], [1, 0, 250, 3]])
def test_an_array_that_grew_has_the_bytes_of_one_saved_whole(
    tmp_path: Path, width: tuple[int, ...], dtype: type, parts: list[int]
) -> None:
    whole = np.random.default_rng(3).integers(0, 2, (sum(parts), *width)).astype(dtype)
    disk.save_array(tmp_path / "whole", whole)
    with closing(disk.ArrayFile(tmp_path / "grown", width, dtype)) as file:
        for rows in parts:
            disk.append(file, whole[file.rows : file.rows + rows])
            assert np.array_equal(file.mapped(), whole[: file.rows])
        file.finish()
        assert (tmp_path / "grown").read_bytes() == (tmp_path / "whole").read_bytes()
        assert np.array_equal(file.mapped(), whole)
        assert file.mapped().dtype == whole.dtype


def test_rows_in_any_order_and_of_any_type_are_written_as_they_are_read(tmp_path: Path) -> None:
    rows = np.asfortranarray(np.arange(12.0).reshape(4, 3))[::-1]
    with closing(disk.ArrayFile(tmp_path / "a.npy", (3,), np.float16)) as file:
        disk.append(file, rows)
        file.finish()
    assert np.load(tmp_path / "a.npy").tolist() == rows.tolist()


def test_a_file_that_is_let_go_of_holds_no_array(tmp_path: Path) -> None:
    with closing(disk.ArrayFile(tmp_path / "a.npy", (3,), np.float16)) as file:
        disk.append(file, np.ones((2, 3)))
    assert np.load(tmp_path / "a.npy").shape == (0, 3)


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


def test_parts_make_the_file_of_the_whole(tmp_path: Path) -> None:
    whole = np.arange(60, dtype=np.float32).reshape(20, 3)
    disk.save_array(tmp_path / "whole.npy", whole)
    with disk.array_writer(tmp_path / "parts.npy", whole.dtype, *whole.shape) as write:
        for part in (whole[:7], whole[7:7], np.asfortranarray(whole[7:])):
            write(part)
    assert (tmp_path / "parts.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()
    with pytest.raises(FileExistsError), disk.array_writer(tmp_path / "parts.npy", whole.dtype, 20, 3):
        raise AssertionError


def test_each_part_and_the_end_go_through_the_door(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        with disk.array_writer(path, ARRAY.dtype, len(ARRAY)) as part:
            part(ARRAY[:7])
            part(ARRAY[7:])

    with door(refused, -1) as calls:
        write(tmp_path / "whole")
    assert calls.calls == ["append", "append", "finish"]
    for at in range(3):
        with door(refused, at), pytest.raises(OSError, match="No space left"):
            write(tmp_path / str(at))


def test_a_new_file_has_the_bytes_that_it_was_given(tmp_path: Path) -> None:
    with disk.new_file(tmp_path / "new") as write:
        write(b"ab")
        write(b"")
        write(b"c")
    assert (tmp_path / "new").read_bytes() == b"abc"


def test_parts_that_are_not_as_long_as_the_whole_are_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match=r"short\.npy: 2 rows written of 3"),
        disk.array_writer(tmp_path / "short.npy", np.dtype(np.int32), 3) as write,
    ):
        write(np.zeros(2, np.int32))
