"""The French word index: BM25 (Robertson & Zaragoza 2009) over terms, as flat arrays that stay on disk.

Scores passages for terms. Does not read text (see `french`) and does not order hits.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import disk
from index.best_rows import Posting, best_rows
from index.counting import TERM_BITS, TermCounts, digest_of
from index.files import WordFiles
from index.mapped import open_array
from index.postings import inverse_document_frequency, postings
from index.ragged import Ragged

Rows = NDArray[np.int64]

# A place in sorted digests is that of the digest among all numbers, to within so many roots of how
# many there are: of uniform draws, one of 10^13 is farther.
_SPREAD = 4
# Terms whose place is remembered: 1 MB at most.
_REMEMBERED = 4_096


class WordIndex:
    """Postings by term: `rows[starts[t]:starts[t + 1]]` are the passages that hold the t-th of `terms`,
    rising, and `weights` what it adds to their BM25 score. `terms` are digests, rising.
    """

    def __init__(
        self,
        passage_count: int,
        terms: NDArray[np.uint64],
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
        weights: NDArray[np.float32],
    ) -> None:
        self.passage_count = passage_count
        self._terms, self._starts = terms, starts
        self._rows, self._weights = rows, weights
        # A question's terms are asked about four times.
        self._bounds = lru_cache(_REMEMBERED)(partial(_bounds, terms, starts))

    def __contains__(self, term: str) -> bool:
        """Whether any passage holds the term."""
        return self._frequency(term) > 0

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a term; the highest possible for an unknown one."""
        return inverse_document_frequency(self._frequency(term), self.passage_count)

    def asked(self, terms: Iterable[str]) -> AskedWords:
        """The terms of a question, each once, in their order."""
        once = dict.fromkeys(terms)
        postings = tuple(self._posting(term) for term in once if term in self)
        return AskedWords(postings, sum(self.rarity(term) for term in once), self.passage_count)

    def _posting(self, term: str) -> Posting:
        from_, to = self._bounds(term)
        return Posting(self._rows[from_:to], self._weights[from_:to])

    def _frequency(self, term: str) -> int:
        from_, to = self._bounds(term)
        return to - from_


def _bounds(terms: NDArray[np.uint64], starts: NDArray[np.int64], term: str) -> tuple[int, int]:
    """Where a term's postings begin and end; two equal numbers for an unknown one. A few pages are read,
    as digests are spread evenly.
    """
    wanted, count = digest_of(term), len(terms)
    expected, spread = (wanted * count) >> TERM_BITS, _SPREAD * int(count**0.5) + 1
    first, last = max(0, expected - spread), min(count, expected + spread)
    near = terms[first:last]
    place = int(np.searchsorted(near, np.uint64(wanted)))
    if place == len(near) or int(near[place]) != wanted:
        return 0, 0
    from_, to = starts[first + place : first + place + 2].tolist()
    return from_, to


@dataclass(frozen=True, slots=True)
class AskedWords:
    """The terms of a question in one index: `postings`, those of the terms that some passage holds, read
    once, and `rarity`, the sum of the rarities of all."""

    postings: tuple[Posting, ...]
    rarity: float
    passage_count: int

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        """BM25 of each of `rows`; shape (len(rows),)."""
        total = np.zeros(len(rows), np.float32)
        # In the question's order: a sum of floats is the same at each run.
        for posting in self.postings:
            total += posting.added(rows)
        return total

    def shares(self, rows: Rows) -> NDArray[np.float32]:
        """BM25 of each of `rows` over the sum of the terms' rarities; shape (len(rows),)."""
        return self.scores(rows) / np.float32(self.rarity or 1.0)

    def best(self, limit: int, allowed: NDArray[np.bool_] | None = None) -> Rows:
        """The rows of the `limit` highest scores above zero, best first, ties by row.

        Only among the rows that are true in `allowed`, of shape (passage_count,), where it is given.
        """
        return best_rows(self.postings, self.passage_count, limit, allowed)


def build_word_index(counted: TermCounts) -> WordIndex:
    """Indexes passages given as term counts, in memory."""
    parts = list(postings(counted.rows))
    starts = np.concatenate([[0], np.cumsum(np.concatenate([part.frequencies for part in parts]))])
    return WordIndex(
        len(counted.rows),
        np.concatenate([part.terms for part in parts]),
        starts.astype(np.int64),
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def index_words(folder: Path, names: WordFiles) -> WordIndex:
    """Writes the index of the counts that are in a draft's files of these names, part by part; returns
    it, opened.

    Raises OSError: FileExistsError among them.
    """
    counted = read_term_counts(folder, names)
    total = len(counted.rows.values)
    held = 0
    with (
        closing(disk.ArrayFile(folder / names.terms, (), np.uint64)) as terms,
        closing(disk.ArrayFile(folder / names.starts, (), np.int64)) as starts,
        disk.array_writer(folder / names.rows, np.dtype(np.int32), total) as rows,
        disk.array_writer(folder / names.weights, np.dtype(np.float32), total) as weights,
    ):
        disk.append(starts, np.zeros(1, np.int64))
        for part in postings(counted.rows):
            disk.append(terms, part.terms)
            disk.append(starts, held + np.cumsum(part.frequencies))
            held += len(part.rows)
            rows(part.rows)
            weights(part.weights)
        disk.finish(terms)
        disk.finish(starts)
    return open_word_index(folder, names)


def open_word_index(folder: Path, names: WordFiles) -> WordIndex:
    """The index that `index_words` wrote, read from disk as it is needed.

    The caller has checked the files, or the digests of their blocks.
    """
    return WordIndex(
        len(open_array(folder / names.count_starts)) - 1,
        *(open_array(folder / name) for name in (names.terms, names.starts, names.rows, names.weights)),
    )


def read_term_counts(folder: Path, names: WordFiles) -> TermCounts:
    """The counts that the index of these names was made from, read from disk as they are needed."""
    starts = open_array(folder / names.count_starts)[:]
    return TermCounts(Ragged(open_array(folder / names.counts), starts))
