"""The whole of an evaluation as JSON, and read back. Measures nothing."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.evaluation.comparison import Comparison
from qa.evaluation.drawing import Draw
from qa.evaluation.records import BadQuestions, Evidence, Found, Outcome


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, of what: the dataset's name, how it was drawn, the index and its model.

    `counts` are those of the index; below `threshold` the service refuses.
    """

    dataset: str
    draw: Draw
    generation: str
    built_at: str
    model: str
    counts: Mapping[str, int]
    threshold: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was asked, the figures, and each question's outcome."""

    asked: Asked
    summary: Mapping[str, float | int | None]
    outcomes: tuple[Outcome, ...]
    comparison: Comparison | None


def to_json(evaluation: Evaluation) -> str:
    """One line; `outcomes_of` reads the questions back."""
    fields = dataclasses.asdict(evaluation)
    told = {
        **fields.pop("asked"),
        "summary": fields["summary"],
        "comparison": fields["comparison"],
        "questions": fields["outcomes"],
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


def outcomes_of(path: Path) -> tuple[Outcome, ...]:
    """The outcomes in a file that `to_json` filled. Raises BadQuestions when it is not one."""
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["questions"]
        return tuple(
            Outcome(
                **{
                    **row,
                    "first": Found(**row["first"]) if row["first"] else None,
                    "expected": tuple(Evidence(**e) for e in row["expected"]),
                }
            )
            for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadQuestions(
            f"{path} n'est pas le résultat d'une évaluation ({type(error).__name__}) ; "
            "il en faut un écrit par : sourcier eval … --out FICHIER.json"
        ) from None
