"""Rows of unlike length, and the rows of a new index taken from an old one and from what is new."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.ragged import BEFORE, NOW, Origins, Ragged, ragged

EMPTY = np.zeros((0, 2), np.int16)
Rows = list[list[int]]
row_lists = st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=6)


def array(row: list[int]) -> NDArray[np.int16]:
    """A row of pairs, so that a value is more than a number."""
    return np.array([(value, -value) for value in row], np.int16).reshape(-1, 2)


def of(rows: Rows) -> Ragged:
    return ragged([array(row) for row in rows], EMPTY)


def read(of_rows: Ragged) -> Rows:
    """The rows, one by one, as the class says that they lie."""
    assert (of_rows.starts[0], of_rows.starts[-1]) == (0, len(of_rows.values))
    assert of_rows.values.shape[1:] == (2,)
    assert np.array_equal(of_rows.values[:, 1], -of_rows.values[:, 0])
    return parted(of_rows)


@st.composite
def mergings(draw: st.DrawFn) -> tuple[Rows, Rows, list[int]]:
    """Old rows, new rows, and an origin: runs of either, some of which follow one another."""
    old, new = draw(row_lists), draw(row_lists)
    runs = []
    for count, number in ((len(old), lambda i: i), (len(new), lambda i: ~i)):
        edges = st.integers(0, count)
        spans = draw(st.lists(st.tuples(edges, edges), max_size=4))
        runs += [[number(i) for i in range(first, last)] for first, last in spans]
    ordered = draw(st.permutations(runs))
    return old, new, [row for run in ordered for row in run]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(mergings())
def test_rows_taken_run_by_run_are_those_that_the_origins_name(merging: tuple[Rows, Rows, list[int]]) -> None:
    old, new, rows = merging
    origins = Origins(
        np.array([BEFORE if row >= 0 else NOW for row in rows], np.int8),
        np.array([row if row >= 0 else ~row for row in rows], np.int64),
    )
    sides = {BEFORE: of(old), NOW: of(new)}
    found = [row for part, first, last in origins.runs() for row in parted(sides[part].part(first, last))]
    assert found == [old[row] if row >= 0 else new[~row] for row in rows]


def parted(of_rows: Ragged) -> Rows:
    """The rows of a part of others."""
    edges = zip(of_rows.starts, of_rows.starts[1:], strict=False)
    return [of_rows.values[first:last, 0].tolist() for first, last in edges]


def test_rows_put_one_after_another_have_the_type_of_no_row_at_all() -> None:
    none = ragged([], EMPTY)
    assert (len(none), none.values.shape, none.values.dtype) == (0, (0, 2), np.dtype(np.int16))
    assert (none.starts.tolist(), none.starts.dtype) == ([0], np.dtype(np.int64))
    three = of([[], [1, 2], []])
    assert (len(three), three.starts.tolist()) == (3, [0, 0, 2, 2])
    assert three.values.dtype == np.int16


@pytest.mark.parametrize(
    ("rows", "values", "starts"),
    [
        ([1], [3], [0]),
        ([0, 1], [1, 2, 3], [0, 2]),
        ([2], [], [0]),
        ([2, 3, 2], [4], [0, 0, 1]),
        ([3, 0, 0], [4, 1, 2, 1, 2], [0, 1, 3]),
    ],
)
def test_rows_are_taken_in_the_order_asked_each_from_where_it_starts(
    rows: list[int], values: list[int], starts: list[int]
) -> None:
    found, first = of([[1, 2], [3], [], [4]]).taken(np.array(rows, np.int64))
    assert (found[:, 0].tolist(), first.tolist()) == (values, starts)
    assert (found.shape[1:], first.dtype) == ((2,), np.dtype(np.int64))


def test_of_no_rows_nothing_is_taken() -> None:
    found, first = of([[1, 2], [3]]).taken(np.array([], np.int64))
    assert (found.shape, first.tolist()) == ((0, 2), [])


def test_a_part_of_the_rows_is_read_as_the_whole_is() -> None:
    rows = [[1, 2], [], [3], [4, 5]]
    for first in range(5):
        for last in range(first, 5):
            part = of(rows).part(first, last)
            assert len(part) == last - first
            assert parted(part) == rows[first:last]
    assert of(rows).part(1, 4).taken(np.array([1]))[0][:, 0].tolist() == [3]


@pytest.mark.parametrize(
    ("part", "row", "runs"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([2, 2, 2], [0, 1, 2], [(2, 0, 3)], id="one run"),
        pytest.param([0, 0, 2], [4, 5, 6], [(0, 4, 6), (2, 6, 7)], id="another part goes on"),
        pytest.param([1, 1, 1], [3, 3, 2], [(1, 3, 4), (1, 3, 4), (1, 2, 3)], id="again and backwards"),
    ],
)
def test_rows_that_follow_one_another_are_one_run(
    part: list[int], row: list[int], runs: list[tuple[int, int, int]]
) -> None:
    origins = Origins(np.array(part, np.int8), np.array(row, np.int64))
    assert list(origins.runs()) == runs
    taken = [list(origins.taken(i, i + 1).runs()) for i in range(len(part))]
    assert taken == [[(p, r, r + 1)] for p, r in zip(part, row, strict=True)]
