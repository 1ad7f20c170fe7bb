"""Every route gives its engine back, whatever becomes of the request."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.embedded import EmbeddedEngine
from index.engine import Engine
from index.opening import open_engine
from index.store import DocumentSummary
from qa.app import create_app
from qa.serving import EngineHolder
from tests.conftest import FakeEncoder
from tests.qa.helpers import ANSWERED, index_texts


class CountingHolder(EngineHolder):
    """Counts the leases taken and those given back."""

    taken = given_back = 0

    @contextmanager
    def lease(self) -> Iterator[Engine]:
        with super().lease() as engine:
            self.taken += 1
            try:
                yield engine
            finally:
                self.given_back += 1


@pytest.fixture
def holder(tmp_path: Path) -> CountingHolder:
    index_texts(tmp_path, {"cpts.md": "# Les CPTS\n\nUne CPTS organise les soins de ville.\n"})
    return CountingHolder(tmp_path / "home", lambda: open_engine(tmp_path / "home", FakeEncoder()))


REQUESTS = [
    ("POST", "/v1/ask", 200),
    ("POST", "/v1/search", 200),
    ("GET", "/v1/documents", 200),
    ("GET", "/v1/documents/cpts.md", 200),
    ("GET", "/v1/documents/cpts.md/text", 200),
    ("GET", "/v1/documents/absent.md", 404),
    ("GET", "/v1/index", 200),
    ("GET", "/v1/glossary", 200),
    ("GET", "/", 200),
    ("GET", "/?question=Que+fait+une+CPTS", 200),
    ("GET", "/source/cpts.md", 200),
    ("GET", "/source/absent.md", 404),
    ("GET", "/health/ready", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
def test_a_route_takes_one_lease_and_gives_it_back(
    holder: CountingHolder, method: str, path: str, status: int
) -> None:
    client = TestClient(create_app(holder))
    body = {"question": ANSWERED} if method == "POST" else None
    # Once without an engine at hand, once with one.
    for leases in (1, 2):
        assert client.request(method, path, json=body).status_code == status
        assert (holder.taken, holder.given_back) == (leases, leases)


@pytest.mark.parametrize(("path", "status"), [("/v1/search", 500), ("/v1/ask", 500)])
def test_a_route_that_fails_gives_its_engine_back(
    holder: CountingHolder, monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    client = TestClient(create_app(holder), raise_server_exceptions=False)
    assert client.post(path, json={"question": ANSWERED}).status_code == 200

    def fail(*_: object) -> None:
        raise RuntimeError("exprès")

    monkeypatch.setattr("qa.asking.ask", fail)
    monkeypatch.setattr("qa.asking.cite", fail)
    assert client.post(path, json={"question": ANSWERED}).status_code == status
    assert (holder.taken, holder.given_back) == (2, 2)


def test_a_question_that_is_refused_unread_gives_its_engine_back(holder: CountingHolder) -> None:
    client = TestClient(create_app(holder))
    assert client.post("/v1/ask", json={"question": ""}).status_code == 422
    assert holder.taken == holder.given_back


def test_a_replaced_engine_is_closed_away_from_the_event_loop(
    holder: CountingHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(create_app(holder))
    assert client.get("/v1/documents").status_code == 200
    closed_by: list[str] = []
    listed = EmbeddedEngine.documents

    def replaced_meanwhile(engine: EmbeddedEngine) -> Sequence[DocumentSummary]:
        holder.stop()
        assert closed_by == []
        return listed(engine)

    monkeypatch.setattr(EmbeddedEngine, "documents", replaced_meanwhile)
    monkeypatch.setattr(EmbeddedEngine, "close", lambda _: closed_by.append(threading.current_thread().name))
    assert client.get("/v1/documents").status_code == 200
    assert closed_by == ["AnyIO worker thread"]
    assert (holder.taken, holder.given_back) == (2, 2)
