"""The rows of the highest sums over a question's postings, without adding up all of them.

MaxScore (Turtle & Flood 1995, "Query evaluation: strategies and optimizations"): the terms that add
most go first, and once so many rows are found that the terms left cannot bring another among the
best, those add to what is found alone. The result is that of adding up everything. Knows nothing of
words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Floats = NDArray[np.float32]

# Sums of float32 differ by their order in the seventh figure: no row is dropped for so little.
_ROUNDING = 1 - 1e-5
# A row is looked up in a posting in the time in which so many of the posting's are added up: of
# 824,262 passages, 4 to 100 take the same.
_LOOKED_UP = 12
# Fewer rows than this are added up in less time than it takes to find that they need not be.
_FEW = 10_000


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

    def add_to(self, total: Floats, allowed: NDArray[np.bool_] | None) -> tuple[Rows, Floats]:
        """Adds to the sums of all rows, `total`; returns the rows that are allowed, and their sums."""
        rows, weights = self.rows.astype(np.int64), self.weights
        if allowed is not None:
            kept = allowed[rows]
            rows, weights = rows[kept], weights[kept]
        sums = total[rows] + weights
        total[rows] = sums
        return rows, sums


class _Best:
    """Rows of which all postings are added up, the `limit` best of those that were offered. `least`
    is a sum that `limit` rows reach, less what rounding changes; zero until so many are known."""

    def __init__(self, limit: int) -> None:
        self.least = 0.0
        self._limit = limit
        self._rows, self._sums = np.zeros(0, np.int64), np.zeros(0, np.float32)

    def offer(self, rows: Rows, sums: Floats, others: Sequence[Posting]) -> None:
        """The best of some rows, whose sums are without the `others`."""
        top = _highest(sums, self._limit)
        top = top[~np.isin(rows[top], self._rows)]
        rows, sums = rows[top], sums[top]
        if not len(rows):
            return
        for other in others:
            sums = sums + other.added(rows)
        self._rows, self._sums = np.concatenate([self._rows, rows]), np.concatenate([self._sums, sums])
        if len(self._rows) >= self._limit:
            top = _highest(self._sums, self._limit)
            self._rows, self._sums = self._rows[top], self._sums[top]
            self.least = float(self._sums.min()) * _ROUNDING


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
    # What the terms from each on could add to a row, and how many rows they hold.
    left = _from_each([bounds[i] for i in order])
    size = _from_each([len(posting.rows) for posting in by_worth])
    total = np.zeros(row_count, np.float32)
    best = _Best(limit)
    read = 0
    while read < len(by_worth) and left[read] >= best.least:
        here, reached = by_worth[read].add_to(total, allowed)
        read += 1
        if size[read] > _FEW:
            best.offer(here, reached, by_worth[read:])
    # Every row that can be among the best.
    rows: Rows = np.flatnonzero(total > max(best.least - left[read], 0.0))
    for posting, more in zip(by_worth[read:], left[read + 1 :], strict=True):
        if len(rows) * _LOOKED_UP < len(posting.rows):
            total[rows] += posting.added(rows)
        else:
            posting.add_to(total, None)
        rows = rows[total[rows] > best.least - more]
    sums = total[rows]
    rows = rows[sums >= sums[_highest(sums, limit)].min(initial=np.inf) * _ROUNDING]
    exact = np.zeros(len(rows), np.float32)
    for posting in postings:
        exact += posting.added(rows)
    return rows[np.lexsort((rows, -exact))[:limit]]


def _highest(sums: Floats, limit: int) -> Rows:
    """The places of the `limit` highest, in no order; all, where there are no more."""
    if len(sums) <= limit:
        return np.arange(len(sums))
    return np.argpartition(sums, len(sums) - limit)[len(sums) - limit :]


def _from_each(values: Sequence[float]) -> list[float]:
    """The sum of the values from each on, and after the last."""
    return [*np.cumsum(values[::-1])[::-1].tolist(), 0.0]
