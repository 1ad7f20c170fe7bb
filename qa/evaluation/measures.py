"""The outcomes in figures: one table of measures, for the summary and for comparisons alike.

Each measure is a function of `Columns`, so that a comparison can take it on any drawing of the
questions; NaN says that a measure means nothing there. French labels: they are what is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from qa.evaluation.confidence import Floats, area_under_risk_coverage, expected_calibration_error
from qa.evaluation.records import Outcome
from qa.evaluation.retrieval import MEASURES as RETRIEVAL

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Columns:
    """The outcomes as arrays of shape (n,); NaN where an outcome says nothing of the kind."""

    answerable: Bools
    refused: Bools
    right: Bools
    confidence: Floats
    highlight_right: Floats
    answer_holds_evidence: Floats
    scores: Mapping[str, Floats]

    def take(self, rows: NDArray[np.int64]) -> Columns:
        """The columns of these rows, in this order, a row as often as it is named."""
        return Columns(
            self.answerable[rows],
            self.refused[rows],
            self.right[rows],
            self.confidence[rows],
            self.highlight_right[rows],
            self.answer_holds_evidence[rows],
            {name: column[rows] for name, column in self.scores.items()},
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure about all the questions; `label` says in French what it is."""

    key: str
    label: str
    of: Callable[[Columns], float]
    lower_is_better: bool = False


def columns(outcomes: Sequence[Outcome]) -> Columns:
    """The outcomes as arrays, in their order."""
    names = [str(measure) for measure in RETRIEVAL]
    return Columns(
        answerable=np.array([o.answerable for o in outcomes], bool),
        refused=np.array([o.refused for o in outcomes], bool),
        right=np.array([o.right for o in outcomes], bool),
        confidence=np.array([o.confidence for o in outcomes], float),
        # Of a wrong passage no highlight is right: only right first citations are judged by it.
        highlight_right=_optional([o.highlight_right if o.right else None for o in outcomes]),
        answer_holds_evidence=_optional([o.answer_holds_evidence for o in outcomes]),
        scores={name: np.array([o.scores.get(name, np.nan) for o in outcomes], float) for name in names},
    )


def summary(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    """Every measure by key, then the counts and the latency; None where one means nothing."""
    table = columns(outcomes)
    took = np.array([o.milliseconds for o in outcomes])
    values = {measure.key: measure.of(table) for measure in MEASURES}
    return {
        **{key: None if np.isnan(value) else float(value) for key, value in values.items()},
        "answerable": int(table.answerable.sum()),
        "unanswerable": int((~table.answerable).sum()),
        "answerable_refused": int((table.refused & table.answerable).sum()),
        "unanswerable_refused": int((table.refused & ~table.answerable).sum()),
        "highlights_judged": int((~np.isnan(table.highlight_right)).sum()),
        "citations": sum(o.citations for o in outcomes),
        "citations_not_verbatim": sum(o.not_verbatim for o in outcomes),
        "milliseconds_median": float(np.median(took)) if len(took) else None,
        "milliseconds_p95": float(np.quantile(took, 0.95, method="lower")) if len(took) else None,
    }


def _optional(values: Sequence[bool | None]) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in values], float)


def _mean(values: Floats) -> float:
    judged = values[~np.isnan(values)]
    return float(judged.mean()) if len(judged) else float("nan")


def _share(holds: Bools, among: Bools) -> float:
    # Not scikit-learn's precision and recall, which these are for refusals: a hundred times as
    # slow, and a comparison takes thousands.
    return _mean(holds[among].astype(float))


def _retrieval(name: str) -> Callable[[Columns], float]:
    return lambda c: _mean(c.scores[name])


def _where_both(measure: Callable[[Columns], float]) -> Callable[[Columns], float]:
    """The measure, where there are questions of either kind to tell apart; else NaN."""
    return lambda c: float(measure(c)) if c.answerable.any() and not c.answerable.all() else float("nan")


MEASURES = (
    *(Measure(str(measure), str(measure), _retrieval(str(measure))) for measure in RETRIEVAL),
    Measure(
        "highlight_accuracy",
        "surlignage juste, quand la première citation l'est",
        lambda c: _mean(c.highlight_right),
    ),
    Measure(
        "answer_holds_evidence",
        "la réponse contient les mots attendus",
        lambda c: _mean(c.answer_holds_evidence),
    ),
    Measure(
        "wrongly_refused",
        "refusées à tort (part des questions avec réponse)",
        lambda c: _share(c.refused, c.answerable),
        lower_is_better=True,
    ),
    Measure(
        "coverage", "couverture (part des questions répondues)", lambda c: _mean((~c.refused).astype(float))
    ),
    Measure(
        "risk",
        "risque (part des réponses dont la première citation est fausse)",
        lambda c: _share(~c.right, ~c.refused),
        lower_is_better=True,
    ),
    Measure(
        "aurc",
        "aire sous la courbe risque–couverture",
        lambda c: area_under_risk_coverage(c.right, c.confidence),
        lower_is_better=True,
    ),
    Measure(
        "ece",
        "erreur de calibration (ECE, 15 classes de même effectif)",
        lambda c: expected_calibration_error(c.right, c.confidence),
        lower_is_better=True,
    ),
    Measure(
        "auroc",
        "AUROC de la confiance (avec réponse ou sans)",
        _where_both(lambda c: roc_auc_score(c.answerable, c.confidence)),
    ),
    Measure(
        "refusal_precision",
        "précision des refus",
        _where_both(lambda c: _share(~c.answerable, c.refused)),
    ),
    Measure(
        "refusal_recall",
        "rappel des refus",
        _where_both(lambda c: _share(c.refused, ~c.answerable)),
    ),
)
