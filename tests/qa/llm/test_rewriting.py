"""A standalone question is searched with only where it brings nothing in."""

from __future__ import annotations

import asyncio

import pytest

from qa.conversation.turns import Turn
from qa.llm.rewriting import accepted
from qa.llm.writer import Writer
from tests.qa.llm.model_server import ModelServer, streamed

HISTORY = (
    Turn("user", "Que fait une CPTS ?"),
    Turn("assistant", "Une CPTS réunit des soignants. Le plan de 2018 en voulait 1 000."),
)
QUESTION = "Et qui les dirige ?"
GOOD = "Qui dirige les CPTS ?"
REFUSED = {
    "a name from nowhere": "Qui dirige les CPTS de Melun ?",
    "a figure from nowhere": "Qui dirige les CPTS en 2019 ?",
    "another subject": "Que fait une CPTS ?",
    "a denial": "Qui ne dirige pas les CPTS ?",
    "an answer": "Les soignants dirigent. Ils réunissent les CPTS.",
    "two lines": "Qui dirige les CPTS ?\nQui les réunit ?",
    "too long": "Qui dirige les CPTS " + "des soignants " * 40 + "?",
    "nothing": "  ",
    "a link": "Qui dirige les CPTS http://mal.example ?",
    "only signs": "???",
}


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"Question : {GOOD}",
        f"« {GOOD} »",
        f"<think>hm</think>\n{GOOD}\n",
        "Qui dirige les 1000 CPTS de 2018 ?",
        "qui dirige les CPTS",
    ],
)
def test_a_question_made_of_the_conversation_s_words_is_accepted(text: str) -> None:
    found = accepted(text, QUESTION, HISTORY)
    assert found is not None
    assert "dirige les" in found
    assert not found.startswith(("Question", "«", "<"))


@pytest.mark.parametrize("case", REFUSED)
def test_a_question_that_brings_something_in_is_not(case: str) -> None:
    assert accepted(REFUSED[case], QUESTION, HISTORY) is None


def rewritten(url: str, question: str = QUESTION, history: tuple[Turn, ...] = HISTORY) -> str | None:
    async def call() -> str | None:
        writer = Writer(url, "essai", None, 2.0)
        try:
            return await writer.rewrite(question, history)
        finally:
            await writer.aclose()

    return asyncio.run(call())


def test_the_model_s_question_is_given_when_it_is_accepted(model: ModelServer) -> None:
    model.answers(streamed(GOOD))
    assert rewritten(model.url) == GOOD
    sent = model.requests[-1]["messages"][-1]["content"]
    assert "question : Que fait une CPTS ?\nréponse : Une CPTS réunit" in sent
    assert sent.endswith(f"<question>\n{QUESTION}\n</question>")


@pytest.mark.parametrize("text", ["Qui dirige la HAS ?", "mot " * 2000])
def test_a_model_that_invents_or_goes_on_gives_none(model: ModelServer, text: str) -> None:
    model.answers(streamed(text, size=200))
    assert rewritten(model.url) is None


def test_a_model_that_fails_gives_none(model: ModelServer) -> None:
    model.answers([b"oups"])
    assert rewritten(model.url) is None
    assert rewritten("http://127.0.0.1:9/v1") is None


def test_without_history_nobody_is_asked() -> None:
    assert rewritten("http://127.0.0.1:9/v1", GOOD, ()) is None
