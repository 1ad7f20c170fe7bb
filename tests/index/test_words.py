"""The word index: BM25 as published, and its bytes."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from index.words import K1, B, build_word_index, count_terms, from_bytes

PASSAGES = [Counter(soin=2, ville=1), Counter(soin=1), Counter(lit=3, ville=1, nuit=1)]


def test_a_score_is_bm25_computed_by_hand() -> None:
    index = build_word_index(count_terms(PASSAGES))
    rarity = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    norm = 1 - B + B * 3 / 3
    expected = rarity * 2 * (K1 + 1) / (2 + K1 * norm)
    assert index.scores(["soin"])[0] == pytest.approx(expected)


def test_a_passage_without_the_term_scores_zero_and_terms_add_up() -> None:
    index = build_word_index(count_terms(PASSAGES))
    assert index.scores(["lit"]).tolist()[:2] == [0.0, 0.0]
    assert index.scores(["lit", "nuit"])[2] == pytest.approx(
        index.scores(["lit"])[2] + index.scores(["nuit"])[2]
    )


def test_a_term_asked_twice_counts_once() -> None:
    index = build_word_index(count_terms(PASSAGES))
    assert index.scores(["soin", "soin"]).tolist() == index.scores(["soin"]).tolist()


def test_an_unknown_term_scores_nothing_and_is_the_rarest() -> None:
    index = build_word_index(count_terms(PASSAGES))
    assert index.scores(["inconnu"]).tolist() == [0.0, 0.0, 0.0]
    assert index.rarity("inconnu") == pytest.approx(math.log(1 + 3.5 / 0.5))
    assert index.rarity("inconnu") > index.rarity("lit") > index.rarity("ville")


def test_the_index_read_back_is_the_one_written() -> None:
    index = build_word_index(count_terms(PASSAGES))
    copy = from_bytes(index.to_bytes())
    assert copy.vocabulary == index.vocabulary
    assert copy.passage_count == 3
    for name in ("starts", "rows", "weights"):
        assert np.array_equal(getattr(copy, name), getattr(index, name))


def test_an_index_of_nothing_is_written_and_read() -> None:
    copy = from_bytes(build_word_index(count_terms([])).to_bytes())
    assert copy.scores(["soin"]).tolist() == []
    assert copy.vocabulary == {}


def test_a_share_is_the_score_over_the_rarity_of_all_that_was_asked() -> None:
    index = build_word_index(count_terms(PASSAGES))
    asked = ["lit", "nuit", "inconnu"]
    total = sum(index.rarity(term) for term in asked)
    assert index.shares(asked)[2] == pytest.approx(index.scores(asked)[2] / total)
    assert index.shares([]).tolist() == [0.0, 0.0, 0.0]
