"""Reads a question set in BEIR's layout (Thakur et al. 2021). Draws and indexes nothing.

A folder: corpus.jsonl (`_id`, `title`, `text`), queries.jsonl (`_id`, `text`), qrels.tsv (a
header, then query, document and grade a line) and, where somebody marked the very words that
answer, answers.jsonl (`_id`, `answers`, `answer_start`: offsets in the document's `text`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qa.evaluation.question_file import check_ids, json_lines, text_lines
from qa.evaluation.records import BadQuestions, Dataset, DatasetDocument, EvaluationQuestion, Evidence

ANSWERABLE, UNANSWERABLE = "avec réponse", "sans réponse"
# How much of a right document is shown where no answer is marked in it.
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class _Entry:
    """A document as it will be indexed; its own `text` starts at `text_start` in it."""

    document: DatasetDocument
    text_start: int


@dataclass(frozen=True, slots=True)
class _Answers:
    words: tuple[str, ...]
    starts: tuple[int, ...]


def load_dataset(folder: Path) -> Dataset:
    """The documents, and the questions that have a right document. Raises BadQuestions."""
    entries = {row["_id"]: _entry(row) for row in _rows(folder / "corpus.jsonl", "_id", "text")}
    relevant = _relevant(folder / "qrels.tsv", entries)
    answers: dict[str, _Answers] = {}
    if (folder / "answers.jsonl").exists():
        for row in _rows(folder / "answers.jsonl", "_id", "answers", "answer_start"):
            answers[row["_id"]] = _Answers(tuple(row["answers"]), tuple(row["answer_start"]))
    questions = tuple(
        _question(row, relevant[row["_id"]], entries, answers.get(row["_id"]))
        for row in _rows(folder / "queries.jsonl", "_id", "text")
        if row["_id"] in relevant
    )
    if not questions:
        raise BadQuestions(f"{folder} : aucune question de queries.jsonl n'a de document dans qrels.tsv")
    return Dataset(folder.resolve().name, tuple(e.document for e in entries.values()), questions)


def write_texts(documents: Iterable[DatasetDocument], folder: Path) -> None:
    """Writes each document as a file of `folder`, which is created."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        # As bytes, so that line ends and the offsets of the answers stay as they are; half a
        # surrogate pair, which JSON can hold and no file can, becomes one other character.
        (folder / document.source).write_bytes(document.text.encode(errors="replace"))


def _rows(path: Path, *fields: str) -> list[dict[str, Any]]:
    rows = []
    for number, row in json_lines(path):
        if not isinstance(row, dict) or any(field not in row for field in fields):
            raise BadQuestions(f"{path}, ligne {number} : un objet JSON avec {', '.join(fields)} est attendu")
        rows.append({**row, "_id": str(row["_id"])})
    check_ids(path, [row["_id"] for row in rows])
    return rows


def _entry(row: Mapping[str, Any]) -> _Entry:
    title = (row.get("title") or "").strip()
    head = f"{title}\n\n" if title else ""
    # An id may hold a slash; most are letters, digits and hyphens, which stay as they are.
    source = quote(row["_id"], safe="") + ".txt"
    article = title.split(" > ")[0].strip() or row["_id"]
    return _Entry(DatasetDocument(source, article, f"{head}{row['text']}\n"), len(head))


def _relevant(path: Path, entries: Mapping[str, _Entry]) -> dict[str, dict[str, int]]:
    relevant: defaultdict[str, dict[str, int]] = defaultdict(dict)
    header, *lines = list(text_lines(path)) or [(1, "")]
    for number, line in lines:
        try:
            query, document, written = line.rstrip("\r").split("\t")
            grade = int(written)
        except ValueError:
            raise BadQuestions(
                f"{path}, ligne {number} : question, document et note, séparés par des tabulations, "
                f"sont attendus (en-tête : {header[1]!r})"
            ) from None
        if document not in entries:
            raise BadQuestions(f"{path}, ligne {number} : {document} n'est pas dans corpus.jsonl")
        if grade > 0:
            relevant[query][document] = grade
    return relevant


def _question(
    row: Mapping[str, Any],
    relevant: Mapping[str, int],
    entries: Mapping[str, _Entry],
    answers: _Answers | None,
) -> EvaluationQuestion:
    right = {entries[name].document.source: entries[name] for name in relevant}

    def words(entry: _Entry) -> str:
        return answers.words[0] if answers and answers.words else entry.document.text.strip()[:_SHOWN]

    def starts(entry: _Entry) -> tuple[int, ...]:
        return tuple(entry.text_start + start for start in answers.starts) if answers else ()

    return EvaluationQuestion(
        id=row["_id"],
        question=row["text"].strip(),
        evidence=tuple(Evidence(source, words(entry)) for source, entry in right.items()),
        kind=ANSWERABLE,
        relevant={entries[name].document.source: grade for name, grade in relevant.items()},
        answer_starts={source: starts(entry) for source, entry in right.items()} if answers else {},
    )
