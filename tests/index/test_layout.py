"""Every passage has its row, in the order of the sources, whatever order the documents came in."""

from __future__ import annotations

import numpy as np
import pytest

from index.layout import Layout
from index.store import DocumentRows


def kept(source: str, first_row: int, passages: int) -> DocumentRows:
    return DocumentRows(source, "txt", first_row, passages)


def test_kept_and_fresh_documents_follow_one_another() -> None:
    a, c = kept("a.md", 4, 2), kept("c.md", 0, 1)
    layout = Layout()
    layout.keep(a)
    assert layout.add("b.md", 3) == 2
    layout.keep(c)
    assert layout.add("d.md", 1) == 6
    assert layout.kept == [(a, 0), (c, 5)]
    assert layout.documents.tolist() == [0, 0, 1, 1, 1, 2, 3]
    assert (layout.rows, layout.document_count) == (7, 4)
    assert layout.documents.dtype == np.dtype(np.int32)


def test_of_nothing_there_are_no_rows() -> None:
    layout = Layout()
    assert (layout.kept, layout.rows, layout.document_count) == ([], 0, 0)
    assert (layout.documents.tolist(), layout.documents.dtype) == ([], np.dtype(np.int32))


def test_a_document_without_passages_has_a_number_and_no_row() -> None:
    empty = kept("b.md", 1, 0)
    layout = Layout()
    layout.keep(kept("a.md", 0, 1))
    layout.keep(empty)
    assert (layout.add("c.md", 0), layout.add("d.md", 1)) == (1, 1)
    assert layout.kept[1] == (empty, 1)
    assert layout.documents.tolist() == [0, 3]


@pytest.mark.parametrize("second", ["a.md", "Z.md", "a b.md"])
def test_a_document_out_of_the_order_of_sources_is_refused(second: str) -> None:
    layout = Layout()
    layout.add("a.md", 1)
    with pytest.raises(ValueError, match=r"comes after a\.md"):
        layout.add(second, 1)
