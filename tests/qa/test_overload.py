"""Too many questions at once: 503 and when to come back, in the shape of each protocol."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import pytest
from anyio import to_thread
from fastapi import FastAPI
from fastapi.testclient import TestClient

from index.batching import LONGEST_QUEUE, MOST_TOGETHER, BatchingEncoder
from index.embedding import EncodedQuestion
from index.errors import Overloaded
from qa.app import create_app
from tests.conftest import FakeEncoder
from tests.qa.chat.support import PATH, body_of
from tests.qa.helpers import ANSWERED, client_of, holder_of
from tests.qa.mcp.support import call, server, text

SENTENCE = "trop de questions attendent leur tour ; réessayez dans un instant"


class FullEncoder(FakeEncoder):
    """Refuses every question once it is full."""

    is_full = False

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        if self.is_full:
            raise Overloaded(SENTENCE)
        return super().encode_question(question, aside)


@pytest.fixture
def encoder() -> FullEncoder:
    return FullEncoder()


@pytest.fixture
def asked(home: Path, encoder: FullEncoder) -> TestClient:
    """A client whose service has an engine at hand."""
    client = client_of(home, encoder)
    assert client.get("/health/ready").status_code == 200
    return client


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search"])
def test_a_question_too_many_is_503_and_may_be_asked_again(
    asked: TestClient, encoder: FullEncoder, path: str
) -> None:
    encoder.is_full = True
    reply = asked.post(path, json={"question": ANSWERED})
    assert (reply.status_code, reply.headers["content-type"]) == (503, "application/problem+json")
    assert reply.headers["retry-after"] == "1"
    assert reply.json() == {
        "type": "urn:sourcier:problem:overloaded",
        "title": "Trop de questions",
        "status": 503,
        "detail": SENTENCE,
    }
    encoder.is_full = False
    assert asked.post(path, json={"question": ANSWERED}).status_code == 200


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_is_told_in_openai_s_shape(asked: TestClient, encoder: FullEncoder, stream: bool) -> None:
    encoder.is_full = True
    reply = asked.post(PATH, json=body_of(ANSWERED, stream=stream))
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
    assert reply.json() == {
        "error": {"message": SENTENCE, "type": "server_error", "param": None, "code": "overloaded"}
    }


def test_the_page_says_so(asked: TestClient, encoder: FullEncoder) -> None:
    encoder.is_full = True
    reply = asked.get("/", params={"question": ANSWERED})
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
    assert SENTENCE in reply.text


@pytest.mark.parametrize("tool", ["ask", "search"])
def test_an_assistant_is_told_in_words(home: Path, encoder: FullEncoder, tool: str) -> None:
    holder = holder_of(home, encoder)
    with holder.lease():
        encoder.is_full = True
    reply = call(server(home, holder=holder), tool, question=ANSWERED)
    assert (reply.is_error, text(reply), reply.structured_content) == (True, SENTENCE, None)


class HeldEncoder(FakeEncoder):
    """Once it is held, notes the passes it makes; each waits until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.is_held = False
        self.passes: list[threading.Event] = []

    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        if self.is_held:
            self.passes.append(threading.Event())
            assert self.passes[-1].wait(30)
        return super().encode_questions(questions)

    def let_go(self) -> None:
        for each in self.passes:
            each.set()


def client_in_the_loop(app: FastAPI) -> httpx.AsyncClient:
    """Asks the application itself, from the event loop that it runs in."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.005)


def test_however_many_cores_a_question_too_many_is_refused_while_the_others_wait(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every pass full and the queue too, a thread is left for it."""
    passes = LONGEST_QUEUE // MOST_TOGETHER
    monkeypatch.setattr("index.batching.passes_at_once", lambda: passes)
    held = HeldEncoder()
    batching = BatchingEncoder(held)
    app = create_app(holder_of(home, batching))

    async def run() -> None:
        async with app.router.lifespan_context(app), client_in_the_loop(app) as client:

            def ask(first: int, count: int) -> list[asyncio.Task[httpx.Response]]:
                bodies = [{"question": f"Que fait la CPTS {first + i} ?"} for i in range(count)]
                return [asyncio.create_task(client.post("/v1/search", json=body)) for body in bodies]

            assert (await client.post("/v1/search", json={"question": ANSWERED})).status_code == 200
            held.is_held = True
            waiting = ask(0, passes)
            try:
                await until(lambda: len(held.passes) == passes)
                waiting += ask(100, LONGEST_QUEUE)
                await until(lambda: len(batching._queue) == LONGEST_QUEUE)
                # Each of the first passes held one question; those after them are full.
                held.let_go()
                await until(lambda: len(held.passes) == 2 * passes)
                waiting += ask(200, LONGEST_QUEUE)
                await until(lambda: len(batching._queue) == LONGEST_QUEUE)
                replies = await asyncio.wait_for(asyncio.gather(*ask(300, 5)), 10)
                assert [reply.status_code for reply in replies] == [503] * 5
                assert len(held.passes) == 2 * passes
            finally:
                held.is_held = False
                held.let_go()
                answered = await asyncio.gather(*waiting)
            assert {reply.status_code for reply in answered} == {200}

    asyncio.run(run())


def test_a_service_whose_threads_are_all_taken_is_ready(home: Path) -> None:
    app = create_app(holder_of(home))

    async def run() -> int:
        async with app.router.lifespan_context(app), client_in_the_loop(app) as client:
            assert (await client.post("/v1/search", json={"question": ANSWERED})).status_code == 200
            limiter = to_thread.current_default_thread_limiter()
            takers = [object() for _ in range(int(limiter.available_tokens))]
            for taker in takers:
                limiter.acquire_on_behalf_of_nowait(taker)
            try:
                return (await asyncio.wait_for(client.get("/health/ready"), 10)).status_code
            finally:
                for taker in takers:
                    limiter.release_on_behalf_of(taker)

    assert asyncio.run(run()) == 200
