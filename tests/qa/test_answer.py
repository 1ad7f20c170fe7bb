"""Answers are sentences of the texts, whole and verbatim; a refusal keeps its citations."""

from __future__ import annotations

import dataclasses
from typing import cast

import pytest

from corpus.documents import Passage, Span
from index.calibration import Match
from index.duplicates import Place
from index.embedded import EmbeddedEngine
from index.engine import NOTHING_FOUND, Engine, Hit, Search, Signals
from index.filtering import NO_FILTERS, Filters
from qa.answer import NOTHING_ALLOWED, Answer, ask
from qa.citing import Citation, Quote, cite, highlights
from qa.refusal import confidence
from tests.qa.helpers import ANSWER, ANSWERED, REFUSED, UNKNOWN_WORDS

# A passage rarely starts its document: offsets that forget it would be wrong from here on.
START = 100
USUAL = Match(cosine=0.8, coverage=0.2, late=0.7)
SURE = Signals(best=Match(cosine=0.95, coverage=1.0, late=0.95), usual=USUAL, known=1.0)
UNSURE = Signals(best=Match(cosine=0.75, coverage=0.0, late=0.6), usual=USUAL, known=0.0)
INTRODUCTION = "Le maillage territorial a trois missions :"
LIST = f"{INTRODUCTION}\n- trouver un médecin traitant ;\n- organiser les gardes ;\n- prévenir."


def make_hit(
    *sentences: str,
    scores: tuple[float, ...],
    separator: str = " ",
    score: float = 0.9,
    source: str = "soins.md",
) -> Hit:
    text, spans = "", []
    for sentence in sentences:
        text += separator if text else ""
        spans.append(Span(START + len(text), START + len(text) + len(sentence)))
        text += sentence
    passage = Passage(f"{source}#1", source, START, START + len(text), text, ("Rôle",), tuple(spans))
    return Hit(passage, "Les soins", None, score, ("vectors",), scores)


class PreparedEngine:
    """Finds the same hits whatever the question."""

    def __init__(self, signals: Signals, *hits: Hit) -> None:
        self._search = Search(hits, signals, "g-essai")

    def search(self, question: str, limit: int, filters: Filters = NO_FILTERS) -> Search:
        return self._search


def prepared(signals: Signals, *hits: Hit) -> Engine:
    return cast(Engine, PreparedEngine(signals, *hits))


def quoted(hit: Hit) -> list[str]:
    return [highlight.quote for highlight in highlights(hit)]


def test_a_highlight_counts_its_characters_from_the_start_of_the_document() -> None:
    hit = make_hit("Il pleut.", "L'été vient.", scores=(0.2, 0.8))
    assert highlights(hit) == (Quote(110, 122, "L'été vient."),)


@pytest.mark.parametrize(("second", "kept"), [(0.7701, True), (0.7699, False)])
def test_a_second_sentence_is_highlighted_only_when_nearly_as_good(second: float, kept: bool) -> None:
    hit = make_hit("Il pleut.", "Il vente.", scores=(second, 0.8))
    assert quoted(hit) == ["Il vente.", *(["Il pleut."] if kept else [])]


def test_at_most_three_sentences_are_highlighted_best_first() -> None:
    hit = make_hit("Un.", "Deux.", "Trois.", "Quatre.", scores=(0.80, 0.79, 0.805, 0.81))
    assert quoted(hit) == ["Quatre.", "Trois.", "Un."]


def test_a_list_is_highlighted_whole_with_the_line_that_introduces_it() -> None:
    lines = [*LIST.split("\n"), "La région la finance."]
    hit = make_hit(*lines, scores=(0.9, 0.1, 0.1, 0.1, 0.1), separator="\n")
    assert highlights(hit) == (Quote(START, START + len(LIST), LIST),)


def test_an_item_of_a_list_already_highlighted_is_not_highlighted_again() -> None:
    hit = make_hit(*LIST.split("\n"), scores=(0.9, 0.1, 0.89, 0.1), separator="\n")
    assert quoted(hit) == [LIST]


@pytest.mark.parametrize(
    ("separator", "following"),
    [
        pytest.param("\n", "La région la finance.", id="a line that is no item"),
        pytest.param(" ", "- trouver un médecin traitant.", id="a dash on the same line"),
    ],
)
def test_a_colon_takes_nothing_along_but_items_on_their_own_lines(separator: str, following: str) -> None:
    item = "- trouver un médecin traitant."
    intact = make_hit(INTRODUCTION, item, scores=(0.9, 0.1), separator="\n")
    assert quoted(intact) == [f"{INTRODUCTION}\n{item}"]
    hit = make_hit(INTRODUCTION, following, scores=(0.9, 0.1), separator=separator)
    assert quoted(hit) == [INTRODUCTION]


def test_a_list_too_long_to_quote_stops_after_a_whole_item() -> None:
    items = [f"- mission {number} {'x' * 188} ;" for number in range(1, 9)]
    hit = make_hit(INTRODUCTION, *items, scores=(0.9, *[0.1] * 8), separator="\n")
    # 42 characters of introduction and 203 an item with its line end: a fifth would pass 900.
    assert quoted(hit) == ["\n".join([INTRODUCTION, *items[:4]])]


@pytest.mark.parametrize(("second", "quoted_too"), [(0.8751, True), (0.8749, False)])
def test_a_second_passage_is_quoted_only_when_nearly_as_good(second: float, quoted_too: bool) -> None:
    hits = (
        make_hit("Il pleut.", scores=(0.9,), score=0.9),
        make_hit("Il vente.", scores=(0.9,), score=second),
    )
    answer = ask(prepared(SURE, *hits), "Quel temps fait-il ?", 2)
    assert answer.text == ("Il pleut. [1]\n\nIl vente. [2]" if quoted_too else "Il pleut. [1]")
    assert [citation.number for citation in answer.citations] == [1, 2]


def test_an_answer_quotes_at_most_three_sentences() -> None:
    hits = [make_hit(f"Fait numéro {n}.", scores=(0.9,)) for n in range(1, 6)]
    answer = ask(prepared(SURE, *hits), "Quels faits ?", 5)
    assert answer.text == "Fait numéro 1. [1]\n\nFait numéro 2. [2]\n\nFait numéro 3. [3]"


def test_a_sentence_found_in_two_documents_is_said_once_with_the_first() -> None:
    hits = [make_hit("Il pleut.", scores=(0.9,), source=source) for source in ("a.md", "b.md")]
    answer = ask(prepared(SURE, *hits), "Quel temps fait-il ?", 2)
    assert answer.text == "Il pleut. [1]"
    assert [citation.source for citation in answer.citations] == ["a.md", "b.md"]


def test_a_refusal_has_no_text_a_reason_and_the_same_citations() -> None:
    hit = make_hit("Il pleut.", "Il vente.", scores=(0.9, 0.1))
    intact = ask(prepared(SURE, hit), "Quel temps fait-il ?", 1)
    assert (intact.refused, intact.text, intact.reason) == (False, "Il pleut. [1]", None)
    refused = ask(prepared(UNSURE, hit), "Quel temps fait-il ?", 1)
    assert (refused.refused, refused.text, refused.reason) == (True, None, UNKNOWN_WORDS)
    assert refused.citations == intact.citations


def test_a_confidence_at_the_threshold_is_answered_and_one_below_refused() -> None:
    engine = prepared(SURE, make_hit("Il pleut.", scores=(0.9,)))
    certainty = confidence(SURE)
    assert ask(engine, "Quel temps ?", 1, threshold=certainty).text == "Il pleut. [1]"
    assert ask(engine, "Quel temps ?", 1, threshold=certainty + 1e-12).text is None


def test_a_question_for_a_list_is_answered_by_all_that_the_passage_says_in_its_order() -> None:
    sentences = ("Le CHU soigne.", "Il enseigne.", "Il cherche.", "Il date de 1958.")
    hit = make_hit(*sentences, scores=(0.84, 0.85, 0.80, 0.70))
    one = ask(prepared(SURE, hit), "Quelle est la mission du CHU ?", 1)
    assert one.text == "Il enseigne. [1]"
    several = ask(prepared(SURE, hit), "Quelles sont les missions du CHU ?", 1)
    assert several.text == "Le CHU soigne. [1]\n\nIl enseigne. [1]\n\nIl cherche. [1]"
    assert [h.quote for h in several.citations[0].highlights] == [
        "Il enseigne.",
        "Le CHU soigne.",
        "Il cherche.",
    ]


def test_a_comparison_is_answered_by_a_sentence_on_each_side() -> None:
    hits = (
        make_hit("La clinique est privée.", "Elle opère.", scores=(0.8, 0.81), score=0.9),
        make_hit("L'hôpital est public.", scores=(0.8,), score=0.7, source="hopital.md"),
    )
    question = "Quelle est la différence entre un hôpital et une clinique ?"
    answer = ask(prepared(SURE, *hits), question, 2)
    assert answer.text == "L'hôpital est public. [2]\n\nLa clinique est privée. [1]"


def test_a_comparison_with_one_side_missing_is_answered_by_the_best_passage() -> None:
    hit = make_hit("La clinique est privée.", scores=(0.8,))
    answer = ask(prepared(SURE, hit), "Quelle différence entre un hôpital et une clinique ?", 1)
    assert answer.text == "La clinique est privée. [1]"


def test_without_an_allowed_passage_the_answer_is_a_refusal_that_says_so() -> None:
    assert cite(Search((), NOTHING_FOUND, "g-essai"), "Où ?") == ()
    answer = ask(prepared(NOTHING_FOUND), "Quel temps fait-il ?", 5, Filters(folders=("absent",)))
    assert answer == Answer((), NOTHING_ALLOWED, 0.0, (), "g-essai")
    assert (answer.refused, answer.text) == (True, None)


def test_a_citation_carries_all_that_the_hit_says() -> None:
    also = (Place("pluie.md", "La pluie", 3, 12, "il pleut."),)
    hit = dataclasses.replace(make_hit("Il pleut.", scores=(0.9,), score=0.75), also=also)
    assert cite(Search((hit,), SURE, "g-essai"), "Où ?") == (
        Citation(
            number=1,
            source="soins.md",
            title="Les soins",
            headings=("Rôle",),
            start=100,
            end=109,
            quote="Il pleut.",
            page=None,
            highlights=(Quote(100, 109, "Il pleut."),),
            score=0.75,
            found_by=("vectors",),
            also=also,
        ),
    )


def test_the_best_sentence_of_a_real_index_is_the_answer(engine: EmbeddedEngine) -> None:
    answer = ask(engine, ANSWERED, 4)
    assert answer.text == f"{ANSWER} [1]"
    assert answer.citations[0].source == "dossier/télémédecine.html"
    assert answer.generation == engine.manifest.generation


@pytest.mark.parametrize("question", [ANSWERED, REFUSED])
def test_every_quote_is_the_slice_of_its_document(engine: EmbeddedEngine, question: str) -> None:
    citations = ask(engine, question, 4).citations
    assert [citation.number for citation in citations] == [1, 2, 3, 4]
    for citation in citations:
        document = engine.document(citation.source)
        assert document is not None
        assert citation.quote == document.text[citation.start : citation.end]
        for highlight in citation.highlights:
            assert highlight.quote == document.text[highlight.start : highlight.end]
            assert citation.start <= highlight.start < highlight.end <= citation.end
