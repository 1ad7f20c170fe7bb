"""Rows of unlike length, and the rows of a new index taken from an old one and from what is new."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.ragged import Origin, Ragged, merged, merged_ragged, ragged

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
    edges = zip(of_rows.starts, of_rows.starts[1:], strict=False)
    return [of_rows.values[first:last, 0].tolist() for first, last in edges]


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


def origin_of(rows: list[int]) -> Origin:
    return np.array(rows, np.int64)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(mergings())
def test_merged_rows_are_those_that_the_origin_names(merging: tuple[Rows, Rows, list[int]]) -> None:
    old, new, rows = merging
    expected = [old[row] if row >= 0 else new[~row] for row in rows]
    found = merged_ragged(of(old), of(new), origin_of(rows))
    assert read(found) == expected
    assert (found.values.dtype, found.starts.dtype) == (np.dtype(np.int16), np.dtype(np.int64))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.integers(0, 9), max_size=6), st.lists(st.integers(0, 9), max_size=6), st.data())
def test_merged_values_are_those_that_the_origin_names(
    old: list[int], new: list[int], data: st.DataObject
) -> None:
    places = [*range(len(old)), *(~i for i in range(len(new)))]
    rows = data.draw(st.lists(st.sampled_from(places), max_size=10)) if places else []
    found = merged(array(old), array(new), origin_of(rows))
    assert found.tolist() == [[v, -v] for v in (old[row] if row >= 0 else new[~row] for row in rows)]
    assert (found.dtype, found.shape[1:]) == (np.dtype(np.int16), (2,))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([1], [[3]], id="one row of the old"),
        pytest.param([~1], [[6, 7]], id="one row of the new"),
        pytest.param([0, 1, 2], [[1, 2], [3], []], id="everything kept"),
        pytest.param([~0, ~1], [[4, 5], [6, 7]], id="nothing kept"),
        pytest.param([2, ~0], [[], [4, 5]], id="the last of the old, then the first of the new"),
        pytest.param([~1, 0], [[6, 7], [1, 2]], id="the last of the new, then the first of the old"),
        pytest.param([1, 1, ~0, ~0], [[3], [3], [4, 5], [4, 5]], id="rows taken twice"),
        pytest.param([2, 1, 0], [[], [3], [1, 2]], id="backwards"),
    ],
)
def test_where_runs_meet_no_value_is_lost_or_taken_from_the_neighbour(
    rows: list[int], expected: Rows
) -> None:
    found = merged_ragged(of([[1, 2], [3], []]), of([[4, 5], [6, 7]]), origin_of(rows))
    assert read(found) == expected
    assert len(found) == len(rows)


def test_an_index_without_rows_and_a_build_without_new_ones_merge() -> None:
    rows = [[1], [2, 3]]
    assert read(merged_ragged(of([]), of(rows), origin_of([~0, ~1]))) == rows
    assert read(merged_ragged(of(rows), of([]), origin_of([0, 1]))) == rows
    assert read(merged_ragged(of([]), of([]), origin_of([]))) == []


def test_merging_alters_neither_side() -> None:
    old, new = of([[1], [2]]), of([[3]])
    found = merged_ragged(old, new, origin_of([0, 1, ~0]))
    found.values[:] = 0
    assert (read(old), read(new)) == ([[1], [2]], [[3]])


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
