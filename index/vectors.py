"""Passage vectors: the nearest to a question, and the cosines of chosen rows. Does not encode, nor fuse.

The rows stay on disk in full precision, so that every cosine given is exact, and an index built
upon this one takes over the very bits. Where there are many, FAISS proposes among them (see
`neighbours`) and its proposals are scored anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors
from index.files import NEIGHBOURS, VECTORS
from index.mapped import open_array

Rows = NDArray[np.int64]
# How the nearest are found, for the manifest: its `kind`, and which share of the exact ten it finds.
Measured = dict[str, str | int | float]

# Asked for at once by a search: at this many a proposer's recall is measured.
ASKED = 100
# Up to so many bytes all are compared: 40,000 rows of 384 take 2.2 ms on one core. Less than
# `manifest.LARGE`, beyond which blocks are checked and copied: 30,000 rows of 768 would take 36 ms.
EXACT_BYTES = 40_000 * 384 * 4
# So many allowed rows or fewer are all compared too, wherever they stand.
_FEW = 16_384
# Rows read at once of those that stay on disk: 25 MB of 384 float32.
_CHUNK = 16_384

EXACT: Measured = {"kind": "exact", "recall_at_10": 1.0}


class Proposer(Protocol):
    """Proposes rows near to a question among more than can be compared."""

    def propose(self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None) -> Rows | None:
        """None where all that is allowed is to be compared."""
        ...


class VectorIndex:
    """Unit vectors by row. All are compared with a question, unless a proposer knows better.

    `measured` is what the proposer was measured at when it was written.
    """

    def __init__(
        self, rows: Vectors, proposer: Proposer | None = None, measured: Measured | None = None
    ) -> None:
        self._rows = rows
        self._proposer = proposer
        self.measured = EXACT if measured is None else measured

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def is_large(self) -> bool:
        """Whether there is a proposer: not all are compared exactly."""
        return self._proposer is not None

    def nearest(
        self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, Vectors]:
        """The rows nearest to a question of shape (dimension,), best first, and their cosines.

        Only among the rows that are true in `allowed`, of shape (len(self),), where it is given.
        """
        rows = self._compared(question, limit, allowed)
        cosines = self._all_cosines(question) if rows is None else self.cosines(question, rows)
        best = _highest(cosines, limit)
        return best if rows is None else rows[best], cosines[best]

    def cosines(self, question: Vectors, rows: Rows) -> Vectors:
        """The cosine of each of `rows` to the question; shape (len(rows),)."""
        if len(rows) <= _CHUNK:
            return _products(self._rows[rows], question)
        return np.concatenate([self.cosines(question, part) for part in _chunks(rows)])

    def vectors(self) -> Vectors:
        """All vectors, by row, read from disk as they are needed: shape (len(self), dimension)."""
        return self._rows

    def _compared(self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None) -> Rows | None:
        """The rows to compare with the question; None for all."""
        few = allowed is not None and np.count_nonzero(allowed) <= max(_FEW, limit)
        proposed = None if self._proposer is None or few else self._proposer.propose(question, limit, allowed)
        if proposed is None:
            return None if allowed is None else np.flatnonzero(allowed)
        # In order: pages of a file are then read in order too.
        return np.sort(proposed)

    def _all_cosines(self, question: Vectors) -> Vectors:
        parts = [_products(self._rows[i : i + _CHUNK], question) for i in range(0, len(self), _CHUNK)]
        return np.concatenate([np.zeros(0, np.float32), *parts])


def index_vectors(folder: Path) -> VectorIndex:
    """The index of the unit vectors that are in the file VECTORS of a draft, float32 of shape (passages,
    dimension). Where they take more than EXACT_BYTES, writes what proposes among them.

    Raises OSError: FileExistsError among them.
    """
    rows, measured = open_array(folder / VECTORS), None
    if rows.nbytes > EXACT_BYTES:
        # Imported where it is needed: a small index serves without it.
        from index.neighbours import write_neighbours

        measured = write_neighbours(folder / NEIGHBOURS, rows)
    return VectorIndex(rows, _proposer(folder), measured)


def open_vectors(folder: Path) -> VectorIndex:
    """The index of a generation's vectors. The caller has checked the files, or the digests of their
    blocks."""
    return VectorIndex(open_array(folder / VECTORS), _proposer(folder))


def _proposer(folder: Path) -> Proposer | None:
    if not (folder / NEIGHBOURS).exists():
        return None
    from index.neighbours import open_neighbours

    return open_neighbours(folder / NEIGHBOURS)


def _chunks(rows: Rows) -> Iterator[Rows]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _products(rows: Vectors, question: Vectors) -> Vectors:
    # As fast as BLAS on one thread. BLAS takes two from 2,000 rows on, and waits for both: where other
    # requests hold the cores, for 24 ms instead of 0.07.
    return np.asarray(np.einsum("ij,j->i", rows, question), np.float32)


def _highest(scores: Vectors, limit: int) -> Rows:
    """The places of the `limit` highest scores, best first, ties by place."""
    if not limit:
        return np.zeros(0, np.int64)
    least = np.partition(scores, len(scores) - limit)[len(scores) - limit] if limit < len(scores) else -np.inf
    places = np.flatnonzero(scores >= least)
    return places[np.lexsort((places, -scores[places]))[:limit]]
