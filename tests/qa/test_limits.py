"""A body larger than any question is refused before it is read whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from qa.limits import LARGEST_BODY, LARGEST_CONVERSATION, BodyLimit

JSON = {"content-type": "application/json"}


def _body(size: int) -> bytes:
    question = json.dumps({"question": "Que fait une CPTS ?"}).encode()
    return question + b" " * (size - len(question))


def test_a_body_of_just_the_limit_is_answered(client: TestClient) -> None:
    reply = client.post("/v1/ask", content=_body(LARGEST_CONVERSATION), headers=JSON)
    assert reply.status_code == 200


def test_one_byte_more_is_refused_without_an_echo(client: TestClient) -> None:
    reply = client.post("/v1/ask", content=_body(LARGEST_CONVERSATION + 1), headers=JSON)
    assert reply.status_code == 413
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["detail"] == "le corps de la requête dépasse 4096 Kio"


def test_a_chat_that_is_too_large_is_refused_in_openai_s_shape(client: TestClient) -> None:
    reply = client.post("/v1/chat/completions", content=_body(LARGEST_CONVERSATION + 1), headers=JSON)
    assert reply.status_code == 413
    assert reply.json()["error"] == {
        "message": "le corps de la requête dépasse 4096 Kio",
        "type": "invalid_request_error",
        "param": None,
        "code": "request_too_large",
    }


def test_a_chunked_body_is_counted_and_its_rest_left(client: TestClient) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b" " * 8192

    reply = client.post("/v1/index/build", content=chunks(), headers=JSON)
    assert sent == 100  # the test client gathers what it sends
    assert reply.status_code == 413


def test_the_body_of_a_text_is_passed_on_as_it_arrives_and_no_other_body_is() -> None:
    asked: list[str] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append("application")

    async def receive() -> Message:
        asked.append("body")
        return {"type": "http.request", "body": b" " * LARGEST_BODY, "more_body": True}

    async def send(message: Message) -> None:
        asked.append(str(message.get("status", "")))

    for method, path, expected in [
        ("PUT", "/v1/documents/a.md", ["application"]),
        ("PUT", "/v1/documents", ["body", "body", "413", ""]),
        ("POST", "/v1/documents/a.md", ["body", "body", "413", ""]),
        ("DELETE", "/v1/documents/a.md", ["body", "body", "413", ""]),
        ("PUT", "/v1/ask", ["body", "body", "413", ""]),
    ]:
        asked.clear()
        asyncio.run(BodyLimit(inner)({"type": "http", "method": method, "path": path}, receive, send))
        assert asked == expected
