"""Passage vectors in FAISS: exact inner product. Does not encode and does not fuse."""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors


class VectorIndex:
    """Unit vectors by row, searched exactly (IndexFlatIP), so that scores are cosines."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(
        self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], Vectors]:
        """The rows nearest to a question of shape (dimension,), best first, and their cosines.

        Only among the rows that are true in `allowed`, of shape (len(self),), where it is given.
        """
        limit = min(limit, len(self))
        if allowed is None:
            cosines, rows = self._index.search(question[None, :], limit)
            return rows[0], cosines[0]
        limit = min(limit, int(allowed.sum()))
        if not limit:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        bits = np.packbits(allowed, bitorder="little")
        # FAISS declares its C++ signatures; its Python side takes an array and names.
        only = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))  # type: ignore[call-arg, arg-type]
        cosines, rows = self._index.search(question[None, :], limit, params=only)
        return rows[0], cosines[0]

    def cosines(self, question: Vectors, rows: NDArray[np.int64]) -> Vectors:
        """The cosine of each of `rows` to the question; shape (len(rows),)."""
        if not len(rows):
            return np.zeros(0, np.float32)
        return np.asarray(self._index.reconstruct_batch(rows) @ question, np.float32)

    def vectors(self) -> Vectors:
        """All vectors, by row: shape (len(self), dimension)."""
        if not len(self):
            return np.zeros((0, self._index.d), np.float32)
        return np.asarray(self._index.reconstruct_n(0, len(self)), np.float32)

    def to_bytes(self) -> bytes:
        """FAISS's own serialisation."""
        return bytes(faiss.serialize_index(self._index).tobytes())


def build_vector_index(vectors: Vectors) -> VectorIndex:
    """Indexes unit vectors of shape (passages, dimension)."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, np.float32))
    return VectorIndex(index)


def from_bytes(data: bytes) -> VectorIndex:
    """The index that `to_bytes` wrote. The caller has checked the bytes' hash."""
    return VectorIndex(faiss.deserialize_index(np.frombuffer(data, np.uint8)))
