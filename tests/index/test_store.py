"""The store gives back what was written, to the character."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.documents import CutDocument, Document, Fact, Page, Passage, Reason, SetAside, Span, Unread
from corpus.glossary import Definition, Meaning
from index.store import DocumentRows, Store, write_store

TEXT = "Titre\n\nUn œuf 😀 cassé. Fin.\n\nMenu\r\nÉté\u00a0: oui."


def _passage(start: int, end: int, sentences: tuple[Span, ...]) -> Passage:
    return Passage(f"é/a.pdf#{start}-{end}", "é/a.pdf", start, end, TEXT[start:end], ("Titre",), sentences)


FIRST = _passage(7, 29, (Span(7, 24), Span(25, 29)))
SECOND = _passage(37, 47, (Span(37, 47),))
DOCUMENT = Document(
    "é/a.pdf", "Titre", TEXT, "0" * 64, "pdf", (Page(1, 0), Page(2, 31)), (Fact("author", "A. Roy"),)
)
CUT = CutDocument(DOCUMENT, (FIRST, SECOND), (SetAside("é/a.pdf", 31, 35, Reason.MENU),))


GLOSSARY = [
    Meaning("AB", "autre bout", (Definition("é/a.pdf", 7, 9, 7, 24), Definition("é/a.pdf", 37, 40, 37, 47))),
    Meaning("AB", "avant-bras", (Definition("é/a.pdf", 10, 13, 7, 24),)),
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    write_store(tmp_path / "store.sqlite", [CUT], GLOSSARY, [Unread("b.pdf", "chiffré", failed=True)])
    return Store(tmp_path / "store.sqlite")


def test_a_document_comes_back_equal(store: Store) -> None:
    assert store.document("é/a.pdf") == DOCUMENT
    assert store.document("a.pdf") is None


def test_passages_come_in_the_order_asked_with_their_page_and_sentences(store: Store) -> None:
    second, first = store.passages([1, 0])
    assert (second.passage, second.page, second.first_sentence) == (SECOND, 2, 2)
    assert (first.passage, first.page, first.first_sentence) == (FIRST, 1, 0)


def test_no_rows_give_no_passages(store: Store) -> None:
    assert store.passages([]) == []


def test_the_passages_and_set_aside_spans_of_a_document_come_in_order(store: Store) -> None:
    assert store.passages_of("é/a.pdf") == [FIRST, SECOND]
    assert store.set_aside_of("é/a.pdf") == list(CUT.set_aside)


def test_the_glossary_comes_back_equal(store: Store) -> None:
    assert store.glossary() == GLOSSARY


@pytest.mark.parametrize(("offset", "row"), [(7, 0), (28, 0), (29, None), (31, None), (37, 1), (46, 1)])
def test_the_passage_at_an_offset_is_found(store: Store, offset: int, row: int | None) -> None:
    assert store.row_at("é/a.pdf", offset) == row
    assert store.row_at("autre.pdf", offset) is None


def test_files_that_were_not_read_are_told(store: Store) -> None:
    assert store.unread() == [Unread("b.pdf", "chiffré", failed=True)]


def test_the_rows_of_each_document_are_told(tmp_path: Path) -> None:
    other = Document("z.md", "Z", "Oui.", "0" * 64, "md")
    passages = (Passage("z.md#0-4", "z.md", 0, 4, "Oui.", (), (Span(0, 4),)),)
    empty = CutDocument(Document("m.md", "M", "", "0" * 64, "md"), (), ())
    path = tmp_path / "several.sqlite"
    write_store(path, [CutDocument(other, passages, ()), empty, CUT], [], [])
    assert Store(path).document_rows() == [
        DocumentRows("z.md", "md", 0, 1),
        DocumentRows("é/a.pdf", "pdf", 1, 2),
    ]


def test_a_summary_counts_code_points(store: Store) -> None:
    (summary,) = store.summaries()
    assert (summary.id, summary.characters, summary.passages) == ("é/a.pdf", len(TEXT), 2)
