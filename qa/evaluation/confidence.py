"""What a confidence is worth: risk against coverage, and calibration. Pure arrays.

Everywhere `right` and `confidence` have shape (n,), one entry a question. Questions of equal
confidence are taken together: their order is nobody's, so the figures do not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Of equal count, not of equal width: most confidences lie near 0 or 1, and a bin of equal width
# in between would hold next to nothing. 15 is the usual number (Guo et al. 2017).
BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: how sure the service was, how often it was right."""

    count: int
    confidence: float
    right: float


def risk_coverage(right: NDArray[np.bool_], confidence: Floats) -> tuple[Floats, Floats]:
    """The curve, coverage and risk of shape (n,), when only the surest are answered.

    Risk is the share of wrong ones among those (El-Yaniv and Wiener 2010).
    """
    _, wrong = _surest_first(~right, confidence)
    answered = np.arange(1, len(wrong) + 1)
    return answered / len(wrong), np.cumsum(wrong) / answered


def area_under_risk_coverage(right: NDArray[np.bool_], confidence: Floats) -> float:
    """The mean risk over all coverages (AURC, Geifman et al. 2019); NaN without a question."""
    return float(risk_coverage(right, confidence)[1].mean()) if len(right) else float("nan")


def calibration_bins(right: NDArray[np.bool_], confidence: Floats) -> list[Bin]:
    """At most BINS bins whose counts differ by one at most, the surest first."""
    sure, true = _surest_first(right, confidence)
    parts = np.array_split(np.arange(len(sure)), min(BINS, len(sure)) or 1)
    return [Bin(len(p), float(sure[p].mean()), float(true[p].mean())) for p in parts if len(p)]


def expected_calibration_error(right: NDArray[np.bool_], confidence: Floats) -> float:
    """How far, on average, the share of right ones is from the confidence; NaN without a question."""
    if not len(right):
        return float("nan")
    bins = calibration_bins(right, confidence)
    return sum(b.count * abs(b.confidence - b.right) for b in bins) / len(right)


def _surest_first(values: NDArray[np.bool_], confidence: Floats) -> tuple[Floats, Floats]:
    """Confidences, falling, and with each the mean value of the questions that share it."""
    order = np.argsort(-confidence, kind="stable")
    _, shared = np.unique(confidence, return_inverse=True)
    counts = np.bincount(shared)
    means = np.bincount(shared, values.astype(np.float64)) / np.maximum(counts, 1)
    return confidence[order], means[shared][order]
