"""Too many questions at once: 503 and when to come back, in the shape of each protocol."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.embedding import EncodedQuestion
from index.errors import Overloaded
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
