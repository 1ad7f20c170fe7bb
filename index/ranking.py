"""Orders candidates: pure functions, no I/O. Does not fetch passages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# What finding every word of the question is worth in cosine.
# Measured on PIAF: bench/RESULTS.md, "Fusion".
WORD_WEIGHT = 0.1


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
    question_rarity: float,
    word_weight: float = WORD_WEIGHT,
) -> list[Candidate]:
    """Candidates by cosine + `word_weight` × BM25 / `question_rarity`, best first.

    `question_rarity` is the sum of the question's inverse document frequencies: dividing by
    it makes long and short questions alike, and measured better than BM25 as it is, than its
    share of the best, and than ranks. A convex combination of scores: Bruch et al. 2023, "An
    Analysis of Fusion Functions for Hybrid Retrieval". Ties go by row, so always alike.
    """
    scores = cosines + word_weight * word_scores / (question_rarity or 1.0)
    order = np.lexsort((rows, -scores))
    return [
        Candidate(int(rows[i]), float(scores[i]), float(cosines[i]), float(word_scores[i])) for i in order
    ]
