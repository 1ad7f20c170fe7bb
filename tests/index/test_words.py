"""The word index: BM25 as published, and its bytes."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.words import K1, B, TermCounts, build_word_index, count_terms, from_bytes, merged_counts

PASSAGES = [Counter(soin=2, ville=1), Counter(soin=1), Counter(lit=3, ville=1, nuit=1)]

always = settings(derandomize=True, deadline=None, max_examples=200)
# Few terms, so that some go with their last passage and come back with another.
counters = st.dictionaries(st.sampled_from(["soin", "ville", "lit", "nuit", "été"]), st.integers(1, 3)).map(
    Counter
)
passage_lists = st.lists(counters, max_size=6)


def told(counted: TermCounts) -> tuple[tuple[str, ...], list[list[int]], list[int]]:
    """All that is in term counts; their types are those of counts from nothing."""
    assert (counted.rows.values.dtype, counted.rows.starts.dtype) == (np.dtype(np.int32), np.dtype(np.int64))
    return counted.vocabulary, counted.rows.values.tolist(), counted.rows.starts.tolist()


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
    for name in ("starts", "rows", "counts", "weights"):
        assert getattr(copy, name).dtype == getattr(index, name).dtype
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


def test_counts_are_by_passage_in_the_order_of_the_sorted_terms() -> None:
    vocabulary, pairs, starts = told(count_terms([Counter(b=2, a=1), Counter(), Counter(c=1, a=4)]))
    assert vocabulary == ("a", "b", "c")
    assert pairs == [[0, 1], [1, 2], [0, 4], [2, 1]]
    assert starts == [0, 2, 2, 4]


def test_counts_of_nothing_and_of_passages_without_terms_have_no_vocabulary() -> None:
    assert told(count_terms([])) == ((), [], [0])
    assert told(count_terms([Counter(), Counter()])) == ((), [], [0, 0, 0])


def test_a_term_that_leaves_with_its_last_passage_leaves_the_vocabulary() -> None:
    old, new = count_terms(PASSAGES), count_terms([Counter(aube=1)])
    assert told(merged_counts(old, new, np.array([0, 1]))) == told(count_terms(PASSAGES[:2]))
    assert told(merged_counts(old, new, np.array([~0]))) == told(count_terms([Counter(aube=1)]))
    assert told(merged_counts(old, new, np.zeros(0, np.int64))) == told(count_terms([]))


def test_merging_alters_neither_side() -> None:
    old, new = count_terms(PASSAGES), count_terms([Counter(aube=1, ville=2)])
    before = told(old), told(new)
    merged_counts(old, new, np.array([~0, 2]))
    assert (told(old), told(new)) == before


@always
@given(passage_lists)
def test_the_counts_of_an_index_are_those_that_it_was_built_from(passages: list[Counter[str]]) -> None:
    counted = count_terms(passages)
    index = build_word_index(counted)
    assert told(index.term_counts()) == told(from_bytes(index.to_bytes()).term_counts()) == told(counted)


@always
@given(passage_lists, passage_lists, st.data())
def test_merged_counts_give_byte_for_byte_the_index_of_a_build_from_nothing(
    old: list[Counter[str]], new: list[Counter[str]], data: st.DataObject
) -> None:
    places = [*range(len(old)), *(~i for i in range(len(new)))]
    rows = data.draw(st.lists(st.sampled_from(places), max_size=10)) if places else []
    # What a build merges with is read back from the index before.
    before = build_word_index(count_terms(old)).term_counts()
    found = merged_counts(before, count_terms(new), np.array(rows, np.int64))
    expected = count_terms([old[row] if row >= 0 else new[~row] for row in rows])
    assert told(found) == told(expected)
    assert build_word_index(found).to_bytes() == build_word_index(expected).to_bytes()
