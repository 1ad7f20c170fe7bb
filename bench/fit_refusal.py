"""Fits the confidence of qa/refusal.py: python -m bench.fit_refusal PIAF TRAVAIL [--home DIR]

Half of each dataset's articles are left out of its index, so that half of the questions have
no answer. Fits logistic regressions of whether the first passage is a right one, on PIAF's
questions to fit and travail's to learn (bench/parts.py); reports on those to test, which
neither this nor the ranking has seen. Prints the constants, what refusing at each threshold
gives, and the threshold of each risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bench.parts import Parts, parts_by_article, parts_by_question
from index.embedding import Encoder
from index.engine import Engine, Signals
from index.models import load_encoder
from index.opening import open_engine
from qa.config import load_settings
from qa.evaluation.beir import load_dataset
from qa.evaluation.confidence import expected_calibration_error
from qa.evaluation.dataset_index import build_dataset, home_of, is_built
from qa.evaluation.drawing import Draw, leave_out
from qa.evaluation.records import Dataset, EvaluationQuestion
from qa.refusal import FITS
from qa.terminal import progress

THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
RISKS = (0.4, 0.3, 0.2, 0.1, 0.05, 0.02)


@dataclass(frozen=True, slots=True)
class Sample:
    """Features by name, each (questions,); whether there is an answer, and it was found first."""

    values: dict[str, NDArray[np.float64]]
    answerable: NDArray[np.bool_]
    right: NDArray[np.bool_]

    def table(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        """Features as columns."""
        return np.column_stack([self.values[name] for name in names])


Judged = tuple[Sample, NDArray[np.float64]]


def main(piaf: Path, travail: Path, home: Annotated[Path | None, typer.Option()] = None) -> None:
    settings = load_settings(home=home)
    encoder = load_encoder(settings.model, settings.models)
    first, second = load_dataset(piaf), load_dataset(travail)
    fit, test = _samples(first, parts_by_question(first.questions), settings.home, encoder)
    other_fit, other_test = _samples(second, parts_by_article(second), settings.home, encoder)
    right = np.concatenate([fit.right, other_fit.right])
    for names in FITS:
        if names[0] not in fit.values:
            continue  # of another language: neither set has questions for it
        table = np.concatenate([fit.table(names), other_fit.table(names)])
        scale = table.std(axis=0)
        model = LogisticRegression().fit(table / scale, right)
        coefficients = tuple(round(float(c), 3) for c in model.coef_[0] / scale)
        print(f"{names}: ({model.intercept_[0]:.3f}, {coefficients}),")

        def confidence(sample: Sample) -> NDArray[np.float64]:
            return np.asarray(model.predict_proba(sample.table(names) / scale)[:, 1])  # noqa: B023

        for name, sample in (("PIAF", test), ("travail", other_test)):
            _report(name, sample, confidence(sample))
        _report_risks(
            [(s, confidence(s)) for s in (fit, other_fit)], [(s, confidence(s)) for s in (test, other_test)]
        )


def _samples(dataset: Dataset, parts: Parts, home: Path, encoder: Encoder) -> tuple[Sample, Sample]:
    """To fit, and to test; both asked of an index of half the articles."""
    halved = leave_out(dataset, Draw(leave_out=0.5))
    place = home_of(home, halved.name, halved.documents, encoder)
    if not is_built(place):
        with progress() as show:
            build_dataset(place, halved.documents, encoder, show)
    engine = open_engine(place, encoder)
    try:
        fit, test = (_sample([halved.questions[i] for i in part], engine) for part in (parts.fit, parts.test))
    finally:
        engine.close()
    return fit, test


def _sample(questions: list[EvaluationQuestion], engine: Engine) -> Sample:
    searches = [engine.search(q.question, 1) for q in questions]
    rows = [_values(search.signals) for search in searches]
    return Sample(
        {name: np.array([row[name] for row in rows]) for name in rows[0]},
        np.array([q.answerable for q in questions]),
        np.array(
            [s.hits[0].passage.document_id in q.relevant for s, q in zip(searches, questions, strict=True)]
        ),
    )


def _values(signals: Signals) -> dict[str, float]:
    best, usual = signals.best, signals.usual
    return {
        "missing": best.missing,
        "coverage": best.coverage,
        "late": best.late - usual.late,
        "cosine": best.cosine - usual.cosine,
    }


def _report(name: str, sample: Sample, confidence: NDArray[np.float64]) -> None:
    print(
        f"  {name}: {len(confidence)} questions, AUROC {roc_auc_score(sample.answerable, confidence):.3f} "
        f"(of a right first passage {roc_auc_score(sample.right, confidence):.3f}), "
        f"ECE {expected_calibration_error(sample.right, confidence):.3f}"
    )
    for threshold in THRESHOLDS:
        refused = confidence < threshold
        print(
            f"    below {threshold}: precision {(~sample.answerable)[refused].mean():.3f}, "
            f"recall {refused[~sample.answerable].mean():.3f}, "
            f"right answers refused {refused[sample.right].mean():.3f}, "
            f"risk {_risk(threshold, sample, confidence):.3f}"
        )


def _report_risks(fitted: list[Judged], tested: list[Judged]) -> None:
    """The threshold that holds each risk on every set fitted, and the risk it gives on those tested."""
    for bound in RISKS:
        threshold = max(_threshold(bound, *judged) for judged in fitted)
        risks = ", ".join(f"{_risk(threshold, *judged):.3f}" for judged in tested)
        print(f"  risk {bound}: threshold {threshold:.3f}, in test {risks}")


def _threshold(bound: float, sample: Sample, confidence: NDArray[np.float64]) -> float:
    return next((t for t in np.sort(confidence) if _risk(t, sample, confidence) <= bound), 1.0)


def _risk(threshold: float, sample: Sample, confidence: NDArray[np.float64]) -> float:
    """The share of answers, those at or above the threshold, whose first passage is wrong."""
    answered = confidence >= threshold
    return float((~sample.right)[answered].mean()) if answered.any() else 0.0


if __name__ == "__main__":
    typer.run(main)
