"""A generation is committed whole, and opened only when every byte is as written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index import generation
from index.errors import DamagedIndex, IncompatibleIndex, NoIndex
from index.generation import KEPT, Manifest

LEVEL = {"cosine": 0.8, "late": 0.25}


def _commit(home: Path, content: bytes = b"abc") -> Manifest:
    draft = generation.new_draft(home)
    (draft / "data.bin").write_bytes(content)
    return generation.commit(
        draft, model="m", fingerprint="f", dimension=3, counts={"passages": 1}, level=LEVEL
    )


def test_a_commit_is_what_is_opened(tmp_path: Path) -> None:
    manifest = _commit(tmp_path)
    folder = generation.current(tmp_path)
    assert folder.name == manifest.generation
    assert generation.verify(folder) == manifest
    assert (folder / "data.bin").read_bytes() == b"abc"


def test_without_a_build_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="sourcier build"):
        generation.current(tmp_path)


def test_a_draft_that_is_discarded_leaves_the_served_generation(tmp_path: Path) -> None:
    manifest = _commit(tmp_path)
    draft = generation.new_draft(tmp_path)
    generation.discard(draft)
    assert not draft.exists()
    assert generation.current(tmp_path).name == manifest.generation


@pytest.mark.parametrize("name", ["data.bin", "manifest.json"])
def test_every_flipped_bit_is_refused_by_name(tmp_path: Path, name: str) -> None:
    _commit(tmp_path)
    folder = generation.current(tmp_path)
    generation.verify(folder)
    path = folder / name
    intact = path.read_bytes()
    blows = 0
    for position in range(len(intact)):
        flipped = bytearray(intact)
        flipped[position] ^= 1 << (position % 8)
        path.write_bytes(flipped)
        # A flipped digit of the format number, or a changed name of a file, has its own sentence.
        with pytest.raises((DamagedIndex, IncompatibleIndex), match=folder.name):
            generation.verify(folder)
        blows += 1
    path.write_bytes(intact)
    generation.verify(folder)
    assert blows == len(intact) > 0


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    _commit(tmp_path)
    folder = generation.current(tmp_path)
    (folder / "data.bin").unlink()
    with pytest.raises(DamagedIndex, match=r"data\.bin manque"):
        generation.verify(folder)


def test_files_of_another_generation_are_refused(tmp_path: Path) -> None:
    _commit(tmp_path)
    first = generation.current(tmp_path)
    _commit(tmp_path, b"xyz")
    second = generation.current(tmp_path)
    (second / "manifest.json").write_bytes((first / "manifest.json").read_bytes())
    with pytest.raises(DamagedIndex, match=first.name):
        generation.verify(second)


def test_another_format_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _commit(tmp_path)
    monkeypatch.setattr(generation, "FORMAT", generation.FORMAT + 1)
    with pytest.raises(IncompatibleIndex, match="sourcier build"):
        generation.verify(generation.current(tmp_path))


@pytest.mark.parametrize("content", ["", "../../etc", "g-absent", "\x00", "g-x\ng-y"])
def test_a_pointer_to_nothing_is_refused(tmp_path: Path, content: str) -> None:
    _commit(tmp_path)
    (tmp_path / "index" / "CURRENT").write_text(content)
    with pytest.raises(DamagedIndex, match="CURRENT"):
        generation.current(tmp_path)


def test_only_the_last_generations_are_kept_and_the_served_one_among_them(tmp_path: Path) -> None:
    for content in range(KEPT + 2):
        _commit(tmp_path, bytes([content]))
    folders = [p for p in (tmp_path / "index").iterdir() if p.is_dir()]
    assert len(folders) == KEPT
    assert generation.current(tmp_path) in folders


def test_the_manifest_is_plain_json(tmp_path: Path) -> None:
    manifest = _commit(tmp_path)
    body = json.loads((generation.current(tmp_path) / "manifest.json").read_text("utf-8"))
    assert body["files"] == manifest.files
    assert body["counts"] == {"passages": 1}
    assert body["level"] == LEVEL
