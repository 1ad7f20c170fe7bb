"""Late interaction: tokens are kept in four bits, and scored as if they were decoded first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from index.interaction import (
    _ROWS,
    LEARNED,
    AskedTokens,
    Codes,
    Floats,
    Interaction,
    from_bytes,
    late_scores,
    load_interaction,
)
from tests.conftest import FakeEncoder, fake_interaction

# Four coordinates as they are, in steps that floats hold exactly: 0 is level 6, 1 level 14.
PLAIN = Interaction(
    np.eye(4, dtype=np.float32),
    np.zeros(4, np.float32),
    0.0,
    np.full(4, -0.75, np.float32),
    np.full(4, 0.125, np.float32),
)


def tokens(count: int, seed: int, dimension: int = FakeEncoder.dimension) -> Floats:
    """Unit vectors drawn at random, of shape (count, dimension)."""
    drawn = np.random.default_rng(seed).standard_normal((count, dimension))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def decoded(interaction: Interaction, codes: Codes) -> Floats:
    """The coordinates that codes stand for: the high halves of the bytes, then the low ones."""
    levels = np.concatenate([codes // 16, codes % 16], axis=1)
    return np.asarray(interaction.low + interaction.step * levels, np.float32)


def projected(interaction: Interaction, of: Floats) -> Floats:
    shadow = of @ interaction.projection
    return np.asarray(shadow / np.linalg.norm(shadow, axis=1, keepdims=True), np.float32)


def test_each_coordinate_becomes_the_nearest_of_sixteen_levels_two_to_a_byte() -> None:
    given = np.array([[1, 0, 0, 0], [0, -1, 0, 0], [0.6, 0.8, 0, 0]], np.float32)
    codes = PLAIN.codes(given)
    assert codes.dtype == np.uint8
    # Levels 14 6 6 6; 6, below the lowest, 6 6; 10.8 12.4 6 6. The third shares its byte with the first.
    assert codes.tolist() == [[0xE6, 0x66], [0x66, 0x06], [0xB6, 0xC6]]


@pytest.mark.parametrize("size", [2, 32, 64])
def test_codes_say_every_coordinate_within_half_a_step(size: int) -> None:
    interaction = fake_interaction(size)
    given = tokens(200, seed=1)
    codes = interaction.codes(given)
    assert (codes.shape, codes.dtype) == ((200, size // 2), np.dtype(np.uint8))
    assert interaction.bytes_per_token == size // 2
    # What lies beyond the first or the last level is taken for it.
    meant = np.clip(projected(interaction, given), interaction.low, interaction.low + 15 * interaction.step)
    assert np.all(np.abs(decoded(interaction, codes) - meant) <= interaction.step / 2 + 1e-6)


def test_no_tokens_have_no_codes_and_a_zero_token_has_those_of_zero() -> None:
    assert PLAIN.codes(np.zeros((0, 4), np.float32)).shape == (0, 2)
    assert PLAIN.codes(np.zeros((1, 4), np.float32)).tolist() == [[0x66, 0x66]]


def test_the_weights_of_a_question_add_up_to_one() -> None:
    learned = replace(fake_interaction(), weight=tokens(1, seed=2)[0], bias=-0.7)
    weights = learned.asked(tokens(9, seed=3)).weights
    assert (weights.shape, weights.dtype) == ((9,), np.dtype(np.float32))
    assert float(weights.sum()) == pytest.approx(1, abs=1e-6)
    assert weights.min() > 0


def test_a_token_weighs_the_softplus_of_its_score() -> None:
    learned = replace(PLAIN, weight=np.array([1, 0, 0, 0], np.float32), bias=-1.0)
    asked = learned.asked(np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32))
    # ln(1 + e^(5 - 1)) and ln(1 + e^(-1)).
    assert asked.weights.tolist() == pytest.approx(np.array([4.018150, 0.313262]) / 4.331412, abs=1e-5)
    assert PLAIN.asked(np.eye(4, dtype=np.float32)).weights.tolist() == [0.25] * 4


@pytest.mark.parametrize("seed", range(5))
def test_late_scores_are_those_of_plain_maximal_similarity_on_decoded_tokens(seed: int) -> None:
    interaction = replace(fake_interaction(), weight=tokens(1, seed=9)[0] * 3)
    question = tokens(7, seed=seed)
    passages = [tokens(count, seed=100 + seed + count) for count in (1, 12, 3, 60, 1)]
    codes = [interaction.codes(passage) for passage in passages]
    starts = np.cumsum([0, *map(len, passages)])[:-1]
    asked = interaction.asked(question)
    directions = projected(interaction, question)
    expected = [
        sum(
            weight * max(float(direction @ token) for token in decoded(interaction, of))
            for weight, direction in zip(asked.weights.tolist(), directions, strict=True)
        )
        for of in codes
    ]
    scores = late_scores(asked, np.concatenate(codes), starts)
    assert (scores.shape, scores.dtype) == ((5,), np.dtype(np.float32))
    assert scores.tolist() == pytest.approx(expected, abs=1e-5)


def test_passages_that_are_scored_in_several_goes_score_as_each_would_alone() -> None:
    interaction = fake_interaction()
    lengths = [_ROWS - 1, 2, _ROWS, 3 * _ROWS + 5]  # a passage that ends, begins, goes on across a go
    passages = [interaction.codes(tokens(length, seed=length)) for length in lengths]
    asked = interaction.asked(tokens(7, seed=3))
    together = late_scores(asked, np.concatenate(passages), np.cumsum([0, *lengths])[:-1])
    alone = [float(late_scores(asked, codes, np.array([0]))[0]) for codes in passages]
    assert together.tolist() == pytest.approx(alone, abs=1e-6)


def test_the_passage_that_holds_the_question_outscores_what_resembles_it() -> None:
    interaction = fake_interaction()
    question, others = tokens(4, seed=4), tokens(30, seed=5)
    passages = [others, np.concatenate([others, question])]
    codes = [interaction.codes(passage) for passage in passages]
    other, held = late_scores(interaction.asked(question), np.concatenate(codes), np.array([0, 30]))
    assert held > 0.95
    assert other < 0.8


def test_a_question_without_tokens_finds_all_passages_alike() -> None:
    asked = PLAIN.asked(np.zeros((0, 4), np.float32))
    assert isinstance(asked, AskedTokens)
    assert asked.weights.shape == (0,)
    assert late_scores(asked, PLAIN.codes(np.eye(4, dtype=np.float32)), np.array([0, 3])).tolist() == [0, 0]


def test_an_interaction_read_back_is_the_one_written_but_for_the_projection_s_half_precision() -> None:
    written = replace(fake_interaction(), weight=tokens(1, seed=6)[0], bias=0.1)
    read = from_bytes(written.to_bytes())
    assert read.projection.dtype == np.float32
    assert np.array_equal(read.projection, written.projection.astype(np.float16))
    for name in ("weight", "low", "step"):
        assert np.array_equal(getattr(read, name), getattr(written, name))
    assert read.bias == pytest.approx(0.1, abs=1e-8)
    again = from_bytes(read.to_bytes())
    assert again.fingerprint == read.fingerprint
    assert read.to_bytes() == again.to_bytes()


def test_the_fingerprint_changes_with_everything_that_was_learned() -> None:
    plain = PLAIN.fingerprint
    assert len(plain) == 12
    assert replace(PLAIN).fingerprint == plain
    others = [
        replace(PLAIN, projection=PLAIN.projection[::-1]),
        replace(PLAIN, weight=np.array([0, 0, 0, 1e-6], np.float32)),
        replace(PLAIN, bias=1e-6),
        replace(PLAIN, low=PLAIN.low - 1e-6),
        replace(PLAIN, step=PLAIN.step * 2),
    ]
    assert len({plain, *(other.fingerprint for other in others)}) == 6


def test_what_was_learned_for_the_default_model_is_whole() -> None:
    learned = load_interaction()
    dimension, size = learned.projection.shape
    assert (dimension, size % 2) == (384, 0)
    assert learned.weight.shape == (384,)
    assert learned.low.shape == learned.step.shape == (size,)
    assert learned.step.min() > 0
    assert all(np.isfinite(part).all() for part in (learned.projection, learned.weight, learned.low))
    assert from_bytes(LEARNED.read_bytes()).fingerprint == learned.fingerprint
    # Four bits are enough for a token to be most like itself.
    given = tokens(50, seed=7, dimension=384)
    cosines = projected(learned, given) @ decoded(learned, learned.codes(given)).T
    assert cosines.argmax(axis=1).tolist() == list(range(50))
