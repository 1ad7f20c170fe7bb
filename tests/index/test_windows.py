"""Windows of any size hold the same documents and passages, in the order of sources, no more than asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from corpus.changes import Changes
from corpus.documents import Extraction, Reason, Span
from corpus.reading.folder import Read
from corpus.reading.markdown import read_markdown
from index.readings import Readings
from index.store import DocumentRows
from index.texts import Gathered, cut
from index.windows import Window, stretch_of, windows
from tests.conftest import FakeEncoder

STARTS = FakeEncoder().token_starts
KEPT = (DocumentRows("d.md", "md", 4, 3), DocumentRows("b.md", "md", 0, 2))


def text(word: str, sections: int) -> str:
    """One passage a section."""
    parts = [f"## Partie {n}\n\nLe {word} {n} est libre." for n in range(sections)]
    return f"# Le {word}\n\n" + "\n\n".join(parts)


@pytest.fixture
def gathered() -> Iterator[Gathered]:
    """Two texts that stay, b and d; of those that were read, c has no passage and e has twenty."""
    with closing(Readings(None)) as readings:
        for source, content in {
            "e.md": text("lit", 20),
            "a.md": text("parc (P)", 2),
            "f.md": text("mur", 1),
        }.items():
            readings.add(Read(source, read_markdown(content.encode()), source, "md"))
        nothing = Extraction("Menu", furniture=((Span(0, 4), Reason.MENU),))
        readings.add(Read("c.md", nothing, "c.md", "md"))
        yield Gathered(KEPT, readings, (), (), 0, frozenset(), Changes())


def documents(found: list[Window]) -> list[str]:
    """All sources, as they come."""
    return [
        source
        for window in found
        for stretch in window.stretches
        for source in [*(d.id for d in stretch.kept), *(f.cut.document.id for f in stretch.fresh)]
    ]


def passages(found: list[Window]) -> list[str]:
    return [passage.id for window in found for _, passage in window.titled]


def test_documents_come_in_the_order_of_sources_and_passages_with_them(gathered: Gathered) -> None:
    (window,) = windows(gathered, STARTS)
    assert documents([window]) == ["a.md", "b.md", "c.md", "d.md", "e.md", "f.md"]
    assert [len(stretch.titled) for stretch in window.stretches] == [2, 0, 0, 0, 21]
    assert [bool(stretch.kept) for stretch in window.stretches] == [False, True, False, True, False]
    assert [passage.document_id for _, passage in window.titled] == ["a.md"] * 2 + ["e.md"] * 20 + ["f.md"]
    assert [title for title, _ in window.titled][::20] == ["Le parc (P)", "Le lit"]
    assert window.behind == 1.0


@pytest.mark.parametrize("size", [1, 2, 3, 7, 23, 24, 100])
def test_windows_of_any_size_hold_the_same_and_no_more_than_asked(gathered: Gathered, size: int) -> None:
    (whole,) = windows(gathered, STARTS)
    found = list(windows(gathered, STARTS, size=size))
    assert max(len(window.titled) for window in found) <= size
    assert [len(window.titled) for window in found[:-1]] == [size] * (len(found) - 1)
    assert (documents(found), passages(found)) == (documents([whole]), passages([whole]))
    assert [each.behind for each in found] == sorted(each.behind for each in found)
    assert (found[-1].behind, found[0].behind > 0) == (1.0, True)


@pytest.mark.parametrize("size", [1, 5, 100])
def test_what_is_found_in_passages_does_not_depend_on_their_window(gathered: Gathered, size: int) -> None:
    for window in windows(gathered, STARTS, size=size):
        for stretch in window.stretches:
            assert len(stretch.analyses.contents) == len(stretch.titled)
            for i, each in enumerate(stretch.titled):
                alone = stretch_of(titled=[each]).analyses
                assert stretch.analyses.contents[i].tolist() == alone.contents[0].tolist()
                assert stretch.analyses.likenesses[i].tolist() == alone.likenesses[0].tolist()
                for name in ("terms", "phrases"):
                    rows, row = getattr(stretch.analyses, name).rows, getattr(alone, name).rows
                    assert rows.part(i, i + 1).taken(np.array([0]))[0].tolist() == row.values.tolist()


def test_a_document_comes_once_with_what_it_defines(gathered: Gathered) -> None:
    defining = read_markdown("# G\n\nL'agence régionale de santé (ARS) décide.".encode())
    gathered.fresh.add(Read("g.md", defining, "g", "md"))
    for size in (1, 100):
        fresh = [each for w in windows(gathered, STARTS, size=size) for s in w.stretches for each in s.fresh]
        assert [len(each.cut.passages) for each in fresh] == [2, 0, 20, 1, 1]
        assert [[d.acronym for d in each.defined] for each in fresh] == [[], [], [], [], ["ARS"]]


def test_each_document_is_told_before_it_is_cut_and_may_be_the_last(gathered: Gathered) -> None:
    told = 0

    def pulse() -> None:
        nonlocal told
        told += 1
        if told == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(windows(gathered, STARTS, pulse))
    assert told == 3


def test_where_nothing_was_read_what_stays_is_one_stretch(gathered: Gathered) -> None:
    with closing(Readings(None)) as nothing:
        (window,) = windows(replace(gathered, fresh=nothing), STARTS)
        assert [stretch.kept for stretch in window.stretches] == [KEPT[::-1]]
        (empty,) = windows(replace(gathered, fresh=nothing, kept=()), STARTS)
        assert (empty.stretches, empty.behind) == ((), 1.0)


def test_texts_are_cut_with_the_lines_that_recur(gathered: Gathered) -> None:
    recurring = frozenset({"le lit 0 est libre."})
    (window,) = windows(replace(gathered, recurring=recurring), STARTS)
    fresh = gathered.fresh
    expected = [p.id for s in fresh.sources() for p in cut(fresh.get(s), STARTS, recurring).passages]
    assert passages([window]) == expected
    assert expected != passages(list(windows(gathered, STARTS)))
