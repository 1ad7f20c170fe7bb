"""Questions are checked, addresses encoded, records given the contract's shapes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pydantic_core import PydanticCustomError

from index.duplicates import Place
from index.embedded import EmbeddedEngine
from index.filtering import NO_FILTERS, Filters
from index.opening import open_engine
from qa.answer import Answer, CitedSentence
from qa.citing import Citation, Quote
from qa.document_schemas import DocumentOut, SetAsideOut, UnreadOut
from qa.filters import FiltersIn
from qa.replies import ask_out, citation_out, document_facts_out, documents_out, source_url
from qa.schemas import AskOut, CitationOut, QuestionIn, QuoteOut, check_question
from tests.conftest import FakeEncoder
from tests.qa.helpers import index_texts

CITATION = Citation(
    number=2,
    source="guides/été.md",
    title="L'été",
    headings=("Chaleur", "Boire"),
    start=40,
    end=55,
    quote="Buvez de l'eau.",
    page=3,
    highlights=(Quote(40, 55, "Buvez de l'eau."),),
    score=0.123456,
    found_by=("words",),
    also=(Place("guides/eau.md", "L'eau", 7, 22, "Buvez de l’eau."),),
)
SECONDS = {"encoding": 0.0120344, "composing": 0.0003112}
CITATION_OUT = {
    "number": 2,
    "source": "guides/été.md",
    "title": "L'été",
    "headings": ["Chaleur", "Boire"],
    "start": 40,
    "end": 55,
    "quote": "Buvez de l'eau.",
    "page": 3,
    "highlights": [{"start": 40, "end": 55, "quote": "Buvez de l'eau."}],
    "score": 0.1235,
    "found_by": ["words"],
    "also": [
        {"source": "guides/eau.md", "title": "L'eau", "start": 7, "end": 22, "quote": "Buvez de l’eau."}
    ],
    "url": "/source/guides/%C3%A9t%C3%A9.md?start=40&end=55#passage",
}
ANSWER = Answer((CitedSentence(CITATION.highlights[0], 2),), None, 0.876543, (CITATION,), "g-essai")


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("  Qui finance ?\n", "Qui finance ?"),
        ("Qui\tfinance\r\nquoi ?", "Qui\tfinance\r\nquoi ?"),
        ("é" * 2000, "é" * 2000),
        # Two UTF-16 units each, but one code point.
        ("😀" * 2000, "😀" * 2000),
        (f"  {'a' * 2000}  ", "a" * 2000),
    ],
)
def test_a_question_is_kept_less_its_outer_white_space(question: str, kept: str) -> None:
    assert check_question(question) == kept


@pytest.mark.parametrize(
    ("question", "kind", "sentence"),
    [
        ("", "question_blank", "la question est vide"),
        ("\u00a0\u2028\t", "question_blank", "la question est vide"),
        ("é" * 2001, "question_too_long", "la question dépasse 2000 caractères"),
        ("a\x00b", "question_control_characters", "la question contient des caractères de contrôle"),
        ("a\x9fb", "question_control_characters", "la question contient des caractères de contrôle"),
        ("a\udfffb", "question_control_characters", "la question contient des caractères de contrôle"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(question: str, kind: str, sentence: str) -> None:
    assert check_question("ab") == "ab"
    with pytest.raises(PydanticCustomError) as caught:
        check_question(question)
    assert (caught.value.type, caught.value.message()) == (kind, sentence)


def test_five_passages_are_given_unless_asked_otherwise() -> None:
    assert QuestionIn(question=" Qui ? ") == QuestionIn(question="Qui ?", top_k=5, filters=FiltersIn())
    assert FiltersIn().as_filters() == NO_FILTERS


@pytest.mark.parametrize(
    ("sent", "filters"),
    [
        ({}, Filters()),
        ({"folder": [], "source": [], "format": []}, Filters()),
        ({"folder": "notes"}, Filters(folders=("notes",))),
        (
            {"folder": ["notes", "fiches/"], "source": "été.md", "format": ["md"]},
            Filters(("notes", "fiches/"), ("été.md",), ("md",)),
        ),
    ],
)
def test_a_filter_is_a_value_or_a_list_of_values(sent: dict[str, object], filters: Filters) -> None:
    assert FiltersIn.model_validate(sent).as_filters() == filters


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("cpts.md", "/source/cpts.md"),
        ("dossier/télé santé.html", "/source/dossier/t%C3%A9l%C3%A9%20sant%C3%A9.html"),
        ('a#b?c%d&"e.txt', "/source/a%23b%3Fc%25d%26%22e.txt"),
    ],
)
def test_an_address_encodes_everything_but_the_folders(source: str, url: str) -> None:
    assert source_url(source) == url
    assert source_url(source, 0, 7) == f"{url}?start=0&end=7#passage"


def test_a_citation_has_the_fields_of_the_contract() -> None:
    assert citation_out(CITATION).model_dump() == CITATION_OUT


def test_an_answer_has_the_fields_of_the_contract() -> None:
    assert ask_out("Et le soir ?", "Que boire le soir ?", ANSWER, SECONDS).model_dump() == {
        "question": "Et le soir ?",
        "searched": "Que boire le soir ?",
        "answer": {
            "text": "Buvez de l'eau. [2]",
            "refused": False,
            "reason": None,
            "confidence": 0.8765,
        },
        "citations": [CITATION_OUT],
        "generation": "g-essai",
        "took_ms": 12.35,
        "stages_ms": {
            "resolving": 0.0,
            "mending": 0.0,
            "waiting": 0.0,
            "encoding": 12.034,
            "proposing": 0.0,
            "reranking": 0.0,
            "reading": 0.0,
            "composing": 0.311,
        },
    }


def test_a_refusal_has_no_text_but_its_reason_and_its_citations() -> None:
    refusal = dataclasses.replace(ANSWER, sentences=(), reason="Rien n'en est dit.")
    reply = ask_out("Que boire ?", "Que boire ?", refusal, SECONDS).model_dump()
    assert reply["answer"] == {
        "text": None,
        "refused": True,
        "reason": "Rien n'en est dit.",
        "confidence": 0.8765,
    }
    assert reply["citations"] == [CITATION_OUT]


def test_the_documented_example_keeps_the_promise_of_offsets() -> None:
    examples = AskOut.model_json_schema()["examples"]
    assert [AskOut.model_validate(example).model_dump() for example in examples] == examples
    citation = AskOut.model_validate(examples[0]).citations[0]
    spans: list[CitationOut | QuoteOut] = [citation, *citation.highlights]
    for span in spans:
        assert span.end - span.start == len(span.quote)
    assert citation.url == source_url(citation.source, citation.start, citation.end)


def test_the_list_of_documents_names_the_files_left_out(tmp_path: Path) -> None:
    report = index_texts(tmp_path, {"pluie.txt": "La pluie tombe sur Rennes.", "cassé.pdf": "rien"})
    listed = documents_out(open_engine(tmp_path / "home", FakeEncoder()))
    assert listed.generation == report.generation
    assert listed.documents == [
        DocumentOut(
            source="pluie.txt",
            title="pluie",
            format="txt",
            characters=26,
            passages=1,
            url="/source/pluie.txt",
        )
    ]
    assert listed.unread == [
        UnreadOut(source="cassé.pdf", reason="le PDF est corrompu (PDFSyntaxError)", failed=True)
    ]


def test_what_was_set_aside_is_given_with_its_exact_characters(engine: EmbeddedEngine) -> None:
    document = engine.document("ght.txt")
    assert document is not None
    facts = document_facts_out(document, engine)
    assert facts.set_aside == [
        SetAsideOut(start=0, end=28, quote="Les groupements hospitaliers", reason="heading"),
        SetAsideOut(start=128, end=154, quote="A lire aussi : Bien dormir", reason="see_also"),
    ]
    assert [document.text[s.start : s.end] for s in facts.set_aside] == [s.quote for s in facts.set_aside]
