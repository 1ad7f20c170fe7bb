"""What the tests of evaluations share: outcomes, and a small question set in BEIR's layout."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa.evaluation.drawing import Draw
from qa.evaluation.measures import summary
from qa.evaluation.records import Evidence, Found, Outcome
from qa.evaluation.results import Asked, Evaluation
from qa.evaluation.retrieval import retrieval_scores

CORPUS: tuple[dict[str, str], ...] = (
    {"_id": "a-1", "title": "La pluie", "text": "La pluie tombe sur Rennes en novembre."},
    {"_id": "a-2", "title": "La pluie > La mesure", "text": "Un pluviomètre mesure chaque averse."},
    {"_id": "b/1", "title": "Le pain", "text": "Le boulanger pétrit avant l'aube."},
    {"_id": "c", "title": "", "text": "Un phare éclaire la côte bretonne."},
)
QUERIES: Mapping[str, str] = {
    "q1": "Où tombe la pluie en novembre ?",
    "q2": "Qui pétrit avant l'aube ?",
    "q3": "Que fait un phare sur la côte ?",
    "q4": "Personne n'a jugé cette question ?",
}
QRELS: Sequence[tuple[str, str, int]] = (
    ("q1", "a-1", 2),
    ("q1", "a-2", 1),
    ("q1", "c", 0),
    ("q2", "b/1", 1),
    ("q3", "c", 1),
)
ANSWERS = ({"_id": "q1", "answers": ["Rennes"], "answer_start": [19]},)


def write_dataset(folder: Path, *, answers: bool = True) -> Path:
    """Writes the question set above; returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    queries = [{"_id": name, "text": text} for name, text in QUERIES.items()]
    write_rows(folder / "corpus.jsonl", CORPUS)
    write_rows(folder / "queries.jsonl", queries)
    qrels = ["query-id\tcorpus-id\tscore", *(f"{q}\t{d}\t{grade}" for q, d, grade in QRELS)]
    (folder / "qrels.tsv").write_text("\n".join(qrels) + "\n", "utf-8")
    if answers:
        write_rows(folder / "answers.jsonl", ANSWERS)
    return folder


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """One JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def outcome(
    name: str = "q",
    *,
    rank: int | None = 1,
    confidence: float = 0.9,
    refused: bool = False,
    answerable: bool = True,
    highlight_right: bool | None = None,
    said: bool | None = None,
    not_verbatim: int = 0,
    milliseconds: float = 10.0,
) -> Outcome:
    """An outcome whose retrieval measures are those of its rank."""
    found = [f"other {i}" for i in range(20)]
    if rank is not None:
        found[rank - 1] = "right"
    scores = retrieval_scores({name: {"right": 1}}, {name: found})[name] if answerable else {}
    return Outcome(
        id=name,
        question=f"Question {name} ?",
        kind="",
        answerable=answerable,
        rank=rank if answerable else None,
        confidence=confidence,
        refused=refused,
        right=answerable and rank == 1,
        highlight_right=highlight_right,
        answer_holds_evidence=said,
        scores=scores,
        citations=5,
        not_verbatim=not_verbatim,
        milliseconds=milliseconds,
        first=Found("a.txt", 3, 9, "trouvé"),
        expected=(Evidence("b.txt", "attendu"),) if answerable else (),
    )


def evaluation(outcomes: Sequence[Outcome]) -> Evaluation:
    """An evaluation with these outcomes, of an index that does not exist."""
    counts = {"documents": 2, "passages": 3}
    asked = Asked("jeu", Draw(limit=5), "g-1", "2026-01-02T03:04:05+00:00", "fake", counts, 0.2)
    return Evaluation(asked, summary(outcomes), tuple(outcomes), None)
