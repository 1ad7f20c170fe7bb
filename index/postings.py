"""Turns counts by passage into postings by term, in memory that does not grow with the passages.

BM25 is weighed here, once, so that a question only adds up. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.counting import MOST_COUNTED, TERM_BITS
from index.ragged import Ragged

# Measured on PIAF (bench/RESULTS.md, "Word index"): passages are of like length and repeat
# little, so counts saturate early (0.7 rather than 1.2) and length weighs less (0.4, not 0.75).
K1 = 0.7
B = 0.4

# Counts sorted at once: 300 MB while they are. Each such part reads all counts, in 0.2 s at 60 million.
_AT_ONCE = 1 << 22


@dataclass(frozen=True, slots=True)
class Postings:
    """Those of some terms, one after another: `terms` rising, `frequencies` how many passages hold each,
    then the `rows` of these, rising, and the `weights` that the term has there.
    """

    terms: NDArray[np.uint64]
    frequencies: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]


def postings(counted: Ragged, at_once: int = _AT_ONCE) -> Iterator[Postings]:
    """All postings, some terms at a time, in the order of terms. `counted` is as in `TermCounts`."""
    norms = _length_norms(counted)
    # Digests are spread evenly, so parts of all digests hold about as many counts each.
    bits = max(0, (len(counted.values) - 1) // at_once).bit_length()
    for part in range(1 << bits):
        values, rows = _of_part(counted, part, TERM_BITS + 8 - bits) if bits else _whole(counted)
        yield _sorted(values, rows, norms)


def inverse_document_frequency(frequency: int, passages: int) -> float:
    """What a term that so many of the passages hold is worth."""
    return float(np.log(1 + (passages - frequency + 0.5) / (frequency + 0.5)))


def _length_norms(counted: Ragged) -> NDArray[np.float64]:
    lengths = np.zeros(len(counted), np.float64)
    for first, last in _chunks(counted):
        starts = counted.starts[first : last + 1]
        counts = counted.values[starts[0] : starts[-1]] & np.uint64(MOST_COUNTED)
        rows = np.repeat(np.arange(last - first), np.diff(starts))
        lengths[first:last] = np.bincount(rows, counts.astype(np.float64), last - first)
    average = float(lengths.mean()) if len(lengths) else 1.0
    norms: NDArray[np.float64] = 1 - B + B * lengths / (average or 1.0)
    return norms


def _whole(counted: Ragged) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    rows = np.repeat(np.arange(len(counted), dtype=np.int32), np.diff(counted.starts))
    return counted.values[:], rows


def _of_part(counted: Ragged, part: int, shift: int) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The values whose highest bits are `part`, and their rows."""
    values, rows = [], []
    for first, last in _chunks(counted):
        starts = counted.starts[first : last + 1]
        some = counted.values[starts[0] : starts[-1]]
        here = np.flatnonzero(some >> np.uint64(shift) == part)
        values.append(some[here])
        rows.append(np.repeat(np.arange(first, last, dtype=np.int32), np.diff(starts))[here])
    return np.concatenate(values), np.concatenate(rows)


def _chunks(counted: Ragged) -> Iterator[tuple[int, int]]:
    """Rows to read together: `_AT_ONCE` counts, about."""
    first = 0
    while first < len(counted):
        last = int(np.searchsorted(counted.starts, counted.starts[first] + _AT_ONCE, side="right")) - 1
        last = min(max(last, first + 1), len(counted))
        yield first, last
        first = last


def _sorted(values: NDArray[np.uint64], rows: NDArray[np.int32], norms: NDArray[np.float64]) -> Postings:
    terms = values >> np.uint64(8)
    # A stable sort would do, five times slower than two that NumPy vectorises.
    order = np.argsort(terms)
    ordered = terms[order]
    firsts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)])
    frequencies = np.diff(np.append(firsts, len(ordered)))
    places = np.repeat(np.arange(len(firsts), dtype=np.uint64), frequencies)
    order = np.sort(places << np.uint64(32) | order.astype(np.uint64)).view(np.int64) & 0xFFFFFFFF
    rows = rows[order]
    # Few frequencies differ: one logarithm for each.
    told, told_places = np.unique(frequencies, return_inverse=True)
    rarities = np.array([inverse_document_frequency(int(f), len(norms)) for f in told])[told_places]
    counts = (values[order] & np.uint64(MOST_COUNTED)).astype(np.float64)
    weights = np.repeat(rarities, frequencies) * counts * (K1 + 1) / (counts + K1 * norms[rows])
    return Postings(ordered[firsts], frequencies, rows, weights.astype(np.float32))
