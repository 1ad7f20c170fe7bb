"""Candidates are proposed by vectors and words, then ordered token by token."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from index.embedding import Vectors
from index.errors import DamagedIndex
from index.expansion import Expansion
from index.french import phrases
from index.interaction import late_scores
from index.ragged import Ragged
from index.ranking import LATE_PHRASE_WEIGHT, LATE_SHARE, LATE_WORD_WEIGHT
from index.retrieval import Retriever, ask
from tests.conftest import FakeEncoder, fake_interaction
from tests.index.support import asked_of, interacting_encoder, retriever_of

BEDS = [f"Le lit numéro {n} est libre ce soir." for n in range(250)]
FAR = "Une pharmacie vend des pansements."
ASKED = "Quel lit est libre ce soir ?"


@pytest.fixture(scope="module")
def plain() -> Retriever:
    return retriever_of([*BEDS, FAR], FakeEncoder())


GROUPING = Expansion(" (groupement)", frozenset({"ght"}))


@pytest.fixture(scope="module")
def interacting() -> Retriever:
    return retriever_of([*BEDS, FAR], interacting_encoder())


def test_a_question_is_encoded_and_its_terms_found_with_the_other_names_of_what_it_names() -> None:
    encoder = FakeEncoder(fake_interaction())
    asked = ask(encoder, "Que signifie le mot GHT ?", GROUPING)
    encoded = encoder.encode_question("Que signifie le mot GHT ?", GROUPING.text)
    assert not np.array_equal(encoded.vector, encoder.encode_question("Que signifie le mot GHT ?").vector)
    assert asked.terms == ("mot", "ght", "group")
    assert np.array_equal(asked.vector, encoded.vector)
    # A passage has one name or the other: it meets the question alone, and with its other names.
    assert [len(reading.weights) for reading in asked.tokens] == [5, 6]
    assert asked.tokens[0].weights.tolist() == pytest.approx([1 / 5] * 5)
    assert len(ask(encoder, "Que signifie le mot GHT ?").tokens) == 1
    assert ask(FakeEncoder(), "lit").tokens == ()


def test_a_name_that_has_others_is_not_missed_while_other_names_and_figures_are() -> None:
    question = "Qui finance le GHT de Nevers en 2023 ?"
    assert asked_of(question, FakeEncoder()).specifics == {"ght", "never", "2023"}
    assert ask(FakeEncoder(), question, GROUPING).specifics == {"never", "2023"}


def test_the_tokens_of_some_rows_come_in_their_order_with_their_starts() -> None:
    tokens = Ragged(np.arange(12, dtype=np.uint8).reshape(6, 2), np.array([0, 1, 4, 6]))
    codes, starts = tokens.taken(np.array([2, 0, 1]))
    assert codes.tolist() == [[8, 9], [10, 11], [0, 1], [2, 3], [4, 5], [6, 7]]
    assert starts.tolist() == [0, 2, 3]
    alone, start = tokens.taken(np.array([1]))
    assert (alone.tolist(), start.tolist()) == ([[2, 3], [4, 5], [6, 7]], [0])


def test_each_searcher_names_the_rows_it_proposed() -> None:
    found = retriever_of([*BEDS[:3], FAR], FakeEncoder()).search(asked_of("un lit", FakeEncoder()), 1)
    assert found.near == {0, 1, 2, 3}
    assert found.worded == {0, 1, 2}
    assert sorted(found.candidates.rows.tolist()) == [0, 1, 2, 3]


def test_the_words_propose_what_lies_too_far_to_be_near(plain: Retriever) -> None:
    found = plain.search(asked_of(f"{ASKED} {ASKED} Quelle pharmacie ?", FakeEncoder()), 1)
    assert len(found.near) == len(found.worded) == 100
    assert 250 in found.worded - found.near
    assert set(found.candidates.rows.tolist()) == found.near | found.worded


def test_without_tokens_the_fused_order_stands_and_no_late_score_is_told(plain: Retriever) -> None:
    candidates = plain.search(asked_of(ASKED, FakeEncoder()), 5).candidates
    assert len(candidates) >= 100
    assert candidates.late.tolist() == [0] * len(candidates)
    assert candidates.scores.tolist() == sorted(candidates.scores.tolist(), reverse=True)


def test_an_index_with_tokens_is_searched_without_them_where_the_question_has_none(
    interacting: Retriever, plain: Retriever
) -> None:
    asked = asked_of(ASKED, FakeEncoder())
    with_tokens, without = interacting.search(asked, 5).candidates, plain.search(asked, 5).candidates
    assert with_tokens.rows.tolist() == without.rows.tolist()
    assert with_tokens.scores.tolist() == without.scores.tolist()


def test_with_tokens_the_score_weighs_the_late_score_the_cosine_and_the_shares() -> None:
    texts = ["pont pont pont", "Ce pont, repeint avec soin chaque été par la commune, est rouge.", FAR]
    question = "un pont rouge"
    fused = retriever_of(texts, FakeEncoder()).search(asked_of(question, FakeEncoder()), 3).candidates
    assert fused.rows.tolist() == [0, 1, 2]

    encoder = interacting_encoder()
    retriever = retriever_of(texts, encoder)
    asked = asked_of(question, encoder)
    candidates = retriever.search(asked, 3).candidates
    # The first says one word of two, the second says both.
    assert candidates.rows.tolist() == [1, 0, 2]
    interaction = encoder.interaction
    assert interaction is not None
    assert len(asked.tokens) == 1
    for position, row in enumerate(candidates.rows.tolist()):
        codes = interaction.codes(encoder.encode_question(texts[row]).tokens)
        late = late_scores(asked.tokens[0], codes, np.array([0]))[0]
        assert candidates.late[position] == pytest.approx(late, abs=1e-6)
    word_shares = retriever.words.asked(asked.terms).shares(candidates.rows)
    assert candidates.word_shares.tolist() == word_shares.tolist()
    assert phrases(asked.terms) == ["pont roug"]
    assert candidates.phrase_shares.tolist() == [0, 0, 0]
    assert candidates.scores == pytest.approx(
        LATE_SHARE * candidates.late
        + (1 - LATE_SHARE) * candidates.cosines
        + LATE_WORD_WEIGHT * candidates.word_shares
        + LATE_PHRASE_WEIGHT * candidates.phrase_shares
    )


def test_only_the_first_sixty_meet_the_question_token_by_token(
    plain: Retriever, interacting: Retriever
) -> None:
    encoder = interacting_encoder()
    fused = plain.search(asked_of(ASKED, FakeEncoder()), 5).candidates
    ranked = interacting.search(asked_of(ASKED, encoder), 5).candidates
    assert len(ranked) == 60
    assert set(ranked.rows.tolist()) == set(fused.rows[:60].tolist())
    assert min(ranked.late) > 0
    assert ranked.scores.tolist() == sorted(ranked.scores.tolist(), reverse=True)


@pytest.mark.parametrize("limit", [60, 61, 100])
def test_who_asks_for_more_than_sixty_gets_them(interacting: Retriever, limit: int) -> None:
    assert len(interacting.search(asked_of(ASKED, interacting_encoder()), limit).candidates) == limit


def test_what_must_be_ranked_is_ranked_however_far(plain: Retriever, interacting: Retriever) -> None:
    encoder = interacting_encoder()
    for retriever, asked in (
        (plain, asked_of(ASKED, FakeEncoder())),
        (interacting, asked_of(ASKED, encoder)),
    ):
        assert 250 not in retriever.search(asked, 5).candidates.rows
        candidates = retriever.search(asked, 5, None, (250,)).candidates
        assert candidates.rows.tolist()[-1] == 250
        assert len(set(candidates.rows.tolist())) == len(candidates)
    assert len(interacting.search(asked_of(ASKED, encoder), 60, None, (250,)).candidates) == 61


@pytest.mark.parametrize("limit", [5, 70])
def test_like_passages_do_not_take_the_place_of_others(limit: int) -> None:
    # Three of each, spelled differently so that each is a passage of its own.
    texts = [bed for one in BEDS[:80] for bed in (one, one.upper(), one.replace(" ce", "  ce"))]
    fused = retriever_of(texts, FakeEncoder())
    candidates = fused.search(asked_of(ASKED, FakeEncoder()), limit).candidates
    assert fused.groups.count(candidates.rows) >= max(limit, 50)

    encoder = interacting_encoder()
    reranked = retriever_of(texts, encoder)
    candidates = reranked.search(asked_of(ASKED, encoder), limit).candidates
    assert reranked.groups.count(candidates.rows) == max(limit, 60)


@pytest.mark.parametrize("tokens", [False, True])
def test_only_allowed_rows_are_found_with_tokens_or_without(
    plain: Retriever, interacting: Retriever, tokens: bool
) -> None:
    allowed = np.zeros(251, bool)
    allowed[[3, 200, 250]] = True
    retriever = interacting if tokens else plain
    found = retriever.search(asked_of(ASKED, interacting_encoder() if tokens else FakeEncoder()), 5, allowed)
    assert found.near == {3, 200, 250}
    assert found.worded == {3, 200}
    assert found.candidates.rows.tolist()[-1] == 250
    assert sorted(found.candidates.rows.tolist()) == [3, 200, 250]


def test_when_no_row_is_allowed_none_is_found(interacting: Retriever) -> None:
    found = interacting.search(asked_of(ASKED, interacting_encoder()), 5, np.zeros(251, bool))
    assert (len(found.candidates), found.near, found.worded) == (0, frozenset(), frozenset())


class Everything:
    """Proposes all that is allowed, and notes in which thread."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    def propose(
        self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64] | None:
        self.threads.append(threading.current_thread().name)
        return np.arange(251) if allowed is None else np.flatnonzero(allowed)


def test_where_passages_are_many_meaning_is_looked_for_beside_the_words(plain: Retriever) -> None:
    proposer, asked = Everything(), asked_of(ASKED, FakeEncoder())
    large = retriever_of([*BEDS, FAR], FakeEncoder(), proposer)
    found, expected = large.search(asked, 5), plain.search(asked, 5)
    assert (found.near, found.worded) == (expected.near, expected.worded)
    assert found.candidates.rows.tolist() == expected.candidates.rows.tolist()
    assert found.candidates.scores.tolist() == expected.candidates.scores.tolist()
    assert proposer.threads
    assert all(name.startswith("vectors") for name in proposer.threads)


def test_an_error_beside_the_words_is_the_question_s() -> None:
    class Damaged(Everything):
        def propose(self, *_: object) -> None:
            raise DamagedIndex("un bloc")

    large = retriever_of([*BEDS, FAR], FakeEncoder(), Damaged())
    with pytest.raises(DamagedIndex, match="un bloc"):
        large.search(asked_of(ASKED, FakeEncoder()), 5)
