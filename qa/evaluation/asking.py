"""Asks every question in process and compares each reply with what is known. Sums up nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from corpus.folding import fold
from index.duplicates import Place
from index.engine import Engine
from qa.answer import Answer, ask
from qa.citing import Citation
from qa.evaluation.records import EvaluationQuestion, Found, Outcome
from qa.evaluation.retrieval import retrieval_scores
from qa.refusal import THRESHOLD

# Enough passages for ten documents on PIAF, whose paragraphs are one or two passages each.
TOP_K = 20
# What is sought when words tell the right passage: any of them will do, so it is one thing.
_EVIDENCE = "evidence"


def evaluate(
    engine: Engine,
    questions: Sequence[EvaluationQuestion],
    threshold: float = THRESHOLD,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> list[Outcome]:
    """What became of each question. Their ids must differ."""
    if not questions:
        return []
    ask(engine, questions[0].question, TOP_K)  # the first question is several times slower
    replies: list[tuple[Answer, float]] = []
    for done, question in enumerate(questions, 1):
        started = time.perf_counter()
        answer = ask(engine, question.question, TOP_K, threshold=threshold)
        replies.append((answer, 1000 * (time.perf_counter() - started)))
        progress("questions", done, len(questions))
    ranked = {q.id: _ranked(q, answer) for q, (answer, _) in zip(questions, replies, strict=True)}
    relevant = {q.id: q.relevant or {_EVIDENCE: 1} for q in questions if q.answerable}
    scores = retrieval_scores(relevant, ranked)
    return [
        _outcome(engine, question, answer, milliseconds, ranked[question.id], scores.get(question.id, {}))
        for question, (answer, milliseconds) in zip(questions, replies, strict=True)
    ]


def _ranked(question: EvaluationQuestion, answer: Answer) -> list[str]:
    """The documents found, best first; or the citations, those that hold the evidence being one."""
    if question.relevant or not question.evidence:
        return list(dict.fromkeys(citation.source for citation in answer.citations))
    names = (_EVIDENCE if _holds(c, question) else f"citation {c.number}" for c in answer.citations)
    return list(dict.fromkeys(names))


def _outcome(
    engine: Engine,
    question: EvaluationQuestion,
    answer: Answer,
    milliseconds: float,
    ranked: Sequence[str],
    scores: dict[str, float],
) -> Outcome:
    sought = question.relevant or {_EVIDENCE}
    rank = next((place for place, name in enumerate(ranked, 1) if name in sought), None)
    first = answer.citations[0] if answer.citations else None
    by_words = question.answerable and not question.relevant
    return Outcome(
        id=question.id,
        question=question.question,
        kind=question.kind,
        answerable=question.answerable,
        rank=rank,
        confidence=answer.confidence,
        refused=answer.refused,
        right=rank == 1,
        highlight_right=_highlight_right(question, first),
        answer_holds_evidence=_said(question, answer) if by_words else None,
        scores=scores,
        citations=len(answer.citations),
        not_verbatim=sum(not _is_verbatim(engine, citation) for citation in answer.citations),
        milliseconds=milliseconds,
        first=Found(first.source, first.start, first.end, first.quote) if first else None,
        expected=question.evidence,
    )


def _holds(citation: Citation, question: EvaluationQuestion) -> bool:
    quote = fold(citation.quote)
    return any(citation.source == e.source and fold(e.quote) in quote for e in question.evidence)


def _said(question: EvaluationQuestion, answer: Answer) -> bool:
    text = fold(answer.text or "")
    return any(fold(evidence.quote) in text for evidence in question.evidence)


def _highlight_right(question: EvaluationQuestion, first: Citation | None) -> bool | None:
    if first is None or not first.highlights or first.source not in question.answer_starts:
        return None
    best = first.highlights[0]
    return any(best.start <= start < best.end for start in question.answer_starts[first.source])


def _is_verbatim(engine: Engine, citation: Citation) -> bool:
    """The citation, and each further place it names, is the exact slice of its document."""
    own = Place(citation.source, citation.title, citation.start, citation.end, citation.quote)
    return all(_is_slice(engine, place) for place in (own, *citation.also))


def _is_slice(engine: Engine, place: Place) -> bool:
    document = engine.document(place.document_id)
    return document is not None and document.text[place.start : place.end] == place.quote
