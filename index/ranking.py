"""Orders candidates: pure functions, no I/O. Does not fetch passages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]

# What finding every word, and every two words that follow one another, of the question is
# worth in cosine. Measured on PIAF: bench/RESULTS.md, "Fusion".
WORD_WEIGHT = 0.075
PHRASE_WEIGHT = 0.05
# The same once passages are compared token by token. `python -m bench.fit_ranking` fits a cosine
# of nothing and lighter words on the sets that the interaction was learned on; on the project's
# own questions, French and English, the cosine is worth 2 and 3 points of nDCG, and costs PIAF
# 0.1: bench/RESULTS.md, "Ranking".
LATE_SHARE = 0.625
LATE_WORD_WEIGHT = 0.031
LATE_PHRASE_WEIGHT = 0.031


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages proposed for a question, best first; arrays of one length.

    `late` is the token by token score, zeros where the index has none.
    """

    rows: Rows
    scores: Scores
    cosines: Scores
    word_shares: Scores
    phrase_shares: Scores
    late: Scores

    def __len__(self) -> int:
        return len(self.rows)

    def taken(self, positions: Rows | list[int]) -> Candidates:
        """Those at these positions, in this order."""
        return Candidates(
            self.rows[positions],
            self.scores[positions],
            self.cosines[positions],
            self.word_shares[positions],
            self.phrase_shares[positions],
            self.late[positions],
        )


def fuse(rows: Rows, cosines: Scores, word_shares: Scores, phrase_shares: Scores) -> Candidates:
    """Candidates by cosine + weighted shares, best first; ties by row, so always alike.

    A share is BM25 divided by the sum of the question's rarities: dividing makes long and
    short questions alike, and measured better than BM25 as it is, than its share of the best,
    and than ranks. A convex combination of scores: Bruch et al. 2023, "An Analysis of Fusion
    Functions for Hybrid Retrieval".
    """
    scores = cosines + WORD_WEIGHT * word_shares + PHRASE_WEIGHT * phrase_shares
    none = np.zeros(len(rows), np.float32)
    fused = Candidates(rows, scores.astype(np.float32), cosines, word_shares, phrase_shares, none)
    return fused.taken(np.lexsort((rows, -fused.scores)))


def rerank(fused: Candidates, late: Scores) -> Candidates:
    """The first `len(late)` candidates by their token by token scores, cosines and shares; the
    others dropped.
    """
    first = fused.taken(list(range(len(late))))
    meaning = LATE_SHARE * late + (1 - LATE_SHARE) * first.cosines
    scores = meaning + LATE_WORD_WEIGHT * first.word_shares + LATE_PHRASE_WEIGHT * first.phrase_shares
    scored = replace(first, scores=scores.astype(np.float32), late=late)
    return scored.taken(np.lexsort((first.rows, -scored.scores)))


def reordered(candidates: Candidates, scores: Scores) -> Candidates:
    """The first `len(scores)` candidates by these scores, then the others, which score no higher."""
    order = np.argsort(-scores, kind="stable")
    behind = np.minimum(candidates.scores[len(scores) :], scores.min(initial=np.inf))
    sorted_ = candidates.taken([*order.tolist(), *range(len(scores), len(candidates))])
    return replace(sorted_, scores=np.concatenate([scores[order], behind]).astype(np.float32))
