"""What the tests of the chat protocol share: the service, a language model that does as it is told,
and how a stream is read.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, cast

import httpx2
from fastapi import FastAPI
from fastapi.testclient import TestClient

from index.engine import Engine
from qa.answer import Answer
from qa.app import create_app
from qa.citing import Citation, Quote
from qa.config import Settings
from qa.conversation import Turn
from qa.llm.records import Ending, Written
from qa.llm.writer import Writer
from tests.qa.helpers import ANSWERED, holder_of

PATH = "/v1/chat/completions"
KEY = "cle-canari-zzclezz-0123456789"
BASE = "https://textes.example"


class FakeWriter:
    """Writes what it was given; notes what it was asked, and which of its streams are open."""

    model = "plume"

    def __init__(self, *events: Written | Ending, rewritten: str | None = None, pause: float = 0) -> None:
        self._events = events
        self._rewritten = rewritten
        self._pause = pause
        self.asked: list[str] = []
        self.histories: list[Sequence[Turn]] = []
        self.opened = self.open = 0

    async def write(
        self, engine: Engine, question: str, answer: Answer
    ) -> AsyncGenerator[Written | Ending, None]:
        self.asked.append(question)
        self.opened += 1
        self.open += 1
        try:
            for event in self._events:
                yield event
                await asyncio.sleep(self._pause)
        finally:
            self.open -= 1

    async def rewrite(self, question: str, history: Sequence[Turn]) -> str | None:
        self.histories.append(history)
        return self._rewritten

    async def aclose(self) -> None:
        return None


def as_writer(writer: FakeWriter) -> Writer:
    return cast("Writer", writer)


def service(home: Path, writer: FakeWriter | None = None, **settings: Any) -> FastAPI:
    """The application over a home, with these settings and this language model."""
    app = create_app(holder_of(home), settings=Settings(home=home, **settings))
    app.state.writer = writer
    return app


def client_of(home: Path, writer: FakeWriter | None = None, **settings: Any) -> TestClient:
    return TestClient(service(home, writer, **settings), raise_server_exceptions=False)


def body_of(*said: str, model: str = "sourcier", **more: Any) -> dict[str, Any]:
    """A request whose messages are the user's and the assistant's in turn, the first the user's."""
    roles = ("user", "assistant")
    messages = [{"role": roles[i % 2], "content": text} for i, text in enumerate(said or (ANSWERED,))]
    return {"model": model, "messages": messages, **more}


def chunks_of(reply: httpx2.Response) -> list[dict[str, Any]]:
    """The chunks of a stream, which must end with [DONE]."""
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    *events, done, rest = reply.content.decode().split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    assert all(event.startswith("data: {") and "\n" not in event for event in events)
    return [json.loads(event.removeprefix("data: ")) for event in events]


def text_of(chunks: Sequence[dict[str, Any]]) -> str:
    """The text that a stream's chunks add up to."""
    return "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])


def citation(number: int, text: str) -> Citation:
    """A citation of a document of its own, which is one sentence."""
    quote = Quote(0, len(text), text)
    source = f"texte{number}.md"
    return Citation(
        number, source, f"Texte {number}", (), 0, len(text), text, None, (quote,), 0.9, ("words",)
    )
