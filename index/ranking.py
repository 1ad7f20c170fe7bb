"""Orders candidates: pure functions, no I/O. Does not fetch passages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# What finding every word, and every two words that follow one another, of the question is
# worth in cosine. Measured on PIAF: bench/RESULTS.md, "Fusion".
WORD_WEIGHT = 0.075
PHRASE_WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage's row, its fused score, and the cosine in it."""

    row: int
    score: float
    cosine: float


def fuse(
    rows: NDArray[np.int64],
    cosines: NDArray[np.float32],
    word_shares: NDArray[np.float32],
    phrase_shares: NDArray[np.float32],
) -> list[Candidate]:
    """Candidates by cosine + weighted shares, best first; ties by row, so always alike.

    A share is BM25 divided by the sum of the question's rarities: dividing makes long and
    short questions alike, and measured better than BM25 as it is, than its share of the best,
    and than ranks. A convex combination of scores: Bruch et al. 2023, "An Analysis of Fusion
    Functions for Hybrid Retrieval".
    """
    scores = cosines + WORD_WEIGHT * word_shares + PHRASE_WEIGHT * phrase_shares
    order = np.lexsort((rows, -scores))
    return [Candidate(int(rows[i]), float(scores[i]), float(cosines[i])) for i in order]
