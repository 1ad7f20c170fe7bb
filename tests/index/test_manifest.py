"""A generation is opened only when every byte is as written."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from index import generation, manifest
from index.errors import (
    DamagedIndex,
    IncompatibleIndex,
)
from index.mapped import BLOCK, open_array
from tests.index.committing import commit, folder_of


@pytest.mark.parametrize("name", ["data.bin", "manifest.json"])
def test_every_flipped_bit_is_refused_by_name(tmp_path: Path, name: str) -> None:
    commit(tmp_path)
    folder = generation.current(tmp_path)
    generation.verify(folder)
    path = folder / name
    intact = path.read_bytes()
    blows = 0
    for position in range(len(intact)):
        flipped = bytearray(intact)
        flipped[position] ^= 1 << (position % 8)
        path.write_bytes(flipped)
        with pytest.raises(DamagedIndex, match=rf"{folder.name}/{name}\b"):
            generation.verify(folder)
        blows += 1
    path.write_bytes(intact)
    generation.verify(folder)
    assert blows == len(intact) > 0


@pytest.mark.parametrize("name", ["data.bin", "manifest.json"])
def test_every_truncation_is_refused_by_name(tmp_path: Path, name: str) -> None:
    commit(tmp_path)
    folder = generation.current(tmp_path)
    generation.verify(folder)
    intact = (folder / name).read_bytes()
    blows = 0
    for size in range(len(intact)):
        (folder / name).write_bytes(intact[:size])
        with pytest.raises(DamagedIndex, match=rf"{folder.name}/{name}\b"):
            generation.verify(folder)
        blows += 1
    assert blows == len(intact) > 0


@pytest.mark.parametrize("name", ["data.bin", "more.bin", "manifest.json"])
def test_a_file_of_another_generation_is_refused_by_name(tmp_path: Path, name: str) -> None:
    first, second = (folder_of(tmp_path, commit(tmp_path, content)) for content in (b"abc", b"xyz"))
    generation.verify(second)
    shutil.copyfile(first / name, second / name)
    with pytest.raises(DamagedIndex, match=second.name):
        generation.verify(second)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    commit(tmp_path)
    folder = generation.current(tmp_path)
    generation.verify(folder)
    (folder / "data.bin").unlink()
    with pytest.raises(DamagedIndex, match=r"data\.bin manque"):
        generation.verify(folder)


def test_a_file_that_nothing_vouches_for_is_refused_by_name(tmp_path: Path) -> None:
    commit(tmp_path)
    folder = generation.current(tmp_path)
    (folder / ".DS_Store").write_bytes(b"")  # made by a file manager, read by nobody here
    generation.verify(folder)
    (folder / "tokens.npy").write_bytes(b"")
    with pytest.raises(DamagedIndex, match=r"tokens\.npy n'est pas un fichier de cette génération"):
        generation.verify(folder)


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    commit(tmp_path)
    folder = generation.current(tmp_path)
    generation.verify(folder)
    (folder / "data.bin").unlink()
    (folder / "data.bin").mkdir()
    with pytest.raises(DamagedIndex, match=r"data\.bin est illisible \(c'est un dossier\)"):
        generation.verify(folder)


@pytest.mark.parametrize(("step", "remedy"), [(1, "lancez : sourcier build"), (-1, "mettez-la à jour")])
def test_another_format_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, remedy: str
) -> None:
    commit(tmp_path)
    folder = generation.current(tmp_path)
    generation.verify(folder)
    monkeypatch.setattr(manifest, "FORMAT", manifest.FORMAT + step)
    with pytest.raises(IncompatibleIndex, match=f"{folder.name} est au format .*{remedy}"):
        generation.verify(folder)


def _with_a_large_array(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A generation whose array is large, as 4 blocks count here, and whose other files are not."""
    monkeypatch.setattr(manifest, "LARGE", 4 * BLOCK)
    draft = generation.new_draft(home)
    np.save(draft / "tokens.npy", np.arange(10 * BLOCK, dtype=np.uint8).reshape(-1, 64))
    np.save(draft / "starts.npy", np.arange(8))
    (draft / "store.sqlite").write_bytes(bytes(10 * BLOCK))
    told = {"model": "m", "fingerprint": "f", "dimension": 3, "counts": {}, "level": {}, "vectors": {}}
    made = generation.prepare(draft, **told, texts=home)  # type: ignore[arg-type]
    return folder_of(home, made)


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_large_array_is_sealed_by_the_digests_of_its_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _with_a_large_array(tmp_path, monkeypatch)
    made = generation.verify(folder)
    assert sorted(made.files) == ["starts.npy", "store.sqlite", "tokens.npy", "tokens.npy.blocks"]
    assert made.files["tokens.npy"] == made.files["tokens.npy.blocks"]
    assert made.sizes == {name: (folder / name).stat().st_size for name in made.files}
    assert generation.verify_whole(folder) == made


def test_a_flipped_bit_of_a_large_array_is_refused_when_it_is_read_and_by_a_whole_verification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _with_a_large_array(tmp_path, monkeypatch)
    blows = 0
    for block in range(11):
        place = min(block * BLOCK + 1_000, (folder / "tokens.npy").stat().st_size - 1)
        _flip(folder / "tokens.npy", place)
        generation.verify(folder)
        row = (place - 128) // 64
        with pytest.raises(DamagedIndex, match=rf"{folder.name}/tokens\.npy"):
            open_array(folder / "tokens.npy")[row : row + 1]
        with pytest.raises(DamagedIndex, match=rf"{folder.name}/tokens\.npy : le sha256"):
            generation.verify_whole(folder)
        _flip(folder / "tokens.npy", place)
        blows += 1
    assert blows == 11
    generation.verify_whole(folder)
    assert open_array(folder / "tokens.npy")[:].shape == (10 * BLOCK // 64, 64)


@pytest.mark.parametrize("name", ["tokens.npy", "tokens.npy.blocks", "starts.npy", "store.sqlite"])
def test_a_truncated_or_replaced_file_beside_a_large_array_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = _with_a_large_array(tmp_path, monkeypatch)
    generation.verify(folder)
    intact = (folder / name).read_bytes()
    for content in (intact[:-1], b"", intact + b"x"):
        (folder / name).write_bytes(content)
        with pytest.raises(DamagedIndex, match=rf"{folder.name}/{name} : \d+ octets, {len(intact)} dans"):
            generation.verify(folder)
    (folder / name).unlink()
    with pytest.raises(DamagedIndex, match=rf"{name} manque"):
        generation.verify(folder)


@pytest.mark.parametrize("name", ["tokens.npy.blocks", "starts.npy", "store.sqlite"])
def test_a_flipped_bit_of_what_is_not_large_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = _with_a_large_array(tmp_path, monkeypatch)
    generation.verify(folder)
    _flip(folder / name, 50)
    with pytest.raises(DamagedIndex, match=rf"{folder.name}/{name} : le sha256"):
        generation.verify(folder)
