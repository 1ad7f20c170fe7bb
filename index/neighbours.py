"""Proposes near rows among many: FAISS compares a question with all of them, in 4 bits a coordinate.

Codes of 32 rows at a time meet a table that stays in the registers of the processor (André et al. 2015,
"Cache locality is not enough"): 100,000 rows of 384 take 0.4 ms, where lists around centroids in 8 bits
took 2.5 to find as many of the nearest, and had to be told how many of them to probe. Keeps no vector
in full precision: see `vectors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index import disk
from index.embedding import Vectors
from index.vectors import ASKED, Rows

# Of the exact ten nearest, this share must be found.
RECALL = 0.99
_NEAREST = 10
_BITS = 4
# Proposed for one that is wanted, to be scored in full precision: of 100,000 rows on labour law, the ten
# nearest to its questions, to PIAF's and to points between four rows are all among the first 100, the
# sixteen levels of each coordinate being learned on some thousands of rows (bench/RESULTS.md, "Growth").
PROPOSED = 3
_TRAINED = 25_000
# Recall is measured on so many points, each between so many rows: they are as far from their nearest as
# questions of another subject. A row moved a little would say nothing.
_MEASURED, _BETWEEN = 256, 4
# Where filters leave a share, so many more are proposed, and most are of that share; at most so many,
# which take 2 ms of 100,000 rows.
_SPARE, _MOST = 1.5, 30_000
_CHUNK = 65_536


class Neighbours:
    """An index of FAISS, in memory: 192 bytes for a row of 384."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    def propose(self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None) -> Rows | None:
        """Rows among which are nearly all of the `limit` nearest to a question of shape (dimension,);
        only allowed ones. In no order; None where too few of the nearest are allowed.
        """
        limit = PROPOSED * max(limit, ASKED)  # fewer than the recall is measured at, never
        if allowed is None:
            return self._search(question, limit)
        count = int(np.count_nonzero(allowed))
        wanted = min(limit, count)
        for more in (ceil(_SPARE * limit * len(allowed) / max(count, 1)), _MOST):
            if more <= _MOST:
                rows = self._search(question, more)
                kept = rows[allowed[rows]]
                if len(kept) >= wanted:
                    return kept[:limit]
        return None

    def _search(self, question: Vectors, limit: int) -> Rows:
        found = self._index.search(question[None, :], min(limit, self._index.ntotal))[1][0]
        rows: Rows = found[found >= 0]
        return rows


def write_neighbours(path: Path, rows: Vectors) -> dict[str, str | int | float] | None:
    """Writes an index of rows of shape (count, dimension), which stay on disk, and returns what it was
    measured at; None, and nothing is written, where it cannot find what it should.

    The same rows give the same file.
    """
    dimension = rows.shape[1]
    index = faiss.IndexPQFastScan(dimension, dimension, _BITS, faiss.METRIC_INNER_PRODUCT)
    trained = np.linspace(0, len(rows) - 1, min(len(rows), _TRAINED)).astype(np.int64)
    index.train(np.ascontiguousarray(rows[trained]))
    for part in _parts(rows):
        index.add(part)
    recall = _recall(index, rows)
    if recall < RECALL:
        return None
    with disk.new_file(path) as write:
        # Piece by piece: whole it would be in memory three times.
        faiss.write_index(index, faiss.PyCallbackIOWriter(write))  # type: ignore[attr-defined]
    return {"kind": "pq4_fast_scan", "recall_at_10": round(recall, 4)}


def open_neighbours(path: Path) -> Neighbours:
    """The index that `write_neighbours` wrote. The caller has checked the file: FAISS parses it."""
    return Neighbours(faiss.read_index(str(path)))


def _recall(index: faiss.Index, rows: Vectors) -> float:
    questions = _questions(rows)
    _, found = index.search(questions, min(PROPOSED * ASKED, len(rows)))
    hits = [
        np.count_nonzero(rows[np.sort(near[near >= 0])] @ question >= cosine)
        for question, near, cosine in zip(questions, found, _exact(questions, rows), strict=True)
    ]
    return float(np.minimum(hits, _NEAREST).mean()) / _NEAREST


def _questions(rows: Vectors) -> Vectors:
    drawn = np.random.default_rng(1).integers(0, len(rows), (_MEASURED, _BETWEEN))
    between = np.asarray(rows[drawn.ravel()]).reshape(_MEASURED, _BETWEEN, -1).sum(axis=1)
    return np.asarray(between / np.linalg.norm(between, axis=1, keepdims=True), np.float32)


def _exact(questions: Vectors, rows: Vectors) -> Vectors:
    """The cosine of the last of the exact nearest to each question, less what rounding changes."""
    best = np.full((len(questions), _NEAREST), -2, np.float32)
    for part in _parts(rows):
        both = np.concatenate([best, questions @ part.T], axis=1)
        best = np.partition(both, both.shape[1] - _NEAREST, axis=1)[:, -_NEAREST:]
    return np.asarray(best.min(axis=1) - 1e-6, np.float32)


def _parts(rows: Vectors) -> Iterator[Vectors]:
    for start in range(0, len(rows), _CHUNK):
        yield np.ascontiguousarray(rows[start : start + _CHUNK])
