"""The rows of the highest sums over a question's postings, without adding up all of them.

MaxScore (Turtle & Flood 1995, "Query evaluation: strategies and optimizations"): the terms that add
most go first, and once so many rows are found that the terms left cannot bring another among the
best, those are only looked up. The result is that of adding up everything. Knows nothing of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Floats = NDArray[np.float32]

# Sums of float32 differ by their order in the seventh figure: no row is dropped for so little.
_ROUNDING = np.float32(1 - 1e-5)


@dataclass(frozen=True, slots=True)
class Posting:
    """The rows that hold a term, rising, and what the term adds to each, above zero."""

    rows: NDArray[np.int32]
    weights: Floats

    def added(self, rows: Rows) -> Floats:
        """What the term adds to each of these rows; shape (len(rows),)."""
        if not len(self.rows):
            return np.zeros(len(rows), np.float32)
        places = np.searchsorted(self.rows, rows.astype(np.int32))
        places[places == len(self.rows)] = 0
        return np.where(self.rows[places] == rows, self.weights[places], np.float32(0))


def best_rows(
    postings: Sequence[Posting], row_count: int, limit: int, allowed: NDArray[np.bool_] | None = None
) -> Rows:
    """The rows of the `limit` highest sums, best first, ties by row; the sums are in the order of
    `postings`. Only rows that are true in `allowed`, of shape (row_count,), where it is given.
    """
    if limit <= 0 or not postings:
        return np.zeros(0, np.int64)
    bounds = [float(posting.weights.max(initial=0)) for posting in postings]
    order = np.argsort(-np.array(bounds), kind="stable").tolist()
    by_worth = [postings[i] for i in order]
    # What the terms from each on could add to a row that none before it found.
    left = [*np.cumsum([bounds[i] for i in reversed(order)])[::-1].tolist(), 0.0]
    rows, sums, read, least = _found(by_worth, left, row_count, limit, allowed)
    for i in range(read, len(by_worth) + 1):
        kept = np.flatnonzero(sums + np.float32(left[i]) >= least * _ROUNDING)
        rows, sums = rows[kept], sums[kept]
        if i < len(by_worth):
            sums = sums + by_worth[i].added(rows)
            least = max(least, _least(sums, limit))
    exact = np.zeros(len(rows), np.float32)
    for posting in postings:
        exact += posting.added(rows)
    return rows[np.lexsort((rows, -exact))[:limit]]


def _found(
    by_worth: Sequence[Posting],
    left: Sequence[float],
    row_count: int,
    limit: int,
    allowed: NDArray[np.bool_] | None,
) -> tuple[Rows, Floats, int, float]:
    """Every row that can be among the best, its sum over the terms read, how many terms were read, and
    a sum that `limit` rows reach."""
    total = np.zeros(row_count, np.float32)
    found: list[Rows] = []
    count, least = 0, 0.0
    for i, posting in enumerate(by_worth):
        if count >= limit:
            rows = np.concatenate(found)
            best = rows[np.argpartition(-total[rows], limit - 1)[:limit]]
            sums = total[best]
            for other in by_worth[i:]:
                sums = sums + other.added(best)
            least = max(least, float(sums.min()))
            if left[i] < least * _ROUNDING:
                return rows, total[rows], i, least
        here, weights = posting.rows, posting.weights
        if allowed is not None:
            kept = allowed[here]
            here, weights = here[kept], weights[kept]
        before = total[here]
        new = here[before == 0].astype(np.int64)
        total[here] = before + weights
        found.append(new)
        count += len(new)
    rows = np.concatenate(found)
    sums = total[rows]
    return rows, sums, len(by_worth), max(least, _least(sums, limit))


def _least(sums: Floats, limit: int) -> float:
    """A sum that `limit` rows reach; zero, where there are fewer."""
    return float(np.partition(sums, len(sums) - limit)[len(sums) - limit]) if len(sums) >= limit else 0.0
