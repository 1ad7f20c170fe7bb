"""The event loop, where every request passes, never waits for arithmetic: its lag while many ask."""

from __future__ import annotations

import asyncio
import hashlib
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from index.batching import BatchingEncoder
from index.embedding import EncodedQuestion
from qa.app import create_app
from tests.conftest import FakeEncoder
from tests.qa.chat.support import PATH, body_of
from tests.qa.helpers import holder_of

CLIENTS = 16
QUESTIONS = 3  # each client asks, one after another
# Seconds that a pass takes the encoder, outside the interpreter as a model's arithmetic does.
COST = 0.06
# A loop that computed would be away for COST at a time; one that does not, for a switch of threads
# (0.005 s) now and then. The median: what else runs on the machine takes the processor away too.
BOUND = 0.03
BEAT = 0.001
_BUFFER = bytes(1 << 18)

Ask = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]


class BusyEncoder(FakeEncoder):
    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        burn()
        return super().encode_questions(questions)


def burn() -> None:
    end = time.perf_counter() + COST
    while time.perf_counter() < end:
        hashlib.sha256(_BUFFER).digest()


async def ask(client: httpx.AsyncClient, question: str) -> httpx.Response:
    return await client.post("/v1/ask", json={"question": question})


async def search(client: httpx.AsyncClient, question: str) -> httpx.Response:
    history = [{"role": "user", "content": "Qu'est-ce qu'une CPTS ?"}]
    return await client.post("/v1/search", json={"question": question, "history": history})


async def chat(client: httpx.AsyncClient, question: str) -> httpx.Response:
    return await client.post(PATH, json=body_of(question))


async def stream(client: httpx.AsyncClient, question: str) -> httpx.Response:
    return await client.post(PATH, json=body_of(question, stream=True))


async def page(client: httpx.AsyncClient, question: str) -> httpx.Response:
    return await client.get("/", params={"question": question})


async def assistant(client: httpx.AsyncClient, question: str) -> httpx.Response:
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": question}},
    }
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2025-11-25",
    }
    return await client.post("/mcp", json=body, headers=headers)


def median_lag(app: FastAPI, asked: Ask) -> float:
    """Seconds that the loop comes late, in the median, while all clients ask."""

    async def measured() -> float:
        beats: list[float] = []

        async def beat() -> None:
            while True:
                beats.append(time.perf_counter())
                await asyncio.sleep(BEAT)

        async def one(number: int, client: httpx.AsyncClient) -> None:
            for turn in range(QUESTIONS):
                reply = await asked(client, f"Que fait la CPTS numéro {number} en {turn} ?")
                assert reply.status_code == 200, reply.text

        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                # The engine opens, and each route is gone through once.
                assert (await asked(client, "Où ?")).status_code == 200
                heart = asyncio.create_task(beat())
                await asyncio.sleep(0)  # the first beat
                await asyncio.gather(*(one(number, client) for number in range(CLIENTS)))
                heart.cancel()
        beats.append(time.perf_counter())
        return statistics.median(after - before for before, after in pairwise(beats)) - BEAT

    return asyncio.run(measured())


@pytest.fixture
def app(home: Path) -> FastAPI:
    return create_app(holder_of(home, BatchingEncoder(BusyEncoder())))


@pytest.mark.parametrize("asked", [ask, search, chat, stream, page, assistant])
def test_the_loop_is_there_while_sixteen_ask(app: FastAPI, asked: Ask) -> None:
    assert median_lag(app, asked) < BOUND


def test_a_route_that_computes_on_the_loop_is_found_out(app: FastAPI) -> None:
    @app.get("/planted")
    async def planted() -> dict[str, Any]:
        burn()
        return {}

    async def visit(client: httpx.AsyncClient, _: str) -> httpx.Response:
        return await client.get("/planted")

    assert median_lag(app, visit) > BOUND
