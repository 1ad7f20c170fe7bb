"""What is searched: what shows that it leans is put in words, and what does not is weighed by the texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest

from corpus.glossary import Meaning
from index.calibration import Match
from index.engine import NOTHING_FOUND, Engine, Search, Signals
from qa.conversation import Turn, resolve, searched

TOLD = (Turn("user", "Qu'est-ce que la téléexpertise ?"), Turn("assistant", "Un avis donné à distance."))
UNMARKED = "Le patient doit être là ?"
COMPLETED = "Le patient doit être là, la téléexpertise ?"


def signals(late: float, **more: bool) -> Signals:
    return replace(NOTHING_FOUND, best=Match(0.0, 0.0, late), **more)


class Scored:
    """An engine that gives each question its token by token score, and notes what it was asked."""

    def __init__(self, scores: dict[str, Signals]) -> None:
        self._scores = scores
        self.asked: list[str] = []

    def glossary(self) -> Sequence[Meaning]:
        return []

    def search(self, question: str, limit: int) -> Search:
        self.asked.append(question)
        return Search((), self._scores[question], "g-essai")


def search_of(question: str, scores: dict[str, Signals]) -> tuple[str, list[str]]:
    engine = Scored(scores)
    return searched(cast("Engine", engine), question, TOLD), engine.asked


@pytest.mark.parametrize(("gain", "expected"), [(0.051, COMPLETED), (0.049, UNMARKED), (-0.2, UNMARKED)])
def test_the_subject_is_added_where_the_texts_answer_much_better_with_it(gain: float, expected: str) -> None:
    found, asked = search_of(UNMARKED, {UNMARKED: signals(0.7), COMPLETED: signals(0.7 + gain)})
    assert (found, asked) == (expected, [UNMARKED, COMPLETED])


def test_what_shows_that_it_leans_costs_no_search() -> None:
    assert search_of("Qui la rembourse ?", {}) == ("Qui rembourse la téléexpertise ?", [])


def test_an_acronym_that_the_texts_define_is_no_follow_up() -> None:
    scores = {"PTA ?": signals(0.5, defined=True), "PTA, la téléexpertise ?": signals(0.9)}
    assert search_of("PTA ?", scores)[0] == "PTA ?"


def test_an_index_without_tokens_cannot_tell() -> None:
    assert search_of(UNMARKED, {UNMARKED: signals(0.0), COMPLETED: signals(0.0)}) == (UNMARKED, [UNMARKED])


@pytest.mark.parametrize("said", ["Merci beaucoup !", "Autre question : que fait un CHU ?", "x" * 301])
def test_thanks_a_change_of_subject_and_a_long_message_are_not_weighed(said: str) -> None:
    assert search_of(said, {}) == (said, [])


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Merci pour la réponse. Qui la rembourse ?", "Qui rembourse la téléexpertise ?"),
        ("D'accord ! qui la rembourse ?", "qui rembourse la téléexpertise ?"),
        ("slt. Qui la rembourse ?", "slt. Qui rembourse la téléexpertise ?"),
    ],
)
def test_thanks_before_a_follow_up_are_not_searched(question: str, expected: str) -> None:
    assert resolve(question, TOLD).question == expected


def test_a_question_with_thanks_that_stands_alone_is_left_as_it_is() -> None:
    question = "Merci. Et qui finance les hôpitaux de proximité ?"
    assert resolve(question, TOLD).question == question
