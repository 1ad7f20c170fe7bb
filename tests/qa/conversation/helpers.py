"""What the tests of conversations share: a conversation, as its last question is searched."""

from __future__ import annotations

from qa.conversation import Turn, resolve

ACRONYMS = frozenset({"cpts", "ars", "has", "ght", "dmp"})


def asked(*questions: str, answer: str = "") -> str:
    """The last question as it is searched after the others, each given the same answer."""
    history: list[Turn] = []
    for question in questions[:-1]:
        history += [Turn("user", question), Turn("assistant", answer)]
    return resolve(questions[-1], history, ACRONYMS).question
