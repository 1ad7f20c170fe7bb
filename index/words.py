"""The French word index: BM25 (Robertson & Zaragoza 2009) over terms, as flat arrays.

Scores passages for terms. Does not read text (see `french`) and does not order hits.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Measured on PIAF (bench/RESULTS.md, "Word index"): passages are of like length and repeat
# little, so counts saturate early (0.7 rather than 1.2) and length weighs less (0.4, not 0.75).
K1 = 0.7
B = 0.4


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Postings by term: `rows[starts[t]:starts[t + 1]]` are the passages that hold term t,
    `weights` what t adds to their BM25 score. Row i is the i-th passage indexed.
    """

    passage_count: int
    vocabulary: dict[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]

    def scores(self, terms: Iterable[str]) -> NDArray[np.float32]:
        """BM25 of every passage for the question's terms; shape (passage_count,)."""
        total = np.zeros(self.passage_count, np.float32)
        for term in set(terms):
            number = self.vocabulary.get(term)
            if number is not None:
                postings = slice(self.starts[number], self.starts[number + 1])
                total[self.rows[postings]] += self.weights[postings]
        return total

    def shares(self, terms: Collection[str]) -> NDArray[np.float32]:
        """BM25 of every passage over the sum of the terms' rarities; shape (passage_count,)."""
        total = sum(self.rarity(term) for term in set(terms))
        return self.scores(terms) / np.float32(total or 1.0)

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a term; the highest possible for an unknown one."""
        number = self.vocabulary.get(term)
        frequency = 0 if number is None else int(self.starts[number + 1] - self.starts[number])
        return _inverse_document_frequency(frequency, self.passage_count)

    def to_bytes(self) -> bytes:
        """One .npz archive, without pickled objects."""
        names = "\n".join(sorted(self.vocabulary, key=self.vocabulary.__getitem__))
        buffer = io.BytesIO()
        np.savez(
            buffer,
            passage_count=np.int64(self.passage_count),
            vocabulary=np.frombuffer(names.encode("utf-8"), np.uint8),
            starts=self.starts,
            rows=self.rows,
            weights=self.weights,
        )
        return buffer.getvalue()


def from_bytes(data: bytes) -> WordIndex:
    """The index that `to_bytes` wrote. The caller has checked the bytes' hash."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        names = arrays["vocabulary"].tobytes().decode("utf-8")
        vocabulary = {name: i for i, name in enumerate(names.split("\n"))} if names else {}
        return WordIndex(
            int(arrays["passage_count"]),
            vocabulary,
            arrays["starts"],
            arrays["rows"],
            arrays["weights"],
        )


def build_word_index(passages: Sequence[Counter[str]]) -> WordIndex:
    """Indexes passages given as term counts."""
    lengths = np.array([sum(counts.values()) for counts in passages], np.float64)
    average = float(lengths.mean()) if len(passages) else 1.0
    vocabulary: dict[str, int] = {}
    postings: list[list[tuple[int, int]]] = []
    for row, counts in enumerate(passages):
        for term, count in counts.items():
            number = vocabulary.setdefault(term, len(vocabulary))
            if number == len(postings):
                postings.append([])
            postings[number].append((row, count))
    starts = np.cumsum([0, *map(len, postings)], dtype=np.int64)
    rows = np.empty(starts[-1], np.int32)
    weights = np.empty(starts[-1], np.float32)
    for number, entries in enumerate(postings):
        these = slice(starts[number], starts[number + 1])
        rows[these] = [row for row, _ in entries]
        frequencies = np.array([count for _, count in entries])
        norm = 1 - B + B * lengths[rows[these]] / (average or 1.0)
        rarity = _inverse_document_frequency(len(entries), len(passages))
        weights[these] = rarity * frequencies * (K1 + 1) / (frequencies + K1 * norm)
    return WordIndex(len(passages), vocabulary, starts, rows, weights)


def _inverse_document_frequency(frequency: int, passages: int) -> float:
    return float(np.log(1 + (passages - frequency + 0.5) / (frequency + 0.5)))
