"""Postings are those of a plain sort, however few counts are sorted at once."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from index.counting import count_terms, digest_of
from index.postings import postings


def _passages(count: int) -> list[Counter[str]]:
    random = np.random.default_rng(3)
    return [Counter(f"m{n}" for n in random.zipf(1.3, random.integers(0, 20)) % 400) for _ in range(count)]


def _whole(passages: list[Counter[str]], at_once: int) -> list[NDArray[np.generic]]:
    parts = list(postings(count_terms(passages).rows, at_once))
    names = ("terms", "frequencies", "rows", "weights")
    return [np.concatenate([getattr(part, name) for part in parts]) for name in names]


@pytest.mark.parametrize("at_once", [7, 100, 1000])
def test_postings_made_in_parts_are_those_made_at_once(at_once: int) -> None:
    passages = _passages(300)
    counted = sum(len(passage) for passage in passages)
    assert counted > 2 * at_once
    assert len(list(postings(count_terms(passages).rows, at_once))) >= counted // at_once
    for found, expected in zip(_whole(passages, at_once), _whole(passages, 1 << 20), strict=True):
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)


def test_terms_rise_and_so_do_the_rows_of_each() -> None:
    passages = _passages(300)
    terms, frequencies, rows, weights = _whole(passages, 100)
    names = {digest_of(term): term for passage in passages for term in passage}
    assert terms.tolist() == sorted(names)
    ends = np.cumsum(frequencies).tolist()
    for term, first, last in zip(terms.tolist(), [0, *ends], ends, strict=False):
        assert rows[first:last].tolist() == [i for i, p in enumerate(passages) if names[term] in p]
    assert len(weights) == len(rows) == ends[-1]
    assert weights.min() > 0


def test_nothing_has_no_postings() -> None:
    assert [part.tolist() for part in _whole([], 10)] == [[], [], [], []]
    assert [part.tolist() for part in _whole([Counter(), Counter()], 10)] == [[], [], [], []]
