"""Clients that hang up in the middle of a stream leave no work behind: no task, no stream of the
language model, no lease on an engine.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from qa.conversation import Turn
from qa.llm.records import Ending, Written
from qa.serving import EngineHolder
from tests.qa.chat.serving import Served, serving
from tests.qa.chat.support import PATH, FakeWriter, body_of, service
from tests.qa.engines import wait_until

CLIENTS = 200


@pytest.fixture
def writer() -> FakeWriter:
    # Nobody here waits for the second sentence.
    return FakeWriter(Written("Par vidéo.", (1,)), Written("Sans déplacement.", (1,)), Ending(), pause=600)


@pytest.fixture
def served(home: Path, tmp_path: Path, writer: FakeWriter) -> Iterator[Served]:
    shutil.copytree(home, tmp_path / "home")
    with serving(service(tmp_path / "home", writer)) as running:
        yield running


def hang_up(port: int, first: bytes = b"Par vid") -> bytes:
    """Reads a stream until its first sentence, which holds `first`, then leaves."""
    body = json.dumps(body_of(model="sourcier-llm", stream=True)).encode()
    lines = [f"POST {PATH} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
    head = "\r\n".join([*lines, "Content-Type: application/json", "", ""])
    read = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(head.encode() + body)
        while first not in read and (more := client.recv(65536)):
            read += more
    return read


def leave(port: int, writer: FakeWriter, asked: dict[str, Any]) -> None:
    """Asks, and leaves while the language model is at work."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("POST", PATH, json.dumps(asked), {"Content-Type": "application/json"})
    wait_until(lambda: writer.open == 1)
    client.close()


class SlowRewriter(FakeWriter):
    """Takes its time to say the question again."""

    async def rewrite(self, question: str, history: Sequence[Turn]) -> str | None:
        self.open += 1
        try:
            await asyncio.sleep(600)
        finally:
            self.open -= 1
        return None


def tasks(served: Served) -> int:
    return asyncio.run_coroutine_threadsafe(_count(), served.loop).result(10)


async def _count() -> int:
    return len(asyncio.all_tasks())


def test_two_hundred_clients_that_hang_up_leave_no_work_running(served: Served, writer: FakeWriter) -> None:
    hang_up(served.port)
    wait_until(lambda: writer.open == 0)
    before = tasks(served)
    holder: EngineHolder = served.app.state.holder
    closed: list[bool] = []
    with holder.lease() as engine:
        close = engine.close
        engine.close = lambda: (closed.append(True), close())  # type: ignore[method-assign, assignment]
    with ThreadPoolExecutor(20) as threads:
        heads = list(threads.map(hang_up, [served.port] * CLIENTS))
    assert all(b"200 OK" in head and b"Par vid" in head for head in heads)
    assert writer.opened == CLIENTS + 1
    wait_until(lambda: writer.open == 0)
    wait_until(lambda: tasks(served) == before)
    # An engine that is replaced is closed once nobody uses it any more: at once, then.
    holder.stop()
    assert closed == [True]


def test_a_client_that_does_not_wait_for_a_whole_reply_leaves_no_work_running(
    served: Served, writer: FakeWriter
) -> None:
    hang_up(served.port)
    wait_until(lambda: writer.open == 0)
    before = tasks(served)
    leave(served.port, writer, body_of(model="sourcier-llm"))
    wait_until(lambda: writer.open == 0)
    wait_until(lambda: tasks(served) == before)


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_does_not_wait_for_its_question_to_be_rewritten_leaves_no_work_running(
    home: Path, stream: bool
) -> None:
    writer = SlowRewriter(Ending())
    with serving(service(home, writer, llm_rewrite=True)) as served:
        body = body_of("Qui ?", "Personne.", "Et par vidéo ?", model="sourcier-llm", stream=stream)
        leave(served.port, writer, body)
        wait_until(lambda: writer.open == 0)


def test_a_client_that_stays_holds_the_engine_until_it_leaves(served: Served, writer: FakeWriter) -> None:
    holder: EngineHolder = served.app.state.holder
    closed: list[bool] = []
    client = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    body = json.dumps(body_of(model="sourcier-llm", stream=True))
    client.request("POST", PATH, body, {"Content-Type": "application/json"})
    assert client.getresponse().readline().startswith(b"data: {")
    wait_until(lambda: writer.open == 1)
    with holder.lease() as engine:
        close = engine.close
        engine.close = lambda: (closed.append(True), close())  # type: ignore[method-assign, assignment]
    holder.stop()
    assert (writer.open, closed) == (1, [])
    client.close()
    wait_until(lambda: closed == [True])
    assert writer.open == 0
