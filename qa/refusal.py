"""Whether the texts answer at all: a confidence from the search's signals. No I/O.

A logistic regression of whether the first passage is a right one, over what the search says
of itself. Fitted by `bench/fit_refusal.py`, which prints these constants.
"""

from __future__ import annotations

import math

from index.engine import Signals

# Below this an answer is refused, unless a risk is set: bench/RESULTS.md, "Refusal".
THRESHOLD = 0.39

# Not fitted: of the 73 meanings mined from five web texts and the demonstration texts, read one
# by one, none is false; 74 / 75, by Laplace's rule of succession.
DEFINED = 0.987

# Risk, and the threshold that holds it on both sets fitted, the largest risk first.
_THRESHOLDS = ((0.4, 0.508), (0.3, 0.675), (0.2, 0.717), (0.1, 0.838), (0.05, 0.981))

# By what the search can say: intercept, weights.
FITS: dict[tuple[str, ...], tuple[float, tuple[float, ...]]] = {
    ("missing", "late"): (-2.024, (-1.273, 28.328)),
    ("missing", "coverage", "cosine"): (-2.73, (-0.915, 3.081, 36.155)),
    # Not fitted but moved: the project's questions in English score 0.10 lower token by token, and
    # 0.06 lower by cosine, than those in French. The weight of cosines is that of a fit without words.
    ("foreign_late",): (0.81, (28.328,)),
    ("foreign_cosine",): (1.78, (46.627,)),
}


def features(signals: Signals) -> dict[str, float]:
    """What the confidence is computed from, by name: see `index.calibration.Match`.

    Token by token scores, or cosines in an index without, are counted from what this index
    gives to questions that it cannot answer. Words say nothing more beside tokens; words and
    names say nothing in another language than that of the texts.
    """
    best, usual = signals.best, signals.usual
    late, cosine = best.late - usual.late, best.cosine - usual.cosine
    if not signals.french:
        return {"foreign_late": late} if best.late else {"foreign_cosine": cosine}
    if best.late:
        return {"missing": best.missing, "late": late}
    return {"missing": best.missing, "coverage": best.coverage, "cosine": cosine}


def confidence(signals: Signals) -> float:
    """The estimated probability, 0 to 1, that the best passage answers the question.

    A definition found in the texts is as sure as the glossary is: DEFINED.
    """
    if signals.defined:
        return DEFINED
    said = features(signals)
    intercept, weights = FITS[tuple(said)]
    value = intercept + sum(weight * x for weight, x in zip(weights, said.values(), strict=True))
    return 1 / (1 + math.exp(-value))


def threshold_of(risk: float | None) -> float:
    """The confidence below which to refuse so that at most this share of answers is wrong.

    None is the default threshold. Between two measured risks, the safer; below all, the safest.
    """
    if risk is None:
        return THRESHOLD
    return next((threshold for bound, threshold in _THRESHOLDS if bound <= risk), _THRESHOLDS[-1][1])


def reason_for_refusal(signals: Signals) -> str:
    """Why, in a French sentence, by whether the texts know the question's words at all."""
    if signals.french and signals.known < 0.5:
        return "Les textes n'emploient pas les mots importants de cette question."
    return (
        "Aucun passage des textes ne répond assez clairement à cette question ; "
        "les plus proches sont donnés à titre indicatif."
    )
