"""Fusion is a pure function of the scores."""

from __future__ import annotations

import numpy as np
import pytest

from index.ranking import PHRASE_WEIGHT, WORD_WEIGHT, fuse

ROWS = np.array([4, 7, 9])
COSINES = np.array([0.8, 0.9, 0.8], np.float32)
NONE = np.zeros(3, np.float32)


def test_the_score_is_the_cosine_and_the_weighted_shares() -> None:
    fused = fuse(ROWS, COSINES, np.array([0.5, 0, 0], np.float32), np.array([0.25, 0, 1], np.float32))
    scores = {candidate.row: candidate.score for candidate in fused}
    assert scores[4] == pytest.approx(0.8 + WORD_WEIGHT * 0.5 + PHRASE_WEIGHT * 0.25)
    assert scores[7] == pytest.approx(0.9)
    assert scores[9] == pytest.approx(0.8 + PHRASE_WEIGHT)


def test_the_best_comes_first_and_ties_go_by_row() -> None:
    assert [candidate.row for candidate in fuse(ROWS, COSINES, NONE, NONE)] == [7, 4, 9]


def test_words_in_the_order_asked_outweigh_the_same_words_apart() -> None:
    shares = np.array([1, 0, 1], np.float32)
    fused = fuse(ROWS, NONE, shares, np.array([0, 0, 1], np.float32))
    assert [candidate.row for candidate in fused] == [9, 4, 7]
