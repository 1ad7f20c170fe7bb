"""Which questions are asked, and which articles are left out of the index. Pure; all by seed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from qa.evaluation.beir import UNANSWERABLE
from qa.evaluation.records import BadQuestions, Dataset, EvaluationQuestion


@dataclass(frozen=True, slots=True)
class Draw:
    """How questions are drawn: at most `limit`, or `each` of either kind; None for all.

    `leave_out`: the share, between 0 and 1, of the articles that are not indexed.
    """

    limit: int | None = None
    each: int | None = None
    leave_out: float = 0.0
    seed: int = 7


def draw(questions: Sequence[EvaluationQuestion], how: Draw) -> list[EvaluationQuestion]:
    """The questions to ask; in their own order when all are."""
    if how.each is None:
        return _sample(questions, how.limit, how.seed)
    answerable = [q for q in questions if q.answerable]
    unanswerable = [q for q in questions if not q.answerable]
    return _sample(answerable, how.each, how.seed) + _sample(unanswerable, how.each, how.seed)


def leave_out(dataset: Dataset, how: Draw) -> Dataset:
    """The dataset without a share of its articles, each left out whole.

    A question whose right documents are all gone becomes unanswerable. Raises BadQuestions
    when nothing, or everything, would be left out.
    """
    if not how.leave_out:
        return dataset
    articles = list(dict.fromkeys(document.article for document in dataset.documents))
    count = round(how.leave_out * len(articles))
    if not 0 < count < len(articles):
        raise BadQuestions(
            f"--leave-out {how.leave_out:g} retire {count} articles sur {len(articles)} ; "
            "il en faut au moins un dehors et un dedans"
        )
    gone = set(random.Random(how.seed).sample(articles, count))
    kept = tuple(document for document in dataset.documents if document.article not in gone)
    sources = {document.source for document in kept}
    return Dataset(dataset.name, kept, tuple(_within(q, sources) for q in dataset.questions))


def _sample(
    questions: Sequence[EvaluationQuestion], count: int | None, seed: int
) -> list[EvaluationQuestion]:
    if count is None or count >= len(questions):
        return list(questions)
    return random.Random(seed).sample(list(questions), count)


def _within(question: EvaluationQuestion, sources: Iterable[str]) -> EvaluationQuestion:
    relevant = {s: grade for s, grade in question.relevant.items() if s in sources}
    return replace(
        question,
        kind=question.kind if relevant else UNANSWERABLE,
        relevant=relevant,
        evidence=tuple(e for e in question.evidence if e.source in relevant),
    )
