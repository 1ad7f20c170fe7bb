"""Question files are checked line by line; scores count what happened to each question."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from index.engine import EmbeddedEngine, Engine
from qa.evaluation import (
    BadQuestions,
    EvaluationQuestion,
    Evidence,
    Outcome,
    Scores,
    evaluate,
    load_questions,
    score,
)
from tests.qa.helpers import ANSWERED, REFUSED

GOOD = {"id": "q1", "question": "Qui ?", "evidence": [{"source": "a.md", "quote": "le maire"}]}
LOADED = EvaluationQuestion("q1", "Qui ?", (Evidence("a.md", "le maire"),))
HTML = "dossier/télémédecine.html"
WANTED = "un objet JSON avec id, question et evidence est attendu"


def asked(question: str, *evidence: tuple[str, str]) -> EvaluationQuestion:
    return EvaluationQuestion("q", question, tuple(Evidence(*e) for e in evidence))


def outcome(
    *,
    rank: int | None,
    refused: bool = False,
    answerable: bool = True,
    said: bool = False,
    verbatim: bool = True,
) -> Outcome:
    evidence = [("a.md", "le maire")] if answerable else []
    return Outcome(asked("Qui ?", *evidence), rank, refused, said, verbatim)


def test_a_question_file_has_one_question_a_line_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    unanswerable = {"id": 2, "question": "Où ?", "evidence": []}
    path.write_text(f"{json.dumps(GOOD)}\n\n  \n{json.dumps(unanswerable)}\n", "utf-8")
    assert load_questions(path) == [LOADED, EvaluationQuestion("2", "Où ?", ())]


@pytest.mark.parametrize("separator", ["\u2028", "\u0085"])
def test_a_line_separator_inside_a_quote_does_not_end_the_line(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "questions.jsonl"
    quote = f"le maire{separator}et son adjoint"
    row = {**GOOD, "evidence": [{"source": "a.md", "quote": quote}]}
    path.write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    assert load_questions(path) == [EvaluationQuestion("q1", "Qui ?", (Evidence("a.md", quote),))]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("{", id="broken JSON"),
        pytest.param("[]", id="not an object"),
        pytest.param('{"question": "Qui ?", "evidence": []}', id="no id"),
        pytest.param('{"id": "q2", "evidence": []}', id="no question"),
        pytest.param('{"id": "q2", "question": "Qui ?"}', id="no evidence"),
        pytest.param('{"id": "q2", "question": "Qui ?", "evidence": 3}', id="evidence is a number"),
        pytest.param('{"id": "q2", "question": "Qui ?", "evidence": ["a"]}', id="evidence is words"),
        pytest.param('{"id": "q2", "question": "Qui ?", "evidence": [{"source": "a"}]}', id="no quote"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n", "utf-8")
    assert load_questions(path) == [LOADED]
    path.write_text(f"{json.dumps(GOOD)}\n{line}\n", "utf-8")
    with pytest.raises(BadQuestions) as caught:
        load_questions(path)
    assert str(caught.value) == f"{path}, ligne 2 : {WANTED}"


@pytest.mark.parametrize(
    ("content", "cause"), [(None, "FileNotFoundError"), (b'{"id": "\xe9t\xe9"}', "UnicodeDecodeError")]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, cause: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(json.dumps(GOOD).encode())
    assert load_questions(path) == [LOADED]
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadQuestions) as caught:
        load_questions(path)
    assert str(caught.value) == f"{path} est illisible ({cause})"


def test_the_right_passage_is_found_whatever_the_case_accents_and_apostrophes(engine: EmbeddedEngine) -> None:
    question = asked(ANSWERED, (HTML, "LA TELECONSULTATION se\u00a0fait"))
    assert evaluate(engine, [question]) == [
        Outcome(question, rank=1, refused=False, answer_holds_evidence=True, verbatim=True)
    ]


def test_evidence_from_another_source_does_not_count(engine: EmbeddedEngine) -> None:
    right = evaluate(engine, [asked(ANSWERED, (HTML, "se fait par vidéo"))])[0]
    assert right.rank == 1
    wrong = evaluate(engine, [asked(ANSWERED, ("cpts.md", "se fait par vidéo"))])[0]
    assert wrong.rank is None


def test_the_rank_is_that_of_the_first_right_citation(engine: EmbeddedEngine) -> None:
    hits = engine.search(ANSWERED, 5).hits
    evidence = [(hit.passage.document_id, hit.passage.text) for hit in hits]
    assert [evaluate(engine, [asked(ANSWERED, e)])[0].rank for e in evidence] == [1, 2, 3, 4]


def test_a_refused_question_is_said_to_be_refused(engine: EmbeddedEngine) -> None:
    question = asked(REFUSED)
    assert evaluate(engine, [question]) == [
        Outcome(question, rank=None, refused=True, answer_holds_evidence=False, verbatim=True)
    ]


def test_a_citation_that_is_not_the_slice_is_counted(engine: EmbeddedEngine) -> None:
    assert evaluate(engine, [asked(ANSWERED)])[0].verbatim is True

    class Forgetful:
        """Finds as the engine does, but has lost its documents."""

        search = engine.search

        def document(self, document_id: str) -> None:
            return None

    assert evaluate(cast(Engine, Forgetful()), [asked(ANSWERED)])[0].verbatim is False


def test_the_scores_are_shares_of_the_answerable_questions() -> None:
    outcomes = [
        outcome(rank=1, said=True),
        outcome(rank=3),
        outcome(rank=5, refused=True),
        outcome(rank=None, verbatim=False),
        outcome(rank=None, answerable=False, refused=True),
        outcome(rank=None, answerable=False),
    ]
    assert score(outcomes) == Scores(
        questions=4,
        hit_at_1=0.25,
        hit_at_3=0.5,
        hit_at_5=0.75,
        answer_holds_evidence=0.25,
        wrongly_refused=1,
        unanswerable=2,
        rightly_refused=1,
        citations_not_verbatim=1,
    )


def test_no_questions_at_all_score_nothing() -> None:
    assert score([]) == Scores(0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0, 0)
