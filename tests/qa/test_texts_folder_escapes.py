"""Hostile names and links: nothing outside the folder of texts is written, made or removed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa.open_folders import UnknownText
from qa.text_names import BadName
from qa.texts_folder import TEMPORARY, FolderChanged, UnwritableTexts, delete_text, write_text
from tests.links import SHAPES, outside_of, snapshot
from tests.qa.hostile_names import HOSTILE_NAMES
from tests.qa.writing import NEW, OLD


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "textes"
    (folder / "dossier").mkdir(parents=True)
    (folder / "dossier" / "a.md").write_bytes(OLD)
    return folder


def entries(texts: Path) -> list[str]:
    return sorted(p.relative_to(texts).as_posix() for p in texts.rglob("*"))


def put(texts: Path, source: str) -> bool:
    return write_text(texts, source, [NEW], 2**20).created


def test_hostile_names_touch_nothing(texts: Path) -> None:
    outside, inside = outside_of(texts), entries(texts)
    before, refused = snapshot(texts.parent), 0
    for name in HOSTILE_NAMES:
        for change in (put, delete_text):
            with pytest.raises(BadName):
                change(texts, name)
            refused += 1
            assert snapshot(texts.parent) == before
    assert refused == 2 * len(HOSTILE_NAMES) >= 60
    assert put(texts, "dossier/b.md")
    assert entries(texts) == sorted([*inside, "dossier/b.md"])
    assert outside.is_dir()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("change", [put, delete_text])
def test_no_link_is_followed(texts: Path, shape: str, change: Callable[[Path, str], object]) -> None:
    outside = outside_of(texts)
    source = SHAPES[shape](texts, outside)
    before = snapshot(texts.parent)
    with pytest.raises(BadName, match="lien"):
        change(texts, source)
    assert snapshot(texts.parent) == before


def test_a_link_planted_under_the_temporary_name_is_not_written_through(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = outside_of(texts)
    monkeypatch.setattr(secrets, "token_hex", lambda size: "deviné")
    (texts / f"{TEMPORARY}deviné").symlink_to(outside / "secret.md")
    before = snapshot(outside)
    with pytest.raises(UnwritableTexts):
        put(texts, "a.md")
    assert snapshot(outside) == before
    assert not (texts / "a.md").exists()
    (texts / f"{TEMPORARY}deviné").unlink()
    assert put(texts, "a.md")


def meanwhile(act: Callable[[], object]) -> Iterator[bytes]:
    """The bytes of a text, while whose arrival something is done to the folder."""
    yield NEW[:5]
    act()
    yield NEW[5:]


def test_a_link_planted_under_the_final_name_is_replaced_and_not_followed(texts: Path) -> None:
    outside = outside_of(texts)
    before = snapshot(outside)
    target = texts / "b.md"
    write_text(texts, "b.md", meanwhile(lambda: target.symlink_to(outside / "secret.md")), 2**20)
    assert (target.is_symlink(), target.read_bytes()) == (False, NEW)
    assert snapshot(outside) == before


def test_a_folder_made_under_the_final_name_is_not_replaced(texts: Path) -> None:
    with pytest.raises(UnwritableTexts):
        write_text(texts, "b.md", meanwhile((texts / "b.md").mkdir), 2**20)
    assert entries(texts) == ["b.md", "dossier", "dossier/a.md"]


def test_a_temporary_file_swapped_for_a_link_is_noticed(texts: Path) -> None:
    outside = outside_of(texts)
    before = snapshot(outside)

    def swap() -> None:
        (temporary,) = texts.glob(f"{TEMPORARY}*")
        temporary.unlink()
        temporary.symlink_to(outside / "secret.md")

    with pytest.raises(FolderChanged, match="recommencez"):
        write_text(texts, "b.md", meanwhile(swap), 2**20)
    assert entries(texts) == ["dossier", "dossier/a.md"]
    assert snapshot(outside) == before


@pytest.mark.parametrize("to", ["textes/ailleurs", "dehors"], ids=["inside", "outside"])
def test_a_parent_swapped_for_a_link_is_noticed(texts: Path, to: str) -> None:
    outside = outside_of(texts)
    before = snapshot(outside)
    moved = texts.parent / to

    def swap() -> None:
        (texts / "dossier").rename(moved)
        (texts / "dossier").symlink_to(outside)

    with pytest.raises(FolderChanged, match="recommencez"):
        write_text(texts, "dossier/secret.md", meanwhile(swap), 2**20)
    assert snapshot(outside) == before
    assert os.listdir(moved) == ["a.md"]  # noqa: PTH208
    (texts / "dossier").unlink()
    assert (moved / "a.md").read_bytes() == OLD


def test_a_parent_that_goes_away_is_noticed(texts: Path) -> None:
    with pytest.raises(FolderChanged):
        write_text(texts, "dossier/b.md", meanwhile(lambda: (texts / "dossier").rename(texts / "d")), 2**20)
    assert entries(texts) == ["d", "d/a.md"]


@pytest.mark.parametrize("change", [put, delete_text])
def test_a_pipe_or_a_folder_is_neither_replaced_nor_removed(
    texts: Path, change: Callable[[Path, str], object]
) -> None:
    os.mkfifo(texts / "tube.md")
    (texts / "dossier.md").mkdir()
    before = snapshot(texts)
    for source in ("tube.md", "dossier.md"):
        with pytest.raises(BadName, match="choisissez-en un autre"):
            change(texts, source)
    with pytest.raises(BadName, match="un lien ou un fichier"):
        change(texts, "dossier/a.md/b.md")
    assert snapshot(texts) == before
    with pytest.raises(UnknownText):
        delete_text(texts, "b.md")
