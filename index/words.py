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

from index.ragged import Origin, Ragged, merged_ragged

# Measured on PIAF (bench/RESULTS.md, "Word index"): passages are of like length and repeat
# little, so counts saturate early (0.7 rather than 1.2) and length weighs less (0.4, not 0.75).
K1 = 0.7
B = 0.4


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Which terms each passage holds. `rows` is (term, count) by passage, in the order of terms;
    `vocabulary` is sorted, and has no term that no passage holds.
    """

    vocabulary: tuple[str, ...]
    rows: Ragged


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Postings by term: `rows[starts[t]:starts[t + 1]]` are the passages that hold term t, `counts`
    how often, `weights` what t adds to their BM25 score. Row i is the i-th passage indexed.
    """

    passage_count: int
    vocabulary: dict[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.int32]
    weights: NDArray[np.float32]

    def scores(self, terms: Iterable[str]) -> NDArray[np.float32]:
        """BM25 of every passage for the question's terms; shape (passage_count,)."""
        total = np.zeros(self.passage_count, np.float32)
        # In the question's order: a sum of floats is the same at each run.
        for term in dict.fromkeys(terms):
            number = self.vocabulary.get(term)
            if number is not None:
                postings = slice(self.starts[number], self.starts[number + 1])
                total[self.rows[postings]] += self.weights[postings]
        return total

    def shares(self, terms: Collection[str]) -> NDArray[np.float32]:
        """BM25 of every passage over the sum of the terms' rarities; shape (passage_count,)."""
        total = sum(self.rarity(term) for term in dict.fromkeys(terms))
        return self.scores(terms) / np.float32(total or 1.0)

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a term; the highest possible for an unknown one."""
        number = self.vocabulary.get(term)
        frequency = 0 if number is None else int(self.starts[number + 1] - self.starts[number])
        return _inverse_document_frequency(frequency, self.passage_count)

    def term_counts(self) -> TermCounts:
        """The counts that this index was built from."""
        order = np.argsort(self.rows, kind="stable")
        terms = np.repeat(np.arange(len(self.vocabulary), dtype=np.int32), np.diff(self.starts))
        lengths = np.bincount(self.rows, minlength=self.passage_count)
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        pairs = np.column_stack([terms[order], self.counts[order]])
        return TermCounts(tuple(self.vocabulary), Ragged(pairs, starts))

    def to_bytes(self) -> bytes:
        """One .npz archive, without pickled objects."""
        names = "\n".join(self.vocabulary)
        buffer = io.BytesIO()
        np.savez(
            buffer,
            passage_count=np.int64(self.passage_count),
            vocabulary=np.frombuffer(names.encode("utf-8"), np.uint8),
            starts=self.starts,
            rows=self.rows,
            counts=self.counts,
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
            arrays["counts"],
            arrays["weights"],
        )


def count_terms(passages: Sequence[Counter[str]]) -> TermCounts:
    """Passages given as term counts."""
    vocabulary = sorted(set().union(*passages))
    numbers = {term: number for number, term in enumerate(vocabulary)}
    pairs = [sorted((numbers[term], count) for term, count in counts.items()) for counts in passages]
    values = np.array([pair for row in pairs for pair in row], np.int32).reshape(-1, 2)
    return TermCounts(tuple(vocabulary), Ragged(values, np.cumsum([0, *map(len, pairs)], dtype=np.int64)))


def merged_counts(old: TermCounts, new: TermCounts, origin: Origin) -> TermCounts:
    """The passages of `origin`, taken from `old` and `new`."""
    names = tuple(dict.fromkeys(old.vocabulary + new.vocabulary))
    numbers = {term: number for number, term in enumerate(names)}
    renumbered = new.rows.values.copy()
    renumbered[:, 0] = np.array([numbers[term] for term in new.vocabulary], np.int32)[new.rows.values[:, 0]]
    rows = merged_ragged(old.rows, Ragged(renumbered, new.rows.starts), origin)
    used = np.unique(rows.values[:, 0])
    vocabulary = sorted(names[number] for number in used)
    places = {term: place for place, term in enumerate(vocabulary)}
    place = np.zeros(len(names), np.int32)
    place[used] = [places[names[number]] for number in used]
    # In alphabetical order before and after: the terms of a passage keep theirs.
    rows.values[:, 0] = place[rows.values[:, 0]]
    return TermCounts(tuple(vocabulary), rows)


def build_word_index(counted: TermCounts) -> WordIndex:
    """Indexes passages given as term counts."""
    passage_count = len(counted.rows)
    passages = np.repeat(np.arange(passage_count, dtype=np.int32), np.diff(counted.rows.starts))
    terms, counts = counted.rows.values[:, 0], counted.rows.values[:, 1]
    lengths = np.bincount(passages, counts, passage_count)
    average = float(lengths.mean()) if passage_count else 1.0
    order = np.argsort(terms, kind="stable")
    frequencies = np.bincount(terms, minlength=len(counted.vocabulary))
    # Few frequencies differ: one logarithm for each.
    told, places = np.unique(frequencies, return_inverse=True)
    rarities = np.array([_inverse_document_frequency(int(f), passage_count) for f in told])[places]
    rows, frequency = passages[order], counts[order].astype(np.float64)
    norm = 1 - B + B * lengths[rows] / (average or 1.0)
    weights = rarities[terms[order]] * frequency * (K1 + 1) / (frequency + K1 * norm)
    return WordIndex(
        passage_count,
        {term: number for number, term in enumerate(counted.vocabulary)},
        np.concatenate([[0], np.cumsum(frequencies)]).astype(np.int64),
        rows,
        counts[order],
        weights.astype(np.float32),
    )


def _inverse_document_frequency(frequency: int, passages: int) -> float:
    return float(np.log(1 + (passages - frequency + 0.5) / (frequency + 0.5)))
