"""Fusion is a pure function of the scores."""

from __future__ import annotations

import numpy as np
import pytest

from index.ranking import WORD_WEIGHT, fuse

ROWS = np.array([4, 7, 9])
COSINES = np.array([0.8, 0.9, 0.8], np.float32)


def test_the_score_is_the_cosine_and_the_weighted_share_of_words() -> None:
    fused = fuse(ROWS, COSINES, np.array([6, 0, 0], np.float32), question_rarity=12)
    scores = {candidate.row: candidate.score for candidate in fused}
    assert scores[4] == pytest.approx(0.8 + WORD_WEIGHT * 6 / 12)
    assert scores[7] == pytest.approx(0.9)


def test_the_best_comes_first_and_ties_go_by_row() -> None:
    fused = fuse(ROWS, COSINES, np.zeros(3, np.float32), question_rarity=1)
    assert [candidate.row for candidate in fused] == [7, 4, 9]


def test_a_question_without_known_words_is_ranked_by_meaning_alone() -> None:
    fused = fuse(ROWS, COSINES, np.zeros(3, np.float32), question_rarity=0)
    assert fused[0].score == pytest.approx(0.9)
