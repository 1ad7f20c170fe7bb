"""The best rows are those that adding up every posting gives, and few are added up."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import index.best_rows
from index.best_rows import Posting, best_rows

ROWS = 2_000


def _posting(random: np.random.Generator, share: float, worth: float) -> Posting:
    rows = np.flatnonzero(random.random(ROWS) < share).astype(np.int32)
    # Few weights differ, so that sums are equal often.
    return Posting(rows, (worth * random.choice([0.5, 0.75, 1.0], len(rows))).astype(np.float32))


def _all_added(
    postings: list[Posting], limit: int, allowed: NDArray[np.bool_] | None
) -> tuple[list[int], list[float]]:
    """The best rows by the plain way, ties by row, and their sums."""
    total = np.zeros(ROWS, np.float32)
    for posting in postings:
        total[posting.rows] += posting.weights
    if allowed is not None:
        total *= allowed
    order = np.lexsort((np.arange(ROWS), -total))[:limit]
    order = order[total[order] > 0]
    return order.tolist(), total[order].tolist()


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the rows are, none is added up without need."""
    monkeypatch.setattr(index.best_rows, "_FEW", 0)


# Few rows are all added up; the rest of many is looked up, or added up where it is shorter, or both.
@pytest.mark.parametrize(("few", "looked_up"), [(10_000, 12), (0, 0), (0, 1), (0, 10_000), (300, 12)])
@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("filtered", [False, True])
def test_the_best_rows_are_those_of_the_plain_way(
    seed: int, filtered: bool, few: int, looked_up: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.best_rows, "_FEW", few)
    monkeypatch.setattr(index.best_rows, "_LOOKED_UP", looked_up)
    random = np.random.default_rng(seed)
    shares = random.choice([0.0, 0.001, 0.01, 0.1, 0.6], random.integers(1, 8))
    postings = [_posting(random, share, 5 * (1 - share) ** 4 + 0.1) for share in shares]
    allowed = random.random(ROWS) < 0.2 if filtered else None
    for limit in (1, 10, 100, 3_000):
        expected, sums = _all_added(postings, limit, allowed)
        found = best_rows(postings, ROWS, limit, allowed)
        assert found.tolist() == expected
        rescored = np.zeros(len(found), np.float32)
        for posting in postings:
            rescored += posting.added(found)
        assert rescored.tolist() == sums


@pytest.mark.usefixtures("eager")
def test_a_common_term_is_only_looked_up_once_rare_ones_have_found_enough() -> None:
    class Counted(Posting):
        """Says how many of its rows were asked for, and whether all were read."""

        __slots__ = ()
        asked: list[int] = []  # noqa: RUF012

        def added(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
            self.asked.append(len(rows))
            return super().added(rows)

        def add_to(
            self, total: NDArray[np.float32], allowed: NDArray[np.bool_] | None
        ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            self.asked.append(len(self.rows))
            return super().add_to(total, allowed)

    random = np.random.default_rng(7)
    rare, common = _posting(random, 0.02, 8.0), _posting(random, 0.9, 0.5)
    counted = Counted(common.rows, common.weights)
    assert best_rows([rare, counted], ROWS, 10).tolist() == _all_added([rare, common], 10, None)[0]
    assert 0 < sum(counted.asked) < len(common.rows) / 10


def test_without_terms_or_places_nothing_is_found() -> None:
    random = np.random.default_rng(7)
    assert best_rows([], ROWS, 5).tolist() == []
    assert best_rows([_posting(random, 0.5, 1.0)], ROWS, 0).tolist() == []
    assert best_rows([_posting(random, 0.5, 1.0)], ROWS, 5, np.zeros(ROWS, bool)).tolist() == []
    assert best_rows([_posting(random, 0.0, 1.0)], ROWS, 5).tolist() == []
