"""Splits the questions of a set into those that test, those that fit, those that learn.

What is reported is measured on questions that no constant has seen: projection and token
weights learn on one part, the few weights that combine scores fit on a second, for what
learned on a question scores it too well, and the third tests. Pure; all by seed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.evaluation.drawing import Draw
from qa.evaluation.records import BadQuestions, Dataset, EvaluationQuestion

# The test part is what `sourcier eval DATASET --limit 1500` asks.
TESTED = 1500
FITTED = 1000
_TEST_SEED = Draw().seed
_FIT_SEED = 11
_ARTICLE_SEED = 3


@dataclass(frozen=True, slots=True)
class Parts:
    """Positions in a set's questions; no part shares one with `test`."""

    test: tuple[int, ...]
    fit: tuple[int, ...]
    learn: tuple[int, ...]


def parts_by_question(
    questions: Sequence[EvaluationQuestion], tested: int = TESTED, fitted: int = FITTED
) -> Parts:
    """Draws the test part, then of the others as many as `fitted`; the rest learns.

    For a set of many questions about many texts. Raises BadQuestions when none would be left.
    """
    count = len(questions)
    if count <= tested + fitted:
        raise BadQuestions(
            f"{count} questions ne suffisent pas : {tested} mesurent, {fitted} ajustent, "
            "il en faut encore pour apprendre ; prenez un jeu plus grand"
        )
    test = sorted(random.Random(_TEST_SEED).sample(range(count), tested))
    others = sorted(set(range(count)) - set(test))
    random.Random(_FIT_SEED).shuffle(others)
    return Parts(tuple(test), tuple(others[:fitted]), tuple(others[fitted:]))


def parts_by_article(dataset: Dataset) -> Parts:
    """The questions about one half of the articles test; the others both fit and learn.

    For a small set where an article holds several questions, whose words would otherwise be
    learned with it.
    """
    articles = {document.source: document.article for document in dataset.documents}
    drawn = sorted(set(articles.values()))
    random.Random(_ARTICLE_SEED).shuffle(drawn)
    held = frozenset(drawn[: len(drawn) // 2])
    test = tuple(i for i, q in enumerate(dataset.questions) if _is_about(q, held, articles))
    others = tuple(sorted(set(range(len(dataset.questions))) - set(test)))
    return Parts(test, others, others)


def _is_about(question: EvaluationQuestion, held: frozenset[str], articles: Mapping[str, str]) -> bool:
    return any(articles[source] in held for source in question.relevant)
