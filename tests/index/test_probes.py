"""What calibration asks is encoded once, and known to the next build."""

from __future__ import annotations

import numpy as np
import pytest

from index.embedding import EncodedQuestion
from index.probes import Probes, known_from_bytes
from tests.conftest import FakeEncoder
from tests.index.support import interacting_encoder


class Counting(FakeEncoder):
    """Notes what it is asked to encode."""

    def __init__(self) -> None:
        super().__init__(interacting_encoder().interaction)
        self.questions: list[tuple[str, str]] = []

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        self.questions.append((question, aside))
        return super().encode_question(question, aside)


@pytest.fixture
def encoder() -> Counting:
    return Counting()


def asked(encoder: FakeEncoder, *questions: str) -> Probes:
    probes = Probes(encoder, {})
    for question in questions:
        probes.encode_question(question)
    return probes


def equal(one: EncodedQuestion, other: EncodedQuestion) -> bool:
    arrays = [(one.vector, other.vector), (one.tokens, other.tokens), (one.aside, other.aside)]
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in arrays)


def test_a_question_that_is_not_known_is_encoded_as_the_encoder_does(encoder: Counting) -> None:
    probes = Probes(encoder, {})
    found = probes.encode_question("Le lit est-il libre ?")
    assert encoder.questions == [("Le lit est-il libre ?", "")]
    assert equal(found, FakeEncoder().encode_question("Le lit est-il libre ?"))
    assert probes.asked == {"Le lit est-il libre ?": found}


def test_a_known_question_is_not_encoded_again_and_is_known_to_the_next_build(encoder: Counting) -> None:
    known = asked(encoder, "Le lit ?", "La salle ?").asked
    encoder.questions.clear()
    probes = Probes(encoder, known)
    assert probes.encode_question("La salle ?") is known["La salle ?"]
    assert encoder.questions == []
    # What was not asked this time is forgotten: texts go, and their sentences with them.
    assert list(probes.asked) == ["La salle ?"]


def test_what_is_read_beside_a_question_is_never_taken_for_it(encoder: Counting) -> None:
    probes = Probes(encoder, asked(encoder, "Le GHT ?").asked)
    encoder.questions.clear()
    found = probes.encode_question("Le GHT ?", " groupement hospitalier")
    assert encoder.questions == [("Le GHT ?", " groupement hospitalier")]
    assert equal(found, FakeEncoder().encode_question("Le GHT ?", " groupement hospitalier"))


def test_the_interaction_is_that_of_the_encoder() -> None:
    encoder = interacting_encoder()
    assert Probes(encoder, {}).interaction is encoder.interaction is not None
    assert Probes(FakeEncoder(), {}).interaction is None


@pytest.mark.parametrize(
    "questions",
    [
        pytest.param([], id="nothing asked"),
        pytest.param(["Le lit est libre."], id="one sentence"),
        pytest.param(
            ["Le lit.", "***", "La salle est fermée, l'été."], id="one without tokens in the middle"
        ),
        pytest.param(["Deux\nlignes\r\net\ttabulée", "“É” 𝒜 \u2028", "Seul \ud800 ici"], id="any character"),
        pytest.param(["Le lit\0est libre.", "La salle."], id="a null character"),
    ],
)
def test_what_was_asked_is_read_back_as_it_was(encoder: Counting, questions: list[str]) -> None:
    probes = asked(encoder, *questions)
    known = known_from_bytes(probes.to_bytes())
    assert list(known) == questions
    assert all(equal(known[question], probes.asked[question]) for question in questions)


def test_questions_read_back_make_the_same_file_in_the_order_in_which_they_are_asked(
    encoder: Counting,
) -> None:
    first = asked(encoder, "Le lit ?", "La salle ?").to_bytes()
    encoder.questions.clear()
    known = known_from_bytes(first)
    again, turned = Probes(encoder, known), Probes(encoder, known)
    for probes, questions in ((again, ["Le lit ?", "La salle ?"]), (turned, ["La salle ?", "Le lit ?"])):
        for question in questions:
            probes.encode_question(question)
    assert again.to_bytes() == first
    assert turned.to_bytes() == asked(FakeEncoder(), "La salle ?", "Le lit ?").to_bytes() != first
    assert encoder.questions == []
