"""The health checks tell what starts, watches and stops the service which state it is in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.embedded import EmbeddedEngine
from index.opening import open_engine
from qa.app import create_app
from qa.serving import EngineHolder
from tests.conftest import FakeEncoder
from tests.qa.helpers import ANSWERED, index_texts


class Gate:
    """A home whose engine opens when the test lets it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.opening, self.may_open = threading.Event(), threading.Event()
        self.app = create_app(EngineHolder(home, self._open))

    def _open(self) -> EmbeddedEngine:
        self.opening.set()
        assert self.may_open.wait(10)
        return open_engine(self._home, FakeEncoder())


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    index_texts(tmp_path, {"pluie.txt": "La pluie tombe sur Rennes."})
    gated = Gate(tmp_path / "home")
    yield gated
    gated.may_open.set()


def ready(client: TestClient) -> tuple[int, str]:
    reply = client.get("/health/ready")
    if reply.status_code == 200:
        return 200, reply.json()["status"]
    assert reply.headers["content-type"] == "application/problem+json"
    return reply.status_code, reply.json()["type"].rpartition(":")[2]


def test_while_the_first_index_opens_the_service_is_starting_and_alive(gate: Gate) -> None:
    with TestClient(gate.app) as client:
        assert gate.opening.wait(10)
        assert ready(client) == (503, "starting")
        assert client.get("/health/live").json() == {"status": "ok"}
        gate.may_open.set()
        assert client.post("/v1/ask", json={"question": ANSWERED}).status_code == 200
        assert ready(client) == (200, "ok")


def test_while_the_next_index_opens_the_service_is_swapping_and_answers(gate: Gate, tmp_path: Path) -> None:
    gate.may_open.set()
    with TestClient(gate.app) as client:
        first = client.post("/v1/ask", json={"question": ANSWERED}).json()["generation"]
        assert ready(client) == (200, "ok")
        gate.opening.clear()
        gate.may_open.clear()
        index_texts(tmp_path, {"vent.txt": "Le vent souffle sur Dunkerque."})
        assert gate.opening.wait(10)
        assert ready(client) == (200, "swapping")
        assert client.post("/v1/ask", json={"question": ANSWERED}).json()["generation"] == first
        gate.may_open.set()


def test_once_stopped_the_service_says_so(gate: Gate) -> None:
    gate.may_open.set()
    client = TestClient(gate.app)
    with client:
        assert client.post("/v1/ask", json={"question": ANSWERED}).status_code == 200
        assert ready(client) == (200, "ok")
    assert ready(client) == (503, "stopping")
    assert client.post("/v1/ask", json={"question": ANSWERED}).status_code == 503
    assert client.get("/health/live").json() == {"status": "ok"}
