"""No link leads the reader out of the folder of texts, not even one planted while it reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.documents import Unread
from corpus.reading.folder import Read, list_files, read_files
from tests.links import SECRET, SHAPES, outside_of, snapshot

GOOD = "Le médecin de garde répond."


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "textes"
    (folder / "dossier").mkdir(parents=True)
    (folder / "bon.md").write_text(GOOD, "utf-8")
    (folder / "dossier" / "secret.md").write_text(GOOD, "utf-8")
    return folder


def reading(texts: Path, meanwhile: Callable[[], object] = lambda: None) -> tuple[dict[str, str], list[str]]:
    """Source → what is read, and the sources of what is not; `meanwhile`: between listing and reading."""
    sources, left = list_files(texts)
    meanwhile()
    found = list(read_files(texts, sources))
    read = {r.source: r.extraction.text for r in found if isinstance(r, Read)}
    return read, sorted(u.source for u in [*left, *found] if isinstance(u, Unread))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_link_out_is_named_and_nothing_outside_is_read(texts: Path, shape: str) -> None:
    intact = {"bon.md": GOOD, "dossier/secret.md": GOOD}
    assert reading(texts) == (intact, [])
    outside = outside_of(texts)
    SHAPES[shape](texts, outside)
    links = sorted(path.name for path in texts.iterdir() if path.is_symlink())
    before = snapshot(texts.parent)
    assert reading(texts) == (intact, links)
    assert len(links) >= 1
    assert snapshot(texts.parent) == before


def test_every_shape_of_link_at_once_is_named(texts: Path) -> None:
    outside = outside_of(texts)
    for number, plant in enumerate(SHAPES.values()):
        folder = texts / f"n{number}"
        folder.mkdir()
        # The relative ones lead nowhere from here: they are broken, and named as such.
        plant(folder, outside)
    read, left = reading(texts)
    assert read == {"bon.md": GOOD, "dossier/secret.md": GOOD}
    assert len(left) >= len(SHAPES) >= 5
    assert {source.split("/")[0] for source in left} == {f"n{n}" for n in range(len(SHAPES))}


def test_a_text_swapped_for_a_link_after_the_listing_is_not_followed(texts: Path) -> None:
    outside = outside_of(texts)

    def swap() -> None:
        (texts / "dossier" / "secret.md").unlink()
        (texts / "dossier" / "secret.md").symlink_to(outside / "secret.md")

    read, left = reading(texts, swap)
    assert (read, left) == ({"bon.md": GOOD}, ["dossier/secret.md"])


def test_a_parent_swapped_for_a_link_after_the_listing_is_not_followed(texts: Path) -> None:
    outside = outside_of(texts)

    def swap() -> None:
        (texts / "dossier").rename(texts / "ailleurs")
        (texts / "dossier").symlink_to(outside)

    read, left = reading(texts, swap)
    assert SECRET not in read.values()
    assert (read, left) == ({"bon.md": GOOD}, ["dossier/secret.md"])
