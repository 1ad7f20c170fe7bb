"""An answer written by a language model from the passages found, each sentence checked before it is given.

Any server that speaks OpenAI's chat completions. Without one, nothing of this runs and nothing leaves
the machine. Does not search, does not refuse: what is refused never gets here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from index.engine import Engine
from index.errors import Overloaded
from qa.answer import Answer
from qa.citing import Citation
from qa.conversation.turns import Turn
from qa.llm import prompt
from qa.llm.checking import LEAST_LIKENESS, Checker, Verdict
from qa.llm.records import Ending, Written
from qa.llm.rewriting import accepted
from qa.llm.sentences import Claim, Sentences
from qa.llm.upstream import Failed, Upstream

_SILENT = "le modèle de langage n'a rien écrit ; essayez un autre modèle avec SOURCIER_LLM_MODEL"
# A standalone question is one line; a model that goes on is not listened to.
_LONGEST_REWRITING = 4000


class Writer:
    """Writes with one model. `url` is the base that ends in /v1, as the openai client has it.

    `timeout`, in seconds: the time waited for one whole reply. Raises ValueError for another address.
    """

    def __init__(self, url: str, model: str, key: str | None, timeout: float = 60.0) -> None:
        self._upstream = Upstream(url, model, key, timeout)

    @property
    def model(self) -> str:
        """The model's name, as its server knows it."""
        return self._upstream.model

    async def aclose(self) -> None:
        """Closes the connections kept open."""
        await self._upstream.aclose()

    async def write(
        self, engine: Engine, question: str, answer: Answer
    ) -> AsyncGenerator[Written | Ending, None]:
        """The sentences of the model that the answer's citations bear out, as they come, then one Ending.

        Never raises for what the model does; closing this closes the call at once.
        """
        citations = prompt.given(answer.citations)
        checks = await asyncio.to_thread(_Checks, engine, citations)
        shown: set[str] = set()
        dropped, failure = 0, None
        try:
            async with aclosing(self._claims(prompt.answering(question, citations))) as claims:
                async for claim in claims:
                    # In a thread: arithmetic never holds the event loop.
                    written = await asyncio.to_thread(checks.passed, claim)
                    if written is None:
                        dropped += 1
                    elif written.text not in shown:
                        shown.add(written.text)
                        yield written
        except Failed as error:
            failure = str(error)
        yield Ending(dropped, failure)

    async def rewrite(self, question: str, history: Sequence[Turn]) -> str | None:
        """The question as one that stands alone, or None where the model fails or brings something in."""
        if not history:
            return None
        written = ""
        try:
            async with aclosing(self._upstream.texts(prompt.rewriting(question, history))) as texts:
                async for text in texts:
                    written += text
                    if len(written) > _LONGEST_REWRITING:
                        return None
        except Failed:
            return None
        return await asyncio.to_thread(accepted, written, question, history)

    async def _claims(self, messages: list[prompt.Message]) -> AsyncGenerator[Claim, None]:
        """What the model says, sentence by sentence. Raises Failed; a sentence cut short is left."""
        sentences, heard = Sentences(), False
        async with aclosing(self._upstream.texts(messages)) as texts:
            async for text in texts:
                heard = heard or bool(text.strip())
                for claim in sentences.feed(text):
                    yield claim
        if not heard:
            raise Failed(_SILENT)
        for claim in sentences.close():
            yield claim


class _Checks:
    """Checks the claims of one answer, and asks the index how near each is to what it cites."""

    def __init__(self, engine: Engine, citations: Sequence[Citation]) -> None:
        self._engine = engine
        self._places = {c.number: (c.source, c.start) for c in citations}
        self._checker = Checker(citations, engine.glossary())

    def passed(self, claim: Claim) -> Written | None:
        """The claim as it may be shown; None for one that may not."""
        verdict = self._checker.check(claim)
        if verdict.problem is not None or not (verdict.verbatim or self._like(verdict)):
            return None
        return Written(verdict.text, verdict.numbers)

    def _like(self, verdict: Verdict) -> bool:
        """Whether the sentence is near to one of the passages it rests on, where an index can tell."""
        try:
            near = self._engine.likeness(verdict.text, [self._places[n] for n in verdict.numbers])
        except Overloaded:
            # What cannot be checked is not shown: the plain answer stands.
            return False
        return near is None or max(near) >= LEAST_LIKENESS
