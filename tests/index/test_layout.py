"""Every passage has its row, in the order of the sources, whatever order the documents came in."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import CutDocument, Document, Passage, Span
from index.layout import Layout, lay_out
from index.store import DocumentRows


def kept(source: str, first_row: int, passages: int) -> DocumentRows:
    return DocumentRows(source, "txt", first_row, passages)


def cut(source: str, passages: int) -> CutDocument:
    document = Document(source, source, "x" * passages, "0", "txt")
    return CutDocument(
        document,
        tuple(
            Passage(f"{source}#{i}", source, i, i + 1, "x", (), (Span(i, i + 1),)) for i in range(passages)
        ),
        (),
    )


def test_kept_and_fresh_documents_follow_one_another_by_source() -> None:
    a, b, c, d = kept("a.md", 4, 2), cut("b.md", 3), kept("c.md", 0, 1), cut("d.md", 1)
    found = lay_out([c, a], [d, b])
    assert found.kept == ((a, 0), (c, 5))
    assert found.fresh == ((b, 2), (d, 6))
    # The i-th passage of the fresh documents as they are laid out, not as they were given.
    assert found.origin.tolist() == [4, 5, ~0, ~1, ~2, 0, ~3]
    assert found.documents.tolist() == [0, 0, 1, 1, 1, 2, 3]
    assert found.rows == 7
    assert (found.origin.dtype, found.documents.dtype) == (np.dtype(np.int64), np.dtype(np.int32))


def test_of_nothing_there_are_no_rows() -> None:
    found = lay_out((), ())
    assert (found.kept, found.fresh, found.rows) == ((), (), 0)
    assert (found.origin.tolist(), found.documents.tolist()) == ([], [])
    assert (found.origin.dtype, found.documents.dtype) == (np.dtype(np.int64), np.dtype(np.int32))


def test_one_document_alone_is_laid_out() -> None:
    assert lay_out([kept("a.md", 7, 2)], ()).origin.tolist() == [7, 8]
    assert lay_out((), [cut("a.md", 2)]).origin.tolist() == [~0, ~1]


def test_when_everything_is_kept_each_row_is_its_own_origin() -> None:
    found = lay_out([kept("b.md", 2, 1), kept("a.md", 0, 2), kept("c.md", 3, 2)], ())
    assert found.origin.tolist() == [0, 1, 2, 3, 4]
    assert found.documents.tolist() == [0, 0, 1, 2, 2]


def test_a_document_without_passages_has_a_number_and_no_row() -> None:
    empty, bare = kept("b.md", 1, 0), cut("c.md", 0)
    found = lay_out([kept("a.md", 0, 1), empty], [bare, cut("d.md", 1)])
    assert (found.kept[1], found.fresh[0]) == ((empty, 1), (bare, 1))
    assert found.origin.tolist() == [0, ~0]
    assert found.documents.tolist() == [0, 3]


def test_sources_are_in_the_order_of_their_characters_as_the_store_has_them() -> None:
    sources = ["Z.md", "a b.md", "a/z.md", "a.md", "é.md", "e\u0301.md", "œ.md", "𝒜.md"]
    found = lay_out((), [cut(source, 1) for source in reversed(sources)])
    laid = [c.document.id for c, _ in found.fresh]
    assert laid == sorted(sources) == sorted(sources, key=lambda s: s.encode())


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data())
def test_after_any_change_the_rows_are_those_of_a_build_from_nothing(data: st.DataObject) -> None:
    counts = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3), max_size=6)
    before, after = data.draw(counts), data.draw(counts)
    fresh = {s for s in after if after[s] != before.get(s) or data.draw(st.booleans())}
    first = lay_out((), [cut(s, n) for s, n in before.items()])
    rows = {c.document.id: kept(c.document.id, row, len(c.passages)) for c, row in first.fresh}
    stay = data.draw(st.permutations([rows[s] for s in after if s not in fresh]))
    come = data.draw(st.permutations([cut(s, after[s]) for s in fresh]))
    found = lay_out(stay, come)
    nothing = lay_out((), [cut(s, n) for s, n in after.items()])
    assert contents(found, contents_of(first)) == contents_of(nothing)
    assert found.documents.tolist() == nothing.documents.tolist()
    starts = dict([(d.id, row) for d, row in found.kept] + [(c.document.id, row) for c, row in found.fresh])
    assert starts == {c.document.id: row for c, row in nothing.fresh}


def contents_of(layout: Layout) -> list[str]:
    """What stands in each row of a layout of fresh documents alone."""
    return contents(layout, [])


def contents(layout: Layout, before: list[str]) -> list[str]:
    """What stands in each row, given what stood in the rows before."""
    new = [p.id for c, _ in layout.fresh for p in c.passages]
    return [before[row] if row >= 0 else new[~row] for row in layout.origin]
