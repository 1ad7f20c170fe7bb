"""Conversations as a whole: chains, what the history may hold, bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from corpus.glossary import Meaning
from index.engine import Engine
from qa.conversation import Turn, resolve, searched
from qa.conversation.records import Shape
from tests.qa.conversation.helpers import asked
from tests.timing import seconds


class _Glossary:
    """An engine of which only the glossary may be read."""

    def glossary(self) -> Sequence[Meaning]:
        return [Meaning("CPTS", "communauté professionnelle territoriale de santé", ())]


TEXTS = st.text(max_size=120) | st.lists(
    st.sampled_from(
        "et il elle les la l' en y son leur cette ça qui que quand combien quel de du à une CPTS hôpital"
        " missions est-il a-t-elle y-a-t-il 2018 Rennes ? , - ' pour celles lesquelles it them and".split()
    ),
    max_size=9,
).map(" ".join)
HISTORIES = st.lists(st.builds(Turn, st.sampled_from(("user", "assistant")), TEXTS), max_size=6)


def test_a_third_turn_leans_on_a_second_that_leaned_on_the_first() -> None:
    assert asked("Qu'est-ce que l'ARS ?", "Et la HAS ?", "Où se trouve-t-elle ?") == (
        "Où la HAS se trouve-t-elle ?"
    )
    assert asked("Qu'est-ce qu'une CPTS ?", "Quelles sont ses missions ?", "Qui les finance ?") == (
        "Qui finance les CPTS ?"
    )


def test_thanks_between_two_questions_change_nothing() -> None:
    assert asked("Qu'est-ce que la HAS ?", "Merci !", "Qui la dirige ?") == "Qui dirige la HAS ?"


def test_the_subject_last_changed_to_is_the_one_meant() -> None:
    assert asked("Qu'est-ce que la HAS ?", "Que fait une clinique ?", "Qui la dirige ?") == (
        "Qui dirige une clinique ?"
    )


def test_without_anything_said_before_a_question_is_left_alone() -> None:
    assert asked("Qui les dirige ?") == "Qui les dirige ?"
    assert asked("Bonjour", "Qui les dirige ?") == "Qui les dirige ?"


def test_an_answer_alone_tells_what_a_conversation_is_about() -> None:
    told = [Turn("assistant", "La HAS évalue les produits de santé. Elle siège à Saint-Denis.")]
    assert resolve("Qui la dirige ?", told, {"has"}).question == "Qui dirige la HAS ?"


def test_the_acronyms_of_the_texts_are_known_in_lower_case() -> None:
    told = [Turn("user", "c'est quoi cpts ?")]
    assert searched(cast("Engine", _Glossary()), "qui les dirige ?", told) == "qui dirige cpts ?"
    assert resolve("qui les dirige ?", told).question == "qui les dirige ?"


def test_what_leans_says_how() -> None:
    told = [Turn("user", "Qu'est-ce que la HAS ?")]
    assert resolve("Qui la dirige ?", told).shape is Shape.WORDS
    assert resolve("Et l'ARS ?", told).shape is Shape.FRAGMENT
    assert resolve("Qui dirige une clinique ?", told).shape is Shape.ALONE


def test_english_follow_ups_keep_their_subject() -> None:
    assert asked("What is a CPTS?", "Who runs them?") == "Who runs the CPTS?"
    assert asked("What is a CPTS?", "What are its missions?") == "What are the CPTS's missions?"
    assert asked("How many beds were there in 2017?", "And in 2018?") == "How many beds were there in 2018?"
    assert asked("What is a CPTS?", "What about a GHT?") == "What is a GHT?"
    assert asked("What is a CPTS?", "What is a GHT?") == "What is a GHT?"
    assert (
        asked("What is a CPTS?", "Is it true that clinics are free?") == "Is it true that clinics are free?"
    )


def test_a_question_that_would_grow_too_long_is_left_alone() -> None:
    told = [Turn("user", "Qu'est-ce que la HAS ?")]
    assert resolve("Qui la dirige ?", told, longest=19).question == "Qui dirige la HAS ?"
    assert resolve("Qui la dirige ?", told, longest=18).question == "Qui la dirige ?"


def test_a_long_conversation_of_huge_answers_costs_little() -> None:
    told = [
        Turn(role, text)
        for _ in range(300)
        for role, text in (("user", "Et la HAS ?"), ("assistant", "La HAS évalue. " * 7000))
    ]
    told[-2] = Turn("user", "Qu'est-ce que la HAS ?")
    assert resolve("Qui la dirige ?", told).question == "Qui dirige la HAS ?"
    assert seconds(lambda: resolve("Qui la dirige ?", told)) < 0.1  # 1 ms here


@given(TEXTS, HISTORIES, st.integers(0, 200))
def test_any_conversation_gives_a_question_within_bounds(
    question: str, history: list[Turn], longest: int
) -> None:
    found = resolve(question, history, {"cpts"}, longest).question
    assert found == question or len(found) <= longest


@given(TEXTS)
def test_no_history_leaves_every_question_as_it_is(question: str) -> None:
    assert resolve(question, []).question == question
