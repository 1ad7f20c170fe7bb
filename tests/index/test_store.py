"""The store gives back what was written, to the character."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from corpus.cleaning import edge_lines
from corpus.documents import CutDocument, Document, Fact, Page, Passage, Reason, SetAside, Span, Unread
from corpus.glossary import mined
from corpus.reading.survey import FileState, Stamp, Survey
from index import store as store_module
from index.layout import Layout
from index.store import DocumentRows, Store
from index.store_writing import StoreWriter
from tests.corpus.support import cut, mine

TEXT = "Titre\n\nUn œuf 😀 cassé. Fin.\n\nMenu\r\nÉté\u00a0: oui."


def _passage(start: int, end: int, sentences: tuple[Span, ...]) -> Passage:
    return Passage(f"é/a.pdf#{start}-{end}", "é/a.pdf", start, end, TEXT[start:end], ("Titre",), sentences)


FIRST = _passage(7, 29, (Span(7, 24), Span(25, 29)))
SECOND = _passage(37, 47, (Span(37, 47),))
DOCUMENT = Document(
    "é/a.pdf", "Titre", TEXT, "0" * 64, "pdf", (Page(1, 0), Page(2, 31)), (Fact("author", "A. Roy"),)
)
CUT = CutDocument(DOCUMENT, (FIRST, SECOND), (SetAside("é/a.pdf", 31, 35, Reason.MENU),))


STATE = FileState("é/a.pdf", Stamp(12, 1, 2, 3), "0" * 64)


def written(path: Path, *cuts: CutDocument) -> Store:
    """A store of these documents, nothing taken over."""
    layout = Layout()
    with closing(StoreWriter(path)) as writer:
        for each in sorted(cuts, key=lambda cut: cut.document.id):
            writer.add(each, mined(each), layout.add(each.document.id, len(each.passages)))
        writer.finish(
            (),
            None,
            unread=[Unread("b.pdf", "chiffré", failed=True)],
            files=[STATE],
            facts={"recipe": "r", "begun_ns": "7"},
        )
    return Store(path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return written(tmp_path / "store.sqlite", CUT)


def test_passages_of_odd_characters_come_back_in_the_order_asked(tmp_path: Path) -> None:
    text = 'A\x00b \x1f "\\" \u2028 \ufeff[1]\n{"a": 1} 😀\x7f\ufffe'
    spans = [(0, 3), (4, 11), (12, len(text))]
    passages = tuple(
        Passage(f"a#{start}", "a", start, end, text[start:end], ('"', "\x00"), (Span(start, end),))
        for start, end in spans
    )
    odd = CutDocument(Document("a", "[\x00]", text, "0" * 64, "txt", (), ()), passages, ())
    found = written(tmp_path / "odd.sqlite", odd).passages([2, 0, 1])
    assert [each.passage for each in found] == [passages[2], passages[0], passages[1]]
    assert {each.title for each in found} == {"[\x00]"}


def test_a_document_comes_back_equal(store: Store) -> None:
    assert store.document("é/a.pdf") == DOCUMENT
    assert store.document("a.pdf") is None


def test_passages_come_in_the_order_asked_with_their_page_and_sentences(store: Store) -> None:
    second, first = store.passages([1, 0])
    assert (second.row, second.passage, second.page) == (1, SECOND, 2)
    assert (first.row, first.passage, first.page) == (0, FIRST, 1)


def test_no_rows_give_no_passages(store: Store) -> None:
    assert store.passages([]) == []


def test_the_passages_and_set_aside_spans_of_a_document_come_in_order(store: Store) -> None:
    assert store.passages_of("é/a.pdf") == [FIRST, SECOND]
    assert store.set_aside_of("é/a.pdf") == list(CUT.set_aside)


def test_the_glossary_comes_back_as_it_was_mined(tmp_path: Path) -> None:
    texts = {
        "b.txt": "Une agence régionale de santé (ARS) par région. L'agence rouge du sud (ARS) ferme.",
        "a.txt": "L'ARS (agence régionale de santé) décide.",
    }
    cuts = [cut(text, source=source) for source, text in texts.items()]
    store = written(tmp_path / "store.sqlite", *cuts)
    assert store.glossary() == mine(sorted(cuts, key=lambda c: c.document.id))
    assert [(m.expansion, len(m.definitions)) for m in store.glossary()] == [
        ("agence régionale de santé", 2),
        ("agence rouge du sud", 1),
    ]


def test_what_the_build_noted_comes_back(store: Store) -> None:
    assert store.fact("recipe") == "r"
    assert store.survey() == Survey({"é/a.pdf": STATE}, (Unread("b.pdf", "chiffré", failed=True),), 7)
    assert dict(store.edges()) == {"é/a.pdf": edge_lines(TEXT)}


def test_the_texts_of_some_documents_come_with_their_titles(store: Store) -> None:
    assert list(store.texts_of(["é/a.pdf"])) == [("Titre", [FIRST, SECOND])]


def test_spans_set_aside_are_counted(store: Store) -> None:
    assert store.set_aside_count() == 1


def test_what_is_kept_is_copied_with_its_rows_moved(tmp_path: Path, store: Store) -> None:
    before = cut("Une agence régionale de santé (ARS) par région.", source="a.txt")
    (kept,) = store.document_rows()
    with closing(StoreWriter(tmp_path / "next.sqlite")) as writer:
        writer.add(before, mined(before), 0)
        writer.finish([(kept, 1)], tmp_path / "store.sqlite", unread=(), files=(), facts={})
    after = Store(tmp_path / "next.sqlite")
    assert after.document_rows() == [DocumentRows("a.txt", "txt", 0, 1), DocumentRows("é/a.pdf", "pdf", 1, 2)]
    assert after.document("é/a.pdf") == DOCUMENT
    assert [stored.passage for stored in after.passages([1, 2])] == [FIRST, SECOND]
    assert after.set_aside_of("é/a.pdf") == list(CUT.set_aside)
    assert [d.document_id for m in after.glossary() for d in m.definitions] == ["a.txt"]
    assert (after.unread(), dict(after.edges()).keys()) == ([], {"a.txt", "é/a.pdf"})


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
    assert written(path, CutDocument(other, passages, ()), empty, CUT).document_rows() == [
        DocumentRows("m.md", "md", 0, 0),
        DocumentRows("z.md", "md", 0, 1),
        DocumentRows("é/a.pdf", "pdf", 1, 2),
    ]


def test_a_summary_counts_code_points(store: Store) -> None:
    (summary,) = store.summaries()
    assert (summary.id, summary.characters, summary.passages) == ("é/a.pdf", len(TEXT), 2)


def test_the_edges_of_many_documents_are_read_some_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"{n}.txt": f"Titre\n\nLigne {n}." for n in "abcde"}
    found = written(tmp_path / "store.sqlite", *(cut(text, source=s) for s, text in texts.items()))
    expected = {source: edge_lines(text) for source, text in texts.items()}
    for at_once in (1, 2, 5, 6):
        monkeypatch.setattr(store_module, "_AT_ONCE", at_once)
        assert dict(found.edges()) == expected
