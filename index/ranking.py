"""Orders candidates: pure functions, no I/O. Does not fetch passages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# What one point of BM25 is worth in cosine. Measured: bench/RESULTS.md, "Fusion".
WORD_WEIGHT = 0.015


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage's row with what each searcher thinks of it, and the fused score."""

    row: int
    score: float
    cosine: float
    word_score: float


def fuse(
    rows: NDArray[np.int64],
    cosines: NDArray[np.float32],
    word_scores: NDArray[np.float32],
    word_weight: float = WORD_WEIGHT,
) -> list[Candidate]:
    """Candidates by cosine + `word_weight` × BM25, best first; ties by row, so always alike.

    A convex combination of scores beats reciprocal ranks where the scores are calibrated to
    one encoder (Bruch et al. 2023, "An Analysis of Fusion Functions for Hybrid Retrieval").
    """
    scores = cosines + word_weight * word_scores
    order = np.lexsort((rows, -scores))
    return [
        Candidate(int(rows[i]), float(scores[i]), float(cosines[i]), float(word_scores[i]))
        for i in order
    ]
