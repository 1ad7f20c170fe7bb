"""A text that was read comes back as it was, whatever it says, from memory or from the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import index.readings as module
from corpus.cleaning import edge_lines
from corpus.documents import Extraction, Fact, Heading, Page, Reason, Span
from corpus.reading.folder import Read
from index.readings import Readings
from index.spill import Spill

READ = {
    "a.pdf": Extraction(
        "Titre\n\nUn œuf 😀 cassé.\r\nÉté\u00a0: oui.",
        "Titre",
        (Heading(0, 5, 1, "Titre"),),
        (Page(1, 0), Page(2, 7)),
        ((Span(24, 27), Reason.MENU),),
        (Fact("author", "A. Roy"),),
    ),
    "b.txt": Extraction("Rien de plus.\nPied de page\nFin"),
    "vide.md": Extraction("…", headings=()),
    "à moitié.html": Extraction("une moitié \ud83d de paire"),
}


@pytest.fixture(params=["in memory", "on the disk"])
def readings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Readings]:
    if request.param == "on the disk":
        monkeypatch.setattr(module, "Spill", lambda folder, prefix: Spill(folder, prefix, in_memory=1))
    with closing(Readings(tmp_path)) as found:
        for source in sorted(READ, reverse=True):
            found.add(Read(source, READ[source], source * 2, source.rpartition(".")[2]))
        yield found


def test_a_text_comes_back_as_it_was(readings: Readings) -> None:
    assert len(readings) == 4
    for source, extraction in READ.items():
        assert readings.get(source) == Read(source, extraction, source * 2, source.rpartition(".")[2])


def test_texts_are_told_in_the_order_of_their_sources(readings: Readings) -> None:
    assert readings.sources() == sorted(READ)


def test_a_longer_text_is_larger(readings: Readings) -> None:
    assert readings.size("a.pdf") > readings.size("b.txt") > readings.size("vide.md") > 0


def test_the_edges_of_all_are_given_at_each_turn(readings: Readings) -> None:
    expected = {edge_lines(extraction.text) for extraction in READ.values()}
    assert frozenset({"pied de page", "fin"}) in expected
    for _ in range(2):
        assert set(readings.edges()) == expected


def test_no_file_is_left_nor_ever_named(readings: Readings, tmp_path: Path) -> None:
    assert list(tmp_path.iterdir()) == []
    readings.close()
    assert list(tmp_path.iterdir()) == []
