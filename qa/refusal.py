"""Whether the texts answer at all: a confidence from the search's signals. No I/O.

A logistic regression of whether the first passage is a right one, over what the search says
of itself. Fitted by `bench/fit_refusal.py`, which prints these constants.
"""

from __future__ import annotations

import math

from index.engine import Signals

# Below this an answer is refused: the highest of the thresholds that `bench/fit_refusal.py`
# prints at which less than one right answer in ten is refused (bench/RESULTS.md, "Refusal").
THRESHOLD = 0.2

# Not fitted: of the 73 meanings mined from five web texts and the demonstration texts, read one
# by one, none is false.
DEFINED = 0.95

_INTERCEPT = -13.778
_WEIGHTS = {"cosine": 10.826, "height": 0.363, "coverage": 4.662}


def features(signals: Signals) -> dict[str, float]:
    """What the confidence is computed from, by name."""
    deviation = signals.background_deviation or 1.0
    return {
        "cosine": signals.cosine,
        "height": (signals.cosine - signals.background_mean) / deviation,
        "coverage": signals.coverage,
    }


def confidence(signals: Signals) -> float:
    """The estimated probability, 0 to 1, that the best passage answers the question.

    A definition found in the texts is as sure as the glossary is: DEFINED.
    """
    if signals.defined:
        return DEFINED
    value = _INTERCEPT + sum(_WEIGHTS[name] * x for name, x in features(signals).items())
    return 1 / (1 + math.exp(-value))


def reason_for_refusal(signals: Signals) -> str:
    """Why, in a French sentence, by whether the texts know the question's words at all."""
    if signals.known < 0.5:
        return "Les textes n'emploient pas les mots importants de cette question."
    return (
        "Aucun passage des textes ne répond assez clairement à cette question ; "
        "les plus proches sont donnés à titre indicatif."
    )
