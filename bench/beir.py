"""What the benches need of a question set in BEIR's layout; `qa.evaluation` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qa.evaluation import beir
from qa.evaluation.drawing import Draw, draw


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the ids of the documents that answer it."""

    text: str
    relevant: frozenset[str]


def load_questions(dataset: Path, limit: int, seed: int = 7) -> list[Question]:
    """At most `limit` judged questions, drawn with `seed`."""
    asked = draw(beir.load_dataset(dataset).questions, Draw(limit=limit, seed=seed))
    return [Question(q.question, frozenset(Path(source).stem for source in q.relevant)) for q in asked]


def write_texts(dataset: Path, folder: Path, keep_every: int = 1) -> int:
    """Writes each `keep_every`-th document as `<id>.txt`, title first. Returns how many."""
    documents = beir.load_dataset(dataset).documents[::keep_every]
    beir.write_texts(documents, folder)
    return len(documents)
