"""A generation is opened only when every byte is as written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index import generation, manifest
from index.errors import (
    DamagedIndex,
    IncompatibleIndex,
)
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
