"""Every question is asked and its reply compared with what is known, by words or by documents."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from index.duplicates import Place
from index.embedded import EmbeddedEngine
from index.engine import Engine, Search
from index.filtering import Filters
from qa.evaluation.asking import evaluate
from qa.evaluation.records import EvaluationQuestion, Evidence, Found, Outcome
from tests.qa.helpers import ANSWER, ANSWERED, REFUSED

HTML = "dossier/télémédecine.html"


def asked(question: str, *evidence: tuple[str, str]) -> EvaluationQuestion:
    return EvaluationQuestion("q", question, tuple(Evidence(*e) for e in evidence), "sorte")


def judged(relevant: dict[str, int], starts: dict[str, tuple[int, ...]] | None = None) -> EvaluationQuestion:
    evidence = tuple(Evidence(source, "…") for source in relevant)
    return EvaluationQuestion("q", ANSWERED, evidence, "sorte", relevant, starts or {})


def only(engine: Engine, question: EvaluationQuestion) -> Outcome:
    (found,) = evaluate(engine, [question])
    return found


def test_the_right_passage_is_found_whatever_the_case_accents_and_apostrophes(engine: EmbeddedEngine) -> None:
    question = asked(ANSWERED, (HTML, "LA TELECONSULTATION se\u00a0fait"))
    found = only(engine, question)
    assert found.milliseconds > 0
    assert 0.2 < found.confidence < 1
    assert replace(found, milliseconds=0, confidence=0, scores={}) == Outcome(
        id="q",
        question=ANSWERED,
        kind="sorte",
        answerable=True,
        rank=1,
        confidence=0,
        refused=False,
        right=True,
        highlight_right=None,
        answer_holds_evidence=True,
        scores={},
        citations=4,
        not_verbatim=0,
        milliseconds=0,
        first=Found(HTML, 14, 71, ANSWER),
        expected=question.evidence,
    )
    assert found.scores == dict.fromkeys(
        ["nDCG@10", "RR@10", "Success@1", "Success@3", "Success@5", "Success@10", "R@10"], 1.0
    )


def test_evidence_from_another_source_does_not_count(engine: EmbeddedEngine) -> None:
    assert only(engine, asked(ANSWERED, (HTML, "se fait par vidéo"))).rank == 1
    assert only(engine, asked(ANSWERED, ("cpts.md", "se fait par vidéo"))).rank is None


def test_the_rank_is_that_of_the_first_right_citation(engine: EmbeddedEngine) -> None:
    hits = engine.search(ANSWERED, 5).hits
    found = [only(engine, asked(ANSWERED, (hit.passage.document_id, hit.passage.text))) for hit in hits]
    assert [o.rank for o in found] == [1, 2, 3, 4]
    assert [o.right for o in found] == [True, False, False, False]
    assert [o.scores["RR@10"] for o in found] == [1, 1 / 2, 1 / 3, 1 / 4]
    assert [o.scores["nDCG@10"] for o in found][2] == 0.5


def test_all_the_places_that_hold_the_evidence_are_one_thing_sought(engine: EmbeddedEngine) -> None:
    hits = engine.search(ANSWERED, 5).hits
    everywhere = [(hit.passage.document_id, hit.passage.text) for hit in hits]
    assert only(engine, asked(ANSWERED, *everywhere)).scores["R@10"] == 1.0


def test_documents_are_ranked_each_at_its_best_passage(engine: EmbeddedEngine) -> None:
    sources = list(dict.fromkeys(hit.passage.document_id for hit in engine.search(ANSWERED, 20).hits))
    assert len(sources) == 3
    ranks = [only(engine, judged({source: 1})).rank for source in sources]
    assert ranks == [1, 2, 3]
    found = only(engine, judged({sources[1]: 1, sources[2]: 1}))
    assert (found.rank, found.right, found.answer_holds_evidence) == (2, False, None)
    assert found.scores["R@10"] == 1.0


def test_a_highlight_is_right_when_it_holds_where_an_answer_starts(engine: EmbeddedEngine) -> None:
    def said(*starts: int) -> bool | None:
        return only(engine, judged({HTML: 1}, {HTML: starts})).highlight_right

    assert [said(14), said(70), said(71), said(13), said(3, 20)] == [True, True, False, False, True]
    assert only(engine, judged({HTML: 1})).highlight_right is None


def test_a_refused_question_is_said_to_be_refused(engine: EmbeddedEngine) -> None:
    found = only(engine, asked(REFUSED))
    assert (found.refused, found.answerable, found.rank, found.right) == (True, False, None, False)
    assert (found.scores, found.answer_holds_evidence, found.expected) == ({}, None, ())
    assert only(engine, asked(ANSWERED)).refused is False


def test_citations_that_are_not_the_slice_are_counted(engine: EmbeddedEngine) -> None:
    assert only(engine, asked(ANSWERED)).not_verbatim == 0

    class Forgetful:
        """Finds as the engine does, but has lost its documents."""

        search = engine.search

        def document(self, document_id: str) -> None:
            return None

    assert only(cast(Engine, Forgetful()), asked(ANSWERED)).not_verbatim == 4


def test_a_further_place_that_is_not_the_slice_counts_too(engine: EmbeddedEngine) -> None:
    class Misplacing:
        """Finds as the engine does; its first hit says that it stands elsewhere too."""

        document = engine.document

        def __init__(self, start: int) -> None:
            self._also = Place(HTML, "Télémédecine", start, start + len(ANSWER), ANSWER)

        def search(self, question: str, limit: int, filters: Filters) -> Search:
            found = engine.search(question, limit, filters)
            return replace(found, hits=(replace(found.hits[0], also=(self._also,)), *found.hits[1:]))

    assert only(cast(Engine, Misplacing(14)), asked(ANSWERED)).not_verbatim == 0
    assert only(cast(Engine, Misplacing(15)), asked(ANSWERED)).not_verbatim == 1


def test_progress_is_told_after_each_question(engine: EmbeddedEngine) -> None:
    told: list[tuple[str, int, int]] = []
    questions = [replace(asked(ANSWERED), id=name) for name in "abc"]
    assert [
        o.id
        for o in evaluate(
            engine, questions, progress=lambda stage, done, total: told.append((stage, done, total))
        )
    ] == ["a", "b", "c"]
    assert told == [("questions", 1, 3), ("questions", 2, 3), ("questions", 3, 3)]


def test_no_question_has_no_outcome(engine: EmbeddedEngine) -> None:
    assert evaluate(engine, []) == []
