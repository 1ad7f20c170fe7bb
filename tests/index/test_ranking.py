"""Fusion and re-ranking are pure functions of the scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from index.ranking import (
    LATE_PHRASE_WEIGHT,
    LATE_SHARE,
    LATE_WORD_WEIGHT,
    PHRASE_WEIGHT,
    WORD_WEIGHT,
    Candidates,
    Scores,
    fuse,
    reordered,
    rerank,
)

ROWS = np.array([4, 7, 9])


def shares(*values: float) -> Scores:
    return np.array(values, np.float32)


COSINES = shares(0.8, 0.9, 0.8)
NONE = shares(0, 0, 0)


def columns(candidates: Candidates) -> list[tuple[float, ...]]:
    """Each candidate's row and all its scores, to two decimals."""
    arrays = (
        candidates.rows,
        candidates.cosines,
        candidates.word_shares,
        candidates.phrase_shares,
        candidates.late,
    )
    return [
        tuple(round(float(value), 2) for value in values)
        for values in zip(*(array.tolist() for array in arrays), strict=True)
    ]


def test_the_fused_score_is_the_cosine_and_the_weighted_shares() -> None:
    fused = fuse(ROWS, COSINES, shares(0.5, 0, 0), shares(0.25, 0, 1))
    scores = dict(zip(fused.rows.tolist(), fused.scores.tolist(), strict=True))
    assert scores == pytest.approx(
        {4: 0.8 + WORD_WEIGHT * 0.5 + PHRASE_WEIGHT * 0.25, 7: 0.9, 9: 0.8 + PHRASE_WEIGHT}
    )
    assert fused.scores.dtype == np.float32


def test_the_best_comes_first_and_ties_go_by_row() -> None:
    assert fuse(ROWS, COSINES, NONE, NONE).rows.tolist() == [7, 4, 9]
    assert fuse(ROWS[::-1], COSINES, NONE, NONE).rows.tolist() == [7, 4, 9]


def test_words_in_the_order_asked_outweigh_the_same_words_apart() -> None:
    assert fuse(ROWS, NONE, shares(1, 0, 1), shares(0, 0, 1)).rows.tolist() == [9, 4, 7]


def test_what_is_known_of_a_candidate_moves_with_it() -> None:
    fused = fuse(ROWS, COSINES, shares(0.1, 0.2, 0.3), shares(0.4, 0.5, 0.6))
    assert columns(fused) == [(7, 0.9, 0.2, 0.5, 0), (9, 0.8, 0.3, 0.6, 0), (4, 0.8, 0.1, 0.4, 0)]
    assert columns(fused.taken([2, 0])) == [(4, 0.8, 0.1, 0.4, 0), (7, 0.9, 0.2, 0.5, 0)]
    assert len(fused.taken([2, 0])) == 2


def test_fusing_nothing_gives_nothing() -> None:
    none = shares()
    assert len(fuse(np.zeros(0, np.int64), none, none, none)) == 0


def test_the_reranked_score_weighs_the_late_score_the_cosine_and_the_shares() -> None:
    fused = fuse(ROWS, shares(0.9, 0.8, 0.1), shares(0, 0.5, 1), shares(0.25, 0, 1))
    assert fused.rows.tolist() == [4, 7, 9]
    ranked = rerank(fused, shares(0.1, 0.5, 1.5))
    assert ranked.rows.tolist() == [9, 7, 4]
    assert ranked.scores.tolist() == pytest.approx(
        [
            LATE_SHARE * 1.5 + (1 - LATE_SHARE) * 0.1 + LATE_WORD_WEIGHT + LATE_PHRASE_WEIGHT,
            LATE_SHARE * 0.5 + (1 - LATE_SHARE) * 0.8 + LATE_WORD_WEIGHT * 0.5,
            LATE_SHARE * 0.1 + (1 - LATE_SHARE) * 0.9 + LATE_PHRASE_WEIGHT * 0.25,
        ]
    )
    assert columns(ranked) == [(9, 0.1, 1, 1, 1.5), (7, 0.8, 0.5, 0, 0.5), (4, 0.9, 0, 0.25, 0.1)]
    assert ranked.scores.dtype == np.float32


def test_what_has_no_late_score_is_dropped() -> None:
    fused = fuse(ROWS, shares(0.9, 0.8, 0.7), NONE, NONE)
    assert columns(rerank(fused, shares(0.2, 0.4))) == [(7, 0.8, 0, 0, 0.4), (4, 0.9, 0, 0, 0.2)]
    assert len(rerank(fused, shares())) == 0


def test_of_equal_late_scores_the_nearer_comes_first_and_of_equal_cosines_the_first_row() -> None:
    fused = fuse(ROWS, shares(0.7, 0.8, 0.9), NONE, NONE)
    assert rerank(fused, shares(0.5, 0.5, 0.5)).rows.tolist() == [9, 7, 4]
    alike = fuse(ROWS, shares(0.8, 0.8, 0.8), shares(0, 0.5, 1), NONE)
    assert alike.rows.tolist() == [9, 7, 4]
    without_words = replace(alike, word_shares=NONE)
    assert rerank(without_words, shares(0.5, 0.5, 0.5)).rows.tolist() == [4, 7, 9]


def test_reordered_candidates_take_the_scores_they_are_given() -> None:
    fused = fuse(ROWS, shares(0.9, 0.8, 0.7), NONE, NONE)
    ordered = reordered(fused, shares(0.1, 0.3, 0.2))
    assert ordered.rows.tolist() == [7, 9, 4]
    assert ordered.scores.tolist() == pytest.approx([0.3, 0.2, 0.1])
    assert columns(ordered) == [(7, 0.8, 0, 0, 0), (9, 0.7, 0, 0, 0), (4, 0.9, 0, 0, 0)]


def test_those_that_are_given_no_score_stay_behind_in_their_order_and_score_no_higher() -> None:
    fused = fuse(ROWS, shares(0.9, 0.8, 0.05), NONE, NONE)
    ordered = reordered(fused, shares(0.1))
    assert ordered.rows.tolist() == [4, 7, 9]
    assert ordered.scores.tolist() == pytest.approx([0.1, 0.1, 0.05])
    assert columns(reordered(fused, shares())) == columns(fused)


def test_equal_scores_leave_the_order_as_it_was() -> None:
    fused = fuse(ROWS, shares(0.7, 0.8, 0.9), NONE, NONE)
    assert reordered(fused, shares(0.5, 0.5, 0.5)).rows.tolist() == [9, 7, 4]
