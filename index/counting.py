"""The terms of each passage, as digests and counts. Does not read text (see `french`), weighs nothing.

What is stored of a passage follows from this file: see `previous`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from index.ragged import Ragged

# A term is this many bits of a digest, above a count of one byte.
TERM_BITS, MOST_COUNTED = 56, 255


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Which terms each passage holds, and how often: `rows` has a number for each, the term's digest
    above and the count in the lowest byte, in rising order within a passage.

    A term is its digest alone, and a digest follows from its term alone: so a passage's counts are
    moved from index to index as they are, and no vocabulary is ever held. Of 30 million terms two
    share a digest in one corpus of 160; they are then one term.
    """

    rows: Ragged


def count_terms(passages: Sequence[Counter[str]]) -> TermCounts:
    """Passages given as term counts. A count above 255 is told as 255, of which BM25 makes the same."""
    rows = [
        sorted(digest_of(term) << 8 | min(count, MOST_COUNTED) for term, count in counts.items())
        for counts in passages
    ]
    values = np.fromiter((value for row in rows for value in row), np.uint64)
    return TermCounts(Ragged(values, np.cumsum([0, *map(len, rows)], dtype=np.int64)))


# A language has few words, and each comes back in thousands of passages.
@lru_cache(maxsize=1 << 17)
def digest_of(term: str) -> int:
    """TERM_BITS bits that stand for a term: the same in every index."""
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=TERM_BITS // 8).digest()
    return int.from_bytes(digest, "big")
