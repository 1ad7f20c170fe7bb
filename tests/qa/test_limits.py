"""A body larger than any question is refused before it is read whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from qa.limits import LARGEST_BODY, LARGEST_CONVERSATION, BodyLimit

JSON = {"content-type": "application/json"}
TOO_LONG = (
    "le corps de la requête dépasse 4096 Kio ; "
    "retirez-en les images, les documents ou les messages les plus anciens"
)


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
    assert reply.json()["detail"] == TOO_LONG


def test_a_chat_that_is_too_large_is_refused_in_openai_s_shape(client: TestClient) -> None:
    reply = client.post("/v1/chat/completions", content=_body(LARGEST_CONVERSATION + 1), headers=JSON)
    assert reply.status_code == 413
    assert reply.json()["error"] == {
        "message": TOO_LONG,
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


def _passed(*messages: Message) -> list[Message]:
    """What an application receives of these messages, until the client is gone."""
    given = iter(messages)
    received: list[Message] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        while not received or received[-1]["type"] != "http.disconnect":
            received.append(await receive())

    async def receive() -> Message:
        return next(given)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    asyncio.run(BodyLimit(inner)({"type": "http", "method": "POST", "path": "/v1/ask"}, receive, send))
    return received


def test_a_body_sent_byte_by_byte_is_one_message_for_the_application() -> None:
    pieces: list[Message] = [
        {"type": "http.request", "body": bytes([n % 256]), "more_body": n < 999} for n in range(1000)
    ]
    gone: Message = {"type": "http.disconnect"}
    whole = bytes(n % 256 for n in range(1000))
    assert _passed(*pieces, gone) == [{"type": "http.request", "body": whole, "more_body": False}, gone]


def test_a_client_that_leaves_before_its_body_is_whole_is_not_answered() -> None:
    first: Message = {"type": "http.request", "body": b"{", "more_body": True}
    assert _passed(first, {"type": "http.disconnect"}) == []
