"""`/mcp` of the application: who may ask, how it is asked, and that it starts and ends with it."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from index.embedding import EncodedQuestion
from qa.app import create_app
from qa.config import load_settings
from tests.conftest import FakeEncoder
from tests.qa.helpers import ANSWER, ANSWERED, holder_of
from tests.qa.mcp.support import call, result, text
from tests.running import running

KEY = "une-cle-de-plus-de-seize-lettres"
HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ASKING = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": ANSWERED, "top_k": 1}},
}


def client(home: Path, **settings: Any) -> TestClient:
    """Enter it: the protocol answers for as long as the application runs."""
    app = create_app(holder_of(home), settings=load_settings(home=home, texts=home, **settings))
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def test_a_request_at_the_exact_path_is_answered_in_json_with_the_headers_of_every_reply(home: Path) -> None:
    with client(home) as service:
        reply = service.post("/mcp", json=LISTING, headers=HEADERS, follow_redirects=False)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.json()["result"]["tools"][0]["name"] == "ask"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_no_stream_is_held_open_and_no_session_kept(home: Path, method: str) -> None:
    with client(home) as service:
        reply = service.request(method, "/mcp", headers=HEADERS)
        assert (reply.status_code, reply.json()["title"]) == (405, "Méthode refusée")
        assert "mcp-session-id" not in service.post("/mcp", json=LISTING, headers=HEADERS).headers


def test_links_bear_the_address_that_is_set_else_that_of_the_request(home: Path) -> None:
    def link(service: TestClient, **headers: str) -> str:
        reply = service.post("/mcp", json=ASKING, headers={**HEADERS, **headers}).json()
        url: str = reply["result"]["structuredContent"]["citations"][0]["url"]
        return url.partition("/source/")[0]

    with client(home) as service:
        assert link(service) == "http://127.0.0.1"
        assert link(service, Host="textes.example:8000") == "http://textes.example:8000"
    with client(home, public_url="https://public.example/textes/") as service:
        assert link(service) == "https://public.example/textes"


def test_with_a_key_only_its_bearer_is_answered(home: Path) -> None:
    with client(home, key=KEY) as service:
        for sent in ({}, {"Authorization": "Bearer autre-cle-de-seize-lettres"}):
            reply = service.post("/mcp", json=LISTING, headers={**HEADERS, **sent})
            assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
            assert reply.json()["title"] == "Clé demandée"
        right = {**HEADERS, "Authorization": f"Bearer {KEY}"}
        assert service.post("/mcp", json=LISTING, headers=right).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Host": "textes.example"}, 200),  # no browser: any name that leads here
        ({"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:8000"}, 200),
        ({"Host": "localhost:8000", "Origin": "http://localhost:8000"}, 200),
        ({"Host": "127.0.0.1:8000", "Origin": "http://ailleurs.example"}, 403),
        ({"Host": "127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"}, 403),
        # A name of others that leads to this machine: the page is of the same origin, and no friend.
        ({"Host": "ailleurs.example", "Origin": "http://ailleurs.example"}, 403),
    ],
)
def test_pages_of_other_sites_are_refused_and_other_names_of_the_service_are_not(
    home: Path, sent: dict[str, str], status: int
) -> None:
    with client(home) as service:
        reply = service.post("/mcp", json=LISTING, headers={**HEADERS, **sent})
    assert reply.status_code == status


def test_with_a_key_its_bearer_is_answered_wherever_it_comes_from(home: Path) -> None:
    right, wrong = (f"Bearer {key}" for key in (KEY, "autre-cle-de-seize-lettres"))
    # Desktop assistants are browsers within.
    for elsewhere in ({"Origin": "app://assistant"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}):
        with client(home, key=KEY) as service:
            sent = {**HEADERS, **elsewhere}
            for bearer, status in ((right, 200), (wrong, 401)):
                reply = service.post("/mcp", json=LISTING, headers={**sent, "Authorization": bearer})
                assert reply.status_code == status
        with client(home) as service:
            assert service.post("/mcp", json=LISTING, headers=sent).status_code == 403


def test_an_application_answers_again_when_it_is_started_again(home: Path) -> None:
    app = create_app(holder_of(home))
    for _ in range(2):
        with TestClient(app) as service:
            assert service.post("/mcp", json=LISTING, headers=HEADERS).status_code == 200
        stopped = TestClient(app, raise_server_exceptions=False).post("/mcp", json=LISTING, headers=HEADERS)
        assert (stopped.status_code, stopped.json()["title"]) == (503, "Arrêt")


def test_a_body_that_is_no_json_is_an_error_of_the_protocol(home: Path) -> None:
    with client(home) as service:
        sent = {**HEADERS, "Content-Type": "application/json"}
        reply = service.post("/mcp", content=b"{", headers=sent)
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, -32700)


class HeldEncoder(FakeEncoder):
    """Waits, once told to, until it may encode a question."""

    def __init__(self) -> None:
        super().__init__()
        self.holding = False
        self.arrived, self.go = threading.Event(), threading.Event()

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        if self.holding:
            self.arrived.set()
            assert self.go.wait(20)
        return super().encode_question(question, aside)


def test_a_client_that_hangs_up_leaves_the_service_answering(home: Path) -> None:
    encoder = HeldEncoder()
    app = create_app(holder_of(home, encoder))
    with running(app) as address:
        # Another question: one asked before is not searched again.
        assert text(call(f"{address}/mcp", "ask", question="La vidéo ?", top_k=1)).endswith("#passage")
        encoder.holding = True
        body = json.dumps(ASKING).encode()
        head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
        with socket.create_connection(("127.0.0.1", urlsplit(address).port)) as gone:
            gone.sendall(
                f"POST /mcp HTTP/1.1\r\nHost: x\r\n{head}Content-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            assert encoder.arrived.wait(20)
        encoder.holding = False
        # The event loop is free: the one that is gone waits in a thread.
        reply = result(call(f"{address}/mcp", "ask", question=ANSWERED, top_k=1))
        assert reply["answer"]["text"] == f"{ANSWER} [1]"
        encoder.go.set()
