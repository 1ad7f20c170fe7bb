"""Whether the texts answer at all: a confidence from the search's signals. No I/O.

A logistic regression of whether the first passage is a right one, over what the search says
of itself. Fitted by `bench/fit_refusal.py`, which prints these constants.
"""

from __future__ import annotations

import math

from index.engine import Signals

# Below this an answer is refused, unless a risk is set: bench/RESULTS.md, "Refusal".
THRESHOLD = 0.35

# Not fitted: of the 73 meanings mined from five web texts and the demonstration texts, read one
# by one, none is false.
DEFINED = 0.95

# Risk, and the threshold at which it was measured, the largest risk first.
_THRESHOLDS = ((0.3, 0.3), (0.2, 0.45), (0.1, 0.65), (0.05, 0.8), (0.01, 0.95))

# By what the search can say: intercept, weights. A question in another language than the texts
# shares no words with them; an index without token by token scores has cosines.
FITS: dict[tuple[str, ...], tuple[float, tuple[float, ...]]] = {
    ("height", "coverage", "late"): (-1.0, (0.29, 1.12, 23.5)),
    ("height", "late"): (-1.0, (0.29, 23.5)),
    ("height", "coverage", "cosine"): (-1.0, (0.29, 1.12, 23.5)),
    ("height", "cosine"): (-1.0, (0.29, 23.5)),
}


def features(signals: Signals) -> dict[str, float]:
    """What the confidence is computed from, by name: see `index.calibration.Match`.

    Token by token scores and cosines are counted from what this index gives to questions that
    it cannot answer.
    """
    best, usual = signals.best, signals.usual
    words = {"coverage": best.coverage} if signals.french else {}
    meaning = {"late": best.late - usual.late} if best.late else {"cosine": best.cosine - usual.cosine}
    return {"height": best.height, **words, **meaning}


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

    None is the default threshold. Between two measured risks, the safer.
    """
    if risk is None:
        return THRESHOLD
    return next((threshold for bound, threshold in _THRESHOLDS if bound <= risk), _THRESHOLDS[-1][1])


def reason_for_refusal(signals: Signals) -> str:
    """Why, in a French sentence, by whether the texts know the question's words at all."""
    if signals.known < 0.5:
        return "Les textes n'emploient pas les mots importants de cette question."
    return (
        "Aucun passage des textes ne répond assez clairement à cette question ; "
        "les plus proches sont donnés à titre indicatif."
    )
