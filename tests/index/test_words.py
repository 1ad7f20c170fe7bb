"""The word index: BM25 as published, and its files."""

from __future__ import annotations

import math
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import words
from index.counting import TermCounts, count_terms
from index.files import PHRASES, WORDS
from index.postings import K1, B, Postings
from index.ragged import Ragged
from index.words import WordIndex, build_word_index, index_words, open_word_index, read_term_counts
from tests.index.support import write_words
from tests.index.test_counting import told

PASSAGES = [Counter(soin=2, ville=1), Counter(soin=1), Counter(lit=3, ville=1, nuit=1)]

always = settings(derandomize=True, deadline=None, max_examples=200)
# Few terms, so that some go with their last passage and come back with another.
counters = st.dictionaries(st.sampled_from(["soin", "ville", "lit", "nuit", "été"]), st.integers(1, 3)).map(
    Counter
)
passage_lists = st.lists(counters, max_size=6)


def scores(index: WordIndex, *terms: str) -> list[float]:
    """The scores of all passages."""
    return index.asked(terms).scores(np.arange(index.passage_count)).tolist()


def test_a_score_is_bm25_computed_by_hand() -> None:
    index = build_word_index(count_terms(PASSAGES))
    rarity = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    norm = 1 - B + B * 3 / 3
    expected = rarity * 2 * (K1 + 1) / (2 + K1 * norm)
    assert scores(index, "soin")[0] == pytest.approx(expected)


def test_a_passage_without_the_term_scores_zero_and_terms_add_up() -> None:
    index = build_word_index(count_terms(PASSAGES))
    assert scores(index, "lit")[:2] == [0.0, 0.0]
    both = scores(index, "lit")[2] + scores(index, "nuit")[2]
    assert scores(index, "lit", "nuit")[2] == pytest.approx(both)


def test_chosen_rows_score_as_they_do_among_all() -> None:
    index = build_word_index(count_terms(PASSAGES))
    every = scores(index, "soin", "ville")
    assert index.asked(["soin", "ville"]).scores(np.array([2, 0])).tolist() == [every[2], every[0]]


def test_a_term_asked_twice_counts_once() -> None:
    index = build_word_index(count_terms(PASSAGES))
    assert scores(index, "soin", "soin") == scores(index, "soin")
    assert (
        index.asked(["ville", "soin", "ville"]).best(3).tolist()
        == index.asked(["ville", "soin"]).best(3).tolist()
    )


def test_an_unknown_term_scores_nothing_and_is_the_rarest() -> None:
    index = build_word_index(count_terms(PASSAGES))
    assert scores(index, "inconnu") == [0.0, 0.0, 0.0]
    assert index.asked(["inconnu"]).best(3).tolist() == []
    assert index.rarity("inconnu") == pytest.approx(math.log(1 + 3.5 / 0.5))
    assert index.rarity("inconnu") > index.rarity("lit") > index.rarity("ville")
    assert ("inconnu" in index, "lit" in index) == (False, True)


def test_the_best_rows_come_best_first() -> None:
    index = build_word_index(count_terms(PASSAGES))
    assert scores(index, "soin")[0] > scores(index, "soin")[1]
    assert index.asked(["soin"]).best(5).tolist() == [0, 1]
    assert index.asked(["soin"]).best(1).tolist() == [0]
    assert index.asked(["soin"]).best(5, np.array([False, True, True])).tolist() == [1]


def test_the_index_opened_is_the_one_written(tmp_path: Path) -> None:
    counted = count_terms(PASSAGES)
    written = write_words(tmp_path, WORDS, counted)
    opened, built = open_word_index(tmp_path, WORDS), build_word_index(counted)
    assert written.passage_count == opened.passage_count == built.passage_count == 3
    for term in ("soin", "ville", "lit", "nuit", "inconnu"):
        assert scores(written, term) == scores(opened, term) == scores(built, term)
        assert written.rarity(term) == opened.rarity(term) == built.rarity(term)
    with pytest.raises(FileExistsError):
        index_words(tmp_path, WORDS)


def test_an_index_of_nothing_is_written_and_opened(tmp_path: Path) -> None:
    write_words(tmp_path, PHRASES, count_terms([]))
    opened = open_word_index(tmp_path, PHRASES)
    assert opened.asked(["soin"]).scores(np.zeros(0, np.int64)).tolist() == []
    assert opened.asked(["soin"]).best(3).tolist() == []
    assert "soin" not in opened


def test_what_is_held_while_writing_does_not_grow_with_the_terms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, size = 64, 10_000

    def drawn(_: Ragged) -> Iterator[Postings]:
        tracemalloc.reset_peak()
        for part in range(parts):
            terms = np.arange(part * size, (part + 1) * size, dtype=np.uint64)
            yield Postings(
                terms, np.ones(size, np.int64), np.zeros(size, np.int32), np.ones(size, np.float32)
            )

    monkeypatch.setattr(words, "postings", drawn)
    values = np.zeros(parts * size, np.uint64)
    tracemalloc.start()
    try:
        write_words(tmp_path, WORDS, TermCounts(Ragged(values, np.array([0, len(values)]))))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.load(tmp_path / WORDS.terms).tolist() == list(range(parts * size))
    assert np.load(tmp_path / WORDS.starts).tolist() == list(range(parts * size + 1))
    # The terms alone are 5.1 MB.
    assert peak < 2_000_000


def test_a_share_is_the_score_over_the_rarity_of_all_that_was_asked() -> None:
    index = build_word_index(count_terms(PASSAGES))
    asked, every = ["lit", "nuit", "inconnu"], np.arange(3)
    total = sum(index.rarity(term) for term in asked)
    assert index.asked(asked).shares(every)[2] == pytest.approx(scores(index, *asked)[2] / total)
    assert index.asked([]).shares(every).tolist() == [0.0, 0.0, 0.0]


@always
@given(passage_lists)
def test_the_counts_read_back_are_those_that_were_written(passages: list[Counter[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        counted = count_terms(passages)
        write_words(Path(folder), WORDS, counted)
        assert told(read_term_counts(Path(folder), WORDS)) == told(counted)
