"""Rows of unlike length, one after another in one array, and whence the rows of a new index are taken.

Pure functions on arrays. Knows nothing of passages, sentences or tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ragged:
    """Row r is `values[starts[r]:starts[r + 1]]`. Values before the first row or after the last are no
    row's.
    """

    values: NDArray[Any]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def part(self, first: int, last: int) -> Ragged:
        """The rows from `first` to `last`, nothing copied."""
        return Ragged(self.values, self.starts[first : last + 1])

    def taken(self, rows: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The values of some rows, one row after another, and where each row starts among them."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])[:-1].astype(np.int64)
        parts = [self.values[self.starts[r] : self.starts[r + 1]] for r in rows]
        return np.concatenate([self.values[:0], *parts]), starts


# Whence a row of a new index is taken: from the index before, from the new one as far as it is
# written, or from what was made for it now.
BEFORE, EARLIER, NOW = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Origins:
    """Whence each of some rows is taken: a `part`, and the `row` of it."""

    part: NDArray[np.int8]
    row: NDArray[np.int64]

    def taken(self, first: int, last: int) -> Origins:
        """Those from `first` to `last`."""
        return Origins(self.part[first:last], self.row[first:last])

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """As (part, row, row after the last): rows that follow one another are told together."""
        part, row = self.part, self.row
        turns = (np.flatnonzero((np.diff(part) != 0) | (np.diff(row) != 1)) + 1).tolist()
        for begin, end in zip([0, *turns], [*turns, len(row)], strict=True):
            if begin < end:
                yield int(part[begin]), int(row[begin]), int(row[end - 1]) + 1


def ragged(rows: Sequence[NDArray[Any]], empty: NDArray[Any]) -> Ragged:
    """Rows put one after another; `empty` has the shape and type of no row at all."""
    starts = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    return Ragged(np.concatenate([empty, *rows]), starts)
