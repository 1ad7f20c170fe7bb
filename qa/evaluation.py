"""Scores the engine on questions with quoted evidence. Asks in process; judges nothing.

A question file has one JSON object a line: {"id", "kind", "question", "evidence":
[{"source", "quote"}]}. The right passage is of that source and holds that quote; a question
without evidence has no answer in the texts, and the right reply is a refusal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourcierError
from corpus.folding import fold
from index.engine import Engine
from qa.answer import Citation, ask

_TOP_K = 5


class BadQuestions(SourcierError):
    """A question file cannot be read."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words the right passage must hold, and the source it must come from."""

    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    """One question; without evidence it must be refused."""

    id: str
    question: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. `rank` is that of the first right citation, from 1."""

    question: EvaluationQuestion
    rank: int | None
    refused: bool
    answer_holds_evidence: bool
    verbatim: bool


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares are of the answerable questions, except `rightly_refused`, of the others."""

    questions: int
    hit_at_1: float
    hit_at_3: float
    hit_at_5: float
    answer_holds_evidence: float
    wrongly_refused: int
    unanswerable: int
    rightly_refused: int
    citations_not_verbatim: int


def load_questions(path: Path) -> list[EvaluationQuestion]:
    """The questions of a file. Raises BadQuestions, naming the line."""
    try:
        # Not splitlines(): a quote may hold U+2028 or U+0085, which JSON leaves as they are.
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"{path} est illisible ({type(error).__name__})") from None
    questions = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            evidence = tuple(Evidence(e["source"], e["quote"]) for e in row["evidence"])
            question = row["question"].strip()
            questions.append(EvaluationQuestion(str(row["id"]), question, evidence))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadQuestions(
                f"{path}, ligne {number} : un objet JSON avec id, question et evidence est attendu"
            ) from None
    return questions


def evaluate(engine: Engine, questions: Iterable[EvaluationQuestion]) -> list[Outcome]:
    """Asks every question and compares the reply with its evidence."""
    return [_outcome(engine, question) for question in questions]


def score(outcomes: list[Outcome]) -> Scores:
    """The outcomes in figures."""
    answerable = [o for o in outcomes if o.question.evidence]
    unanswerable = [o for o in outcomes if not o.question.evidence]
    count = len(answerable) or 1

    def hit(k: int) -> float:
        return sum(o.rank is not None and o.rank <= k for o in answerable) / count

    return Scores(
        questions=len(answerable),
        hit_at_1=hit(1),
        hit_at_3=hit(3),
        hit_at_5=hit(5),
        answer_holds_evidence=sum(o.answer_holds_evidence for o in answerable) / count,
        wrongly_refused=sum(o.refused for o in answerable),
        unanswerable=len(unanswerable),
        rightly_refused=sum(o.refused for o in unanswerable),
        citations_not_verbatim=sum(not o.verbatim for o in outcomes),
    )


def _outcome(engine: Engine, question: EvaluationQuestion) -> Outcome:
    answer = ask(engine, question.question, _TOP_K)
    rank = next((c.number for c in answer.citations if _holds(c, question.evidence)), None)
    text = fold(answer.text or "")
    return Outcome(
        question,
        rank,
        answer.refused,
        answer_holds_evidence=any(fold(e.quote) in text for e in question.evidence),
        verbatim=all(_is_slice(engine, citation) for citation in answer.citations),
    )


def _holds(citation: Citation, evidence: tuple[Evidence, ...]) -> bool:
    quote = fold(citation.quote)
    return any(citation.source == e.source and fold(e.quote) in quote for e in evidence)


def _is_slice(engine: Engine, citation: Citation) -> bool:
    document = engine.document(citation.source)
    return document is not None and document.text[citation.start : citation.end] == citation.quote
