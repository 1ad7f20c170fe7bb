"""Proposes near rows among many: FAISS, in lists around centroids, 8 bits a coordinate.

When it is built, the lists that a question probes are raised until the recall is what it should be.
Keeps no vector in full precision: see `vectors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, isqrt
from pathlib import Path
from typing import cast

import faiss
import numpy as np
from numpy.typing import NDArray

from index import disk
from index.embedding import Vectors
from index.vectors import ASKED, Rows

# Of the exact ten nearest, this share must be found, and of those to the points it is measured on a
# little more: where 0.990 of these were found of 100,000 rows, 0.988 of the questions' were.
RECALL, _AIM = 0.99, 0.995
_NEAREST = 10
# Proposed for one that is wanted, to be scored in full precision. On a million vectors the 100 nearest
# to PIAF's questions and to those on labour law were as good with 300 as with 1,000.
PROPOSED = 3
# Lists: 4,000 at a million rows. A question of PIAF's or on labour law finds 0.997 of its ten there when
# 170 are probed, in 2 ms; of half as many lists it takes as many, twice as long. Training and filling
# them takes most of a minute.
_LISTS_PER_ROOT = 4
_TRAINED_PER_LIST, _ROUNDS = 24, 4
# Recall is measured on so many points, each between so many rows. A row moved a little is found in its
# own list and says nothing: its recall is 1.0 with any probes. Of 2,048 lists 128 are probed: PIAF's
# questions find 0.992, those on labour law 0.993, points between three rows 1.0, between five 0.948.
_MEASURED, _BETWEEN = 256, 4
# Where filters leave a share, so many more are proposed, and most are of that share.
_SPARE, _MOST = 1.5, 3_000
_CHUNK = 65_536


class Neighbours:
    """An inverted file of FAISS."""

    def __init__(self, index: faiss.IndexIVF) -> None:
        self._index = index

    def propose(self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None) -> Rows:
        """Rows among which are nearly all of the `limit` nearest to a question of shape (dimension,);
        only allowed ones. In no order."""
        limit *= PROPOSED
        if allowed is None:
            return self._search(question, limit)
        share = np.count_nonzero(allowed) / len(allowed)
        more = ceil(_SPARE * limit / share) if share else _MOST + 1
        if more <= _MOST:
            # What is among the best, and allowed, is the best of what is allowed. FAISS asked for
            # allowed rows alone is ten times slower.
            rows = self._search(question, more)
            kept = allowed[rows]
            # Not where the filter leaves out the question's own surroundings: the recall was measured
            # for the nearest, and what is farther also stands in lists that were not probed.
            if np.count_nonzero(kept[:ASKED]) >= _NEAREST and np.count_nonzero(kept) >= limit:
                return rows[kept][:limit]
        bits = np.packbits(allowed, bitorder="little")
        # They may be far from the question, in lists that it would not probe. All: 50 ms at a million.
        # FAISS declares its C++ signatures; its Python side takes an array and names.
        only = faiss.SearchParametersIVF(sel=faiss.IDSelectorBitmap(bits), nprobe=self._index.nlist)  # type: ignore[call-arg, arg-type]
        return self._search(question, limit, only)

    def _search(
        self, question: Vectors, limit: int, parameters: faiss.SearchParametersIVF | None = None
    ) -> Rows:
        wanted = min(limit, self._index.ntotal)
        _, found = self._index.search(question[None, :], wanted, params=parameters)
        rows: Rows = found[0][found[0] >= 0]
        if len(rows) < wanted and parameters is None:
            # The lists probed hold no more, and the others do.
            return self._search(question, limit, faiss.SearchParametersIVF(nprobe=self._index.nlist))  # type: ignore[call-arg]
        return rows


def write_neighbours(path: Path, rows: Vectors) -> dict[str, str | int | float] | None:
    """Writes an index of rows of shape (count, dimension), which stay on disk, and returns what it was
    measured at; None, and nothing is written, where it cannot find what it should.

    The same rows give the same file.
    """
    lists = _LISTS_PER_ROOT * isqrt(len(rows))
    # Of these one belongs to the other, as nothing else would keep it.
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(rows.shape[1]),
        rows.shape[1],
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        False,
    )
    index.cp.niter, index.cp.seed, index.cp.spherical = _ROUNDS, 1, True
    index.cp.max_points_per_centroid = _TRAINED_PER_LIST
    index.cp.min_points_per_centroid = 1
    trained = np.linspace(0, len(rows) - 1, min(len(rows), _TRAINED_PER_LIST * lists)).astype(np.int64)
    index.train(np.ascontiguousarray(rows[trained]))
    for part in _parts(rows):
        index.add(part)
    recall = _tuned(index, rows)
    if recall < RECALL:
        return None
    with disk.new_file(path) as write:
        # Piece by piece: whole it would be in memory three times, 1.2 GB for a million rows.
        faiss.write_index(index, faiss.PyCallbackIOWriter(write))  # type: ignore[attr-defined]
    return {
        "kind": "ivf_sq8",
        "lists": lists,
        "probes": int(index.nprobe),
        "recall_at_10": round(recall, 4),
    }


def open_neighbours(path: Path) -> Neighbours:
    """The index that `write_neighbours` wrote, its codes read from disk as they are needed.

    The caller has checked the file: FAISS parses it.
    """
    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    return Neighbours(cast(faiss.IndexIVF, index))


def _tuned(index: faiss.IndexIVF, rows: Vectors) -> float:
    """Raises the lists probed until the recall is good enough; the recall."""
    questions = _questions(rows)
    least = _exact(questions, rows)
    probes, recall = max(1, index.nlist // 64), 0.0
    while True:
        index.nprobe = min(probes, index.nlist)
        _, found = index.search(questions, PROPOSED * ASKED)
        hits = [
            np.count_nonzero(rows[np.sort(near[near >= 0])] @ question >= cosine)
            for question, near, cosine in zip(questions, found, least, strict=True)
        ]
        recall = float(np.minimum(hits, _NEAREST).mean()) / _NEAREST
        if recall >= _AIM or probes >= index.nlist:
            return recall
        probes = ceil(probes * 1.25)


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
