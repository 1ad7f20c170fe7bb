"""The questions that a new index is asked: those of a file, and those remembered. Asks none."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic_core import PydanticCustomError

from qa.config import Settings
from qa.evaluation.question_file import text_lines
from qa.evaluation.records import BadQuestions
from qa.remembered import Remembered
from qa.schemas import check_question


def replayed_questions(settings: Settings) -> tuple[str, ...]:
    """The questions of the file, then those remembered, each once. Raises BadQuestions."""
    given = load_questions(settings.questions) if settings.questions else ()
    return tuple(dict.fromkeys((*given, *Remembered(settings.home, settings.remember).questions())))


def load_questions(path: Path) -> tuple[str, ...]:
    """The questions of a file, each once: one a line, or JSON objects with "question".

    The files of `sourcier eval` are of the second kind. Raises BadQuestions, naming the line.
    """
    # Windows' Notepad starts a file with a byte order mark.
    lines = ((number, line.removeprefix("\ufeff").strip()) for number, line in text_lines(path))
    questions = tuple(dict.fromkeys(_question(path, number, line) for number, line in lines if line))
    if not questions:
        raise BadQuestions(f"{path} ne contient aucune question ; écrivez-en une par ligne")
    return questions


def _question(path: Path, number: int, line: str) -> str:
    try:
        return check_question(json.loads(line)["question"] if line.startswith("{") else line)
    except PydanticCustomError as error:
        raise BadQuestions(f"{path}, ligne {number} : {error.message()}") from None
    except (ValueError, KeyError, AttributeError):
        raise BadQuestions(
            f"{path}, ligne {number} : une question, ou un objet JSON avec question, est attendue"
        ) from None
