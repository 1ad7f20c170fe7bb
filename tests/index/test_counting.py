"""Terms are counted by passage; a term is its digest."""

from __future__ import annotations

from collections import Counter

import numpy as np

from index.counting import TermCounts, count_terms, digest_of


def told(counted: TermCounts) -> tuple[list[int], list[int]]:
    """All that is in term counts; their types are those of counts from nothing."""
    assert (counted.rows.values.dtype, counted.rows.starts.dtype) == (np.dtype(np.uint64), np.dtype(np.int64))
    return counted.rows.values.tolist(), counted.rows.starts.tolist()


def test_counts_are_by_passage_each_a_digest_and_how_often() -> None:
    values, starts = told(count_terms([Counter(b=2, a=1), Counter(), Counter(c=1, a=300)]))
    assert values[:2] == sorted([digest_of("a") << 8 | 1, digest_of("b") << 8 | 2])
    # One byte counts: 300 is told as 255.
    assert values[2:] == sorted([digest_of("c") << 8 | 1, digest_of("a") << 8 | 255])
    assert starts == [0, 2, 2, 4]


def test_counts_of_nothing_and_of_passages_without_terms_are_empty() -> None:
    assert told(count_terms([])) == ([], [0])
    assert told(count_terms([Counter(), Counter()])) == ([], [0, 0, 0])


def test_digests_are_the_same_everywhere() -> None:
    assert digest_of("soin") == 0x6FA25A274E1E3E
    assert 0 <= digest_of("été") < 1 << 56
