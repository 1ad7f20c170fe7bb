"""An encoder that says what it is without being loaded, and is loaded once."""

from __future__ import annotations

import numpy as np
import pytest

from index.deferred import DeferredEncoder
from index.embedding import Encoder, EncoderInput
from index.errors import ModelUnavailable
from tests.conftest import FakeEncoder, fake_interaction

INPUT = EncoderInput("Titre", "Le lit est libre.", ())


class Loader:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Encoder:
        self.calls += 1
        return FakeEncoder()


@pytest.fixture
def loader() -> Loader:
    return Loader()


def deferred_fake(load: Loader) -> DeferredEncoder:
    return DeferredEncoder(load, "fake", "fake-1", 64, None)


def test_what_is_known_of_the_model_needs_no_loading(loader: Loader) -> None:
    interaction = fake_interaction()
    encoder = DeferredEncoder(loader, "un nom", "une empreinte", 12, interaction)
    assert (encoder.name, encoder.fingerprint, encoder.dimension) == ("un nom", "une empreinte", 12)
    assert encoder.interaction is interaction
    assert loader.calls == 0


def test_each_use_loads_the_model_and_gives_what_it_gives(loader: Loader) -> None:
    question = deferred_fake(loader).encode_question("Le GHT ?", " groupement")
    expected = FakeEncoder().encode_question("Le GHT ?", " groupement")
    assert np.array_equal(question.vector, expected.vector)
    assert np.array_equal(question.aside, expected.aside)
    (together,) = deferred_fake(loader).encode_questions([("Le GHT ?", " groupement")])
    assert np.array_equal(together.vector, expected.vector)
    ((place, passage),) = deferred_fake(loader).encode_passages([INPUT])
    ((_, read),) = FakeEncoder().encode_passages([INPUT])
    assert place == 0
    assert np.array_equal(passage.vector, read.vector)
    assert deferred_fake(loader).token_starts("Le lit") == [0, 3]
    assert loader.calls == 4


def test_the_model_is_loaded_once(loader: Loader) -> None:
    encoder = deferred_fake(loader)
    for _ in range(3):
        encoder.token_starts("Le lit")
        encoder.encode_question("Le lit ?")
        list(encoder.encode_passages([INPUT]))
    assert loader.calls == 1
    assert isinstance(encoder.loaded, FakeEncoder)


def test_a_model_that_does_not_load_says_so_at_each_use() -> None:
    calls: list[int] = []

    def failing() -> Encoder:
        calls.append(1)
        raise ModelUnavailable("le modèle manque")

    encoder = DeferredEncoder(failing, "fake", "fake-1", 64, None)
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="le modèle manque"):
            encoder.token_starts("Le lit")
    assert len(calls) == 2
