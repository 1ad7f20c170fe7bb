"""Searching one generation, with the fake encoder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from index.engine import EmbeddedEngine, covered_share
from tests.conftest import TEXTS

QUESTIONS = ("Que fait une CPTS ?", "téléconsultation par vidéo", "groupement d'hôpitaux publics")


def test_the_passage_that_shares_the_words_comes_first(engine: EmbeddedEngine) -> None:
    found = {q: engine.search(q, 1).hits[0].passage.document_id for q in QUESTIONS}
    assert list(found.values()) == ["cpts.md", "dossier/télémédecine.html", "ght.txt"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_hit_is_the_slice_of_its_document(engine: EmbeddedEngine, question: str) -> None:
    hits = engine.search(question, 50).hits
    for hit in hits:
        document = engine.document(hit.passage.document_id)
        assert document is not None
        assert document.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert len(hit.sentence_scores) == len(hit.passage.sentences)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits) == engine.manifest.counts["passages"]


def test_a_heading_is_searched_but_never_quoted(engine: EmbeddedEngine) -> None:
    hit = engine.search("financement", 1).hits[0]
    assert hit.passage.headings == ("Financement",)
    assert hit.passage.text == "L'assurance maladie finance chaque CPTS selon sa taille."


def test_the_searchers_that_proposed_a_hit_are_named(engine: EmbeddedEngine) -> None:
    assert engine.search("vidéo", 1).hits[0].found_by == ("vectors", "words")
    assert engine.search("zzz", 1).hits[0].found_by == ("vectors",)


def test_what_was_set_aside_is_not_found_and_is_told(engine: EmbeddedEngine) -> None:
    assert all("Bien dormir" not in hit.passage.text for hit in engine.search("Bien dormir", 50).hits)
    document = engine.document("ght.txt")
    assert document is not None
    told = [(document.text[s.start : s.end], s.reason) for s in engine.set_aside_of("ght.txt")]
    assert told == [
        ("Les groupements hospitaliers", "heading"),
        ("A lire aussi : Bien dormir", "see_also"),
    ]


def test_the_signals_tell_known_words_from_unknown_ones(engine: EmbeddedEngine) -> None:
    known = engine.search("pharmacie du groupement", 1).signals
    unknown = engine.search("recette de ratatouille", 1).signals
    assert (known.known, known.coverage) == (1.0, 1.0)
    assert (unknown.known, unknown.coverage) == (0.0, 0.0)
    assert known.cosine > unknown.cosine


def test_the_covered_share_weighs_each_term_by_its_rarity() -> None:
    assert covered_share("un hôpital", {"hopital": 3.0, "lit": 1.0}) == 0.75
    assert covered_share("un hôpital", {}) == 0.0


def test_the_documents_are_those_of_the_folder(engine: EmbeddedEngine) -> None:
    assert [summary.id for summary in engine.documents()] == sorted(TEXTS)


def test_threads_get_the_answers_that_one_gets(engine: EmbeddedEngine) -> None:
    alone = [engine.search(q, 3) for q in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda q: engine.search(q, 3), QUESTIONS * 20))
    assert together == alone * 20
