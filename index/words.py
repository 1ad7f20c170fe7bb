"""The French word index: BM25 (Robertson & Zaragoza 2009) over terms, as flat arrays that stay on disk.

Scores passages for terms. Does not read text (see `french`) and does not order hits.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import disk
from index.best_rows import Posting, best_rows
from index.files import WordFiles
from index.mapped import open_array
from index.postings import MOST_COUNTED, TERM_BITS, Term, inverse_document_frequency, postings
from index.ragged import Ragged

Rows = NDArray[np.int64]

# A place in sorted digests is that of the digest among all numbers, to within so many roots of how
# many there are: of uniform draws, one of 10^13 is farther.
_SPREAD = 4


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Which terms each passage holds, and how often: `rows` has a number for each, the term's digest
    above and the count in the lowest byte, in rising order within a passage.

    A term is its digest alone, and a digest follows from its term alone: so a passage's counts are
    moved from index to index as they are, and no vocabulary is ever held. Of 30 million terms two
    share a digest in one corpus of 160; they are then one term.
    """

    rows: Ragged


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

    def __contains__(self, term: str) -> bool:
        """Whether any passage holds the term."""
        return self._frequency(term) > 0

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a term; the highest possible for an unknown one."""
        return inverse_document_frequency(self._frequency(term), self.passage_count)

    def scores(self, terms: Iterable[str], rows: Rows) -> NDArray[np.float32]:
        """BM25 of each of `rows` for the question's terms; shape (len(rows),)."""
        total = np.zeros(len(rows), np.float32)
        # In the question's order: a sum of floats is the same at each run.
        for term in dict.fromkeys(terms):
            posting = self._posting(term)
            if posting is not None:
                total += posting.added(rows)
        return total

    def shares(self, terms: Collection[str], rows: Rows) -> NDArray[np.float32]:
        """BM25 of each of `rows` over the sum of the terms' rarities; shape (len(rows),)."""
        total = sum(self.rarity(term) for term in dict.fromkeys(terms))
        return self.scores(terms, rows) / np.float32(total or 1.0)

    def best(self, terms: Iterable[str], limit: int, allowed: NDArray[np.bool_] | None = None) -> Rows:
        """The rows of the `limit` highest scores above zero, best first, ties by row.

        Only among the rows that are true in `allowed`, of shape (passage_count,), where it is given.
        """
        found = [self._posting(term) for term in dict.fromkeys(terms)]
        return best_rows([p for p in found if p is not None], self.passage_count, limit, allowed)

    def _posting(self, term: str) -> Posting | None:
        place = self._place(term)
        if place is None:
            return None
        from_, to = self._starts[place : place + 2].tolist()
        return Posting(self._rows[from_:to], self._weights[from_:to])

    def _frequency(self, term: str) -> int:
        place = self._place(term)
        if place is None:
            return 0
        from_, to = self._starts[place : place + 2].tolist()
        return int(to - from_)

    def _place(self, term: str) -> int | None:
        """Where a term's digest stands; a few pages are read, as digests are spread evenly."""
        wanted, count = digest_of(term), len(self._terms)
        expected, spread = (wanted * count) >> TERM_BITS, _SPREAD * int(count**0.5) + 1
        first, last = max(0, expected - spread), min(count, expected + spread)
        near = self._terms[first:last]
        place = int(np.searchsorted(near, np.uint64(wanted)))
        if place < len(near) and int(near[place]) == wanted:
            return first + place
        return None


def count_terms(passages: Sequence[Counter[str]]) -> TermCounts:
    """Passages given as term counts. A count above 255 is told as 255, of which BM25 makes the same."""
    rows = [
        sorted(digest_of(term) << 8 | min(count, MOST_COUNTED) for term, count in counts.items())
        for counts in passages
    ]
    values = np.fromiter((value for row in rows for value in row), np.uint64)
    return TermCounts(Ragged(values, np.cumsum([0, *map(len, rows)], dtype=np.int64)))


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


def write_word_index(folder: Path, names: WordFiles, counted: TermCounts) -> WordIndex:
    """Writes a word index, part by part, with the counts it is made from; returns it, opened.

    Raises OSError: FileExistsError among them.
    """
    disk.save_array(folder / names.counts, counted.rows.values)
    disk.save_array(folder / names.count_starts, counted.rows.starts)
    total = len(counted.rows.values)
    terms: list[NDArray[np.uint64]] = []
    frequencies: list[NDArray[np.int64]] = []
    with (
        disk.array_writer(folder / names.rows, np.dtype(np.int32), total) as rows,
        disk.array_writer(folder / names.weights, np.dtype(np.float32), total) as weights,
    ):
        for part in postings(counted.rows):
            terms.append(part.terms)
            frequencies.append(part.frequencies)
            rows(part.rows)
            weights(part.weights)
    disk.save_array(folder / names.terms, np.concatenate(terms))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(frequencies))]).astype(np.int64)
    disk.save_array(folder / names.starts, starts)
    return open_word_index(folder, names)


def open_word_index(folder: Path, names: WordFiles) -> WordIndex:
    """The index that `write_word_index` wrote, read from disk as it is needed.

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


# A language has few words, and each comes back in thousands of passages.
@lru_cache(maxsize=1 << 17)
def digest_of(term: Term) -> int:
    """TERM_BITS bits that stand for a term: the same in every index."""
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=TERM_BITS // 8).digest()
    return int.from_bytes(digest, "big")
