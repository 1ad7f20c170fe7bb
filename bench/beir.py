"""Question sets in the BEIR layout: corpus.jsonl, queries.jsonl, qrels.tsv."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the ids of the documents that answer it."""

    text: str
    relevant: frozenset[str]


def load_questions(dataset: Path, limit: int, seed: int = 7) -> list[Question]:
    """At most `limit` judged questions, drawn with `seed`."""
    relevant: defaultdict[str, set[str]] = defaultdict(set)
    for line in (dataset / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            relevant[query].add(document)
    queries = [json.loads(line) for line in (dataset / "queries.jsonl").open(encoding="utf-8")]
    judged = [Question(q["text"], frozenset(relevant[q["_id"]])) for q in queries if q["_id"] in relevant]
    return random.Random(seed).sample(judged, min(limit, len(judged)))


def write_texts(dataset: Path, folder: Path, keep_every: int = 1) -> int:
    """Writes each `keep_every`-th document as `<id>.txt`, title first. Returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = (dataset / "corpus.jsonl").read_text("utf-8").splitlines()[::keep_every]
    for line in lines:
        entry = json.loads(line)
        text = "\n\n".join(part for part in (entry.get("title", "").strip(), entry["text"]) if part)
        (folder / f"{entry['_id']}.txt").write_text(text + "\n", "utf-8")
    return len(lines)
