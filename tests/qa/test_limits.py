"""A body larger than any question is refused before it is read whole."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fastapi.testclient import TestClient

from qa.limits import LARGEST_BODY


def _body(size: int) -> bytes:
    question = json.dumps({"question": "Que fait une CPTS ?"}).encode()
    return question + b" " * (size - len(question))


def test_a_body_of_just_the_limit_is_answered(client: TestClient) -> None:
    reply = client.post("/v1/ask", content=_body(LARGEST_BODY), headers={"content-type": "application/json"})
    assert reply.status_code == 200


def test_one_byte_more_is_refused_without_an_echo(client: TestClient) -> None:
    reply = client.post(
        "/v1/ask", content=_body(LARGEST_BODY + 1), headers={"content-type": "application/json"}
    )
    assert reply.status_code == 413
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["detail"] == "le corps de la requête dépasse 64 Kio"


def test_a_chunked_body_is_counted_and_its_rest_left(client: TestClient) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b" " * 8192

    reply = client.post("/v1/ask", content=chunks(), headers={"content-type": "application/json"})
    assert sent == 100  # the test client gathers what it sends
    assert reply.status_code == 413
