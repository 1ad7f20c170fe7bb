"""Reads a file of questions about texts that are indexed already. Asks nothing.

One JSON object a line: {"id", "kind", "question", "evidence": [{"source", "quote"}]}. The
right passage is of that source and holds that quote; a question without evidence has no
answer in the texts, and the right reply is a refusal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from qa.evaluation.records import BadQuestions, EvaluationQuestion, Evidence


def load_questions(path: Path) -> list[EvaluationQuestion]:
    """The questions of a file. Raises BadQuestions, naming the line."""
    questions = []
    for number, row in json_lines(path):
        try:
            evidence = tuple(Evidence(e["source"], e["quote"]) for e in row["evidence"])
            kind = str(row.get("kind", ""))
            questions.append(EvaluationQuestion(str(row["id"]), row["question"].strip(), evidence, kind))
        except (KeyError, TypeError, AttributeError):
            raise BadQuestions(
                f"{path}, ligne {number} : un objet JSON avec id, question et evidence est attendu"
            ) from None
    check_ids(path, [question.id for question in questions])
    return questions


def json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Each line's number, from 1, and value; blank lines are skipped. Raises BadQuestions."""
    for number, line in text_lines(path):
        try:
            yield number, json.loads(line)
        except ValueError:
            raise BadQuestions(f"{path}, ligne {number} : un objet JSON est attendu") from None


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Each line's number, from 1, and text; blank lines are skipped. Raises BadQuestions."""
    try:
        # Not splitlines(): a quote may hold U+2028 or U+0085, which JSON leaves as they are.
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"{path} est illisible ({type(error).__name__})") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, line


def check_ids(path: Path, ids: Sequence[str]) -> None:
    """Raises BadQuestions when two rows share an id: results are told apart by it."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise BadQuestions(f"{path} : l'identifiant {name} s'y trouve deux fois")
        seen.add(name)
