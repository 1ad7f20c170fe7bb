"""Rows of unlike length, one after another in one array, and how rows of two indexes become those of a third.

Pure functions on arrays. Knows nothing of passages, sentences or tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# For each row of a new index, the row of the old one it is taken from, or ~i for the i-th new one.
Origin = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Row r is `values[starts[r]:starts[r + 1]]`."""

    values: NDArray[Any]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def taken(self, rows: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The values of some rows, one row after another, and where each row starts among them."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])[:-1].astype(np.int64)
        parts = [self.values[self.starts[r] : self.starts[r + 1]] for r in rows]
        return np.concatenate([self.values[:0], *parts]), starts


def ragged(rows: Sequence[NDArray[Any]], empty: NDArray[Any]) -> Ragged:
    """Rows put one after another; `empty` has the shape and type of no row at all."""
    starts = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    return Ragged(np.concatenate([empty, *rows]), starts)


def merged(old: NDArray[Any], new: NDArray[Any], origin: Origin) -> NDArray[Any]:
    """The rows of `origin`, taken from `old` and `new`."""
    rows = np.empty((len(origin), *new.shape[1:]), new.dtype)
    kept = origin >= 0
    rows[kept] = old[origin[kept]]
    rows[~kept] = new[~origin[~kept]]
    return rows


def merged_ragged(old: Ragged, new: Ragged, origin: Origin) -> Ragged:
    """The rows of `origin`, taken from `old` and `new`."""
    lengths = np.concatenate([np.diff(old.starts), np.diff(new.starts)])
    # Rows of both, numbered one after another: those of `new` come after those of `old`.
    rows = np.where(origin >= 0, origin, len(old) + ~origin)
    starts = np.concatenate([[0], np.cumsum(lengths[rows])]).astype(np.int64)
    values = np.empty((starts[-1], *new.values.shape[1:]), new.values.dtype)
    # Rows that follow one another are copied together: most do.
    turns = np.flatnonzero((np.diff(rows) != 1) | (rows[1:] == len(old))) + 1
    for first, last in zip([0, *turns], [*turns, len(rows)], strict=True):
        if first < last:
            part, offset = (old, 0) if origin[first] >= 0 else (new, len(old))
            begin, end = part.starts[rows[first] - offset], part.starts[rows[last - 1] - offset + 1]
            values[starts[first] : starts[last]] = part.values[begin:end]
    return Ragged(values, starts)
