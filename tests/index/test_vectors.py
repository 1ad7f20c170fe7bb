"""The vector index searches exactly."""

from __future__ import annotations

import numpy as np

from index.vectors import build_vector_index, from_bytes

_RANDOM = np.random.default_rng(1).standard_normal((50, 8)).astype(np.float32)
VECTORS = _RANDOM / np.linalg.norm(_RANDOM, axis=1, keepdims=True)
QUESTION = VECTORS[3]


def test_the_nearest_are_those_of_the_full_product() -> None:
    rows, cosines = build_vector_index(VECTORS).nearest(QUESTION, 5)
    expected = np.argsort(-(VECTORS @ QUESTION))[:5]
    assert rows.tolist() == expected.tolist()
    assert np.allclose(cosines, (VECTORS @ QUESTION)[expected], atol=1e-6)


def test_more_than_there_are_gives_all() -> None:
    rows, _ = build_vector_index(VECTORS).nearest(QUESTION, 500)
    assert sorted(rows.tolist()) == list(range(50))


def test_the_cosines_of_chosen_rows_are_theirs_in_their_order() -> None:
    rows = np.array([9, 3, 40, 3])
    cosines = build_vector_index(VECTORS).cosines(QUESTION, rows)
    assert np.allclose(cosines, VECTORS[rows] @ QUESTION, atol=1e-6)
    assert build_vector_index(VECTORS).cosines(QUESTION, np.array([], np.int64)).tolist() == []


def test_the_index_read_back_answers_alike() -> None:
    index = build_vector_index(VECTORS)
    copy = from_bytes(index.to_bytes())
    assert len(copy) == len(index) == 50
    assert copy.nearest(QUESTION, 50)[0].tolist() == index.nearest(QUESTION, 50)[0].tolist()


def test_the_nearest_allowed_are_found_however_far_they_lie() -> None:
    cosines = VECTORS @ QUESTION
    farthest = np.argsort(cosines)[:3]
    allowed = np.zeros(50, bool)
    allowed[farthest] = True
    rows, found = build_vector_index(VECTORS).nearest(QUESTION, 2, allowed)
    assert rows.tolist() == farthest[::-1][:2].tolist()
    assert np.allclose(found, cosines[rows], atol=1e-6)


def test_fewer_allowed_than_asked_gives_those_alone() -> None:
    index = build_vector_index(VECTORS)
    allowed = np.zeros(50, bool)
    assert index.nearest(QUESTION, 5, allowed)[0].tolist() == []
    allowed[[7, 49]] = True
    assert sorted(index.nearest(QUESTION, 5, allowed)[0].tolist()) == [7, 49]
    assert index.nearest(QUESTION, 5, ~allowed)[0][0] == 3
