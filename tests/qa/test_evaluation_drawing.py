"""Questions are drawn by seed; articles are left out whole, and with them their answers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from qa.evaluation.beir import ANSWERABLE, UNANSWERABLE, load_dataset
from qa.evaluation.drawing import Draw, draw, leave_out
from qa.evaluation.records import BadQuestions, Dataset, DatasetDocument, EvaluationQuestion, Evidence
from tests.qa.evaluations import write_dataset

QUESTIONS = [
    EvaluationQuestion(f"q{i}", "Qui ?", (Evidence("a.txt", "lui"),) if i % 3 else ()) for i in range(30)
]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return load_dataset(write_dataset(tmp_path))


def test_all_questions_are_asked_in_their_order() -> None:
    assert draw(QUESTIONS, Draw()) == QUESTIONS
    assert draw(QUESTIONS, Draw(limit=30)) == QUESTIONS


def test_a_limit_draws_as_python_samples() -> None:
    assert draw(QUESTIONS, Draw(limit=4)) == random.Random(7).sample(QUESTIONS, 4)
    assert draw(QUESTIONS, Draw(limit=4, seed=8)) == random.Random(8).sample(QUESTIONS, 4)


def test_so_many_of_each_kind_are_drawn() -> None:
    drawn = draw(QUESTIONS, Draw(each=5, leave_out=0.5))
    assert [q.answerable for q in drawn] == [True] * 5 + [False] * 5
    assert len({q.id for q in drawn}) == 10


def test_a_kind_with_fewer_gives_all_it_has() -> None:
    drawn = draw(QUESTIONS, Draw(each=15, leave_out=0.5))
    assert [q.answerable for q in drawn].count(True) == 15
    assert [q for q in drawn if not q.answerable] == QUESTIONS[::3]


def test_nothing_is_left_out_unless_asked(dataset: Dataset) -> None:
    assert leave_out(dataset, Draw()) is dataset


def test_an_article_is_left_out_whole_and_its_questions_lose_their_answer(dataset: Dataset) -> None:
    # Three articles: of seeds 0 to 19, each is left out by some.
    seen = set()
    for seed in range(20):
        kept = leave_out(dataset, Draw(leave_out=1 / 3, seed=seed))
        sources = {d.source for d in kept.documents}
        gone = {d.source for d in dataset.documents} - sources
        seen.add(frozenset(gone))
        assert {q.id: q.kind for q in kept.questions} == {
            q.id: UNANSWERABLE if set(q.relevant) <= gone else ANSWERABLE for q in dataset.questions
        }
        for question in kept.questions:
            assert question.answerable is (question.kind == ANSWERABLE)
            assert {e.source for e in question.evidence} == set(question.relevant) <= sources
    assert seen == {frozenset({"a-1.txt", "a-2.txt"}), frozenset({"b%2F1.txt"}), frozenset({"c.txt"})}


def test_a_question_keeps_the_right_documents_that_are_left() -> None:
    question = EvaluationQuestion(
        "q", "Qui ?", (Evidence("a", "x"), Evidence("b", "y")), ANSWERABLE, {"a": 1, "b": 2}
    )
    documents = (DatasetDocument("a", "A", "x"), DatasetDocument("b", "B", "y"))
    kept = leave_out(Dataset("d", documents, (question,)), Draw(leave_out=0.5, seed=0))
    left = kept.documents[0].source
    assert len(kept.documents) == 1
    assert kept.questions[0].relevant == {left: question.relevant[left]}
    assert [e.source for e in kept.questions[0].evidence] == [left]
    assert kept.questions[0].kind == ANSWERABLE


@pytest.mark.parametrize(("share", "count"), [(0.1, 0), (1.0, 3)])
def test_leaving_out_nothing_or_everything_is_refused(dataset: Dataset, share: float, count: int) -> None:
    assert len(leave_out(dataset, Draw(leave_out=0.5)).documents) < len(dataset.documents)
    with pytest.raises(BadQuestions) as caught:
        leave_out(dataset, Draw(leave_out=share))
    assert str(caught.value) == (
        f"--leave-out {share:g} retire {count} articles sur 3 ; il en faut au moins un dehors et un dedans"
    )
