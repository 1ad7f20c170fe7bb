"""What answers at `/mcp` is made for the first request, once, whatever becomes of that request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from fastapi import FastAPI

from qa.mcp.mounting import Endpoint
from qa.serving import Stopping


class Manager:
    """Answers with its number, while it runs."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_running = False

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        self.is_running = True
        try:
            yield
        finally:
            self.is_running = False

    async def handle_request(self, _scope: Any, _receive: Any, send: Any) -> None:
        assert self.is_running
        await send(self.number)


class Managers:
    """Makes managers, slowly; what is to fail fails first."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.made = 0

    def __call__(self) -> Any:
        time.sleep(0.05)
        if self._failures:
            raise self._failures.pop(0)
        self.made += 1
        return Manager(self.made)


async def asked(endpoint: Endpoint) -> int:
    """The number of the manager that answers a request."""
    sent: list[int] = []

    async def send(number: int) -> None:
        sent.append(number)

    app = FastAPI()
    app.state.settings = None
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/mcp",
        "headers": [],
        "query_string": b"",
        "app": app,
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    await endpoint(scope, cast(Any, None), cast(Any, send))
    (number,) = sent
    return number


def test_five_first_requests_make_one_manager() -> None:
    async def run() -> None:
        managers = Managers()
        endpoint = Endpoint(managers)
        async with endpoint.running():
            assert managers.made == 0
            assert await asyncio.gather(*(asked(endpoint) for _ in range(5))) == [1] * 5
        assert managers.made == 1

    asyncio.run(run())


def test_a_manager_that_cannot_be_made_fails_one_request_and_is_made_for_the_next() -> None:
    async def run() -> None:
        endpoint = Endpoint(Managers(ImportError("mcp")))
        async with endpoint.running():
            first, second = await asyncio.gather(asked(endpoint), asked(endpoint), return_exceptions=True)
        assert isinstance(first, ImportError)
        assert second == 1

    asyncio.run(run())


def test_a_first_request_that_is_given_up_leaves_the_next_one_an_answer() -> None:
    async def run() -> None:
        managers = Managers()
        endpoint = Endpoint(managers)
        async with endpoint.running():
            first = asyncio.create_task(asked(endpoint))
            await asyncio.sleep(0.01)
            first.cancel()
            assert await asked(endpoint) == managers.made
            assert first.cancelled()

    asyncio.run(run())


def test_stopping_while_the_manager_is_made_refuses_who_waits_and_it_can_start_again() -> None:
    async def run() -> None:
        managers = Managers()
        endpoint = Endpoint(managers)
        async with endpoint.running():
            waiting = [asyncio.create_task(asked(endpoint)) for _ in range(3)]
            await asyncio.sleep(0.01)
        for each in waiting:
            with pytest.raises(Stopping):
                await each
        with pytest.raises(Stopping):
            await asked(endpoint)
        async with endpoint.running():
            assert await asked(endpoint) == managers.made

    asyncio.run(run())
