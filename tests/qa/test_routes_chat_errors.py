"""What the chat routes refuse, in OpenAI's shape and without an echo."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from index.engine import Engine
from index.errors import DamagedIndex
from qa.llm.records import Ending, Written
from qa.serving import EngineHolder
from tests.qa.chat.support import (
    BASE,
    KEY,
    PATH,
    FakeWriter,
    body_of,
    client_of,
)
from tests.qa.helpers import ANSWERED, MARKER, NO_INDEX, damage


@pytest.fixture(scope="module")
def chat(home: Path) -> TestClient:
    return client_of(home, public_url=BASE)


def error_of(client: TestClient, status: int, **body: Any) -> dict[str, Any]:
    """The error of a reply, which is in OpenAI's shape and repeats nothing."""
    reply = client.post(PATH, **body)
    return shaped(reply.status_code, status, reply.json(), reply.text)


def shaped(given: int, expected: int, body: dict[str, Any], text: str) -> dict[str, Any]:
    assert (given, list(body)) == (expected, ["error"])
    error: dict[str, Any] = body["error"]
    assert list(error) == ["message", "type", "param", "code"]
    assert error["type"] == ("server_error" if expected >= 500 else "invalid_request_error")
    assert MARKER not in text
    return error


def test_a_model_that_is_not_served_is_not_found(chat: TestClient) -> None:
    assert chat.get("/v1/models/sourcier").status_code == 200
    for unknown in (MARKER, f"{MARKER}/sourcier", "sourcier-llm"):
        reply = chat.get(f"/v1/models/{unknown}")
        error = shaped(reply.status_code, 404, reply.json(), reply.text)
        assert (error["code"], error["param"]) == ("model_not_found", "model")
        assert error["message"] == "ce service n'a pas de modèle de ce nom ; il sert « sourcier »"


@pytest.mark.parametrize(
    ("change", "status", "code", "param", "sentence"),
    [
        ({"model": None}, 400, "model_required", "model", "ne nomme pas de modèle"),
        ({"model": MARKER}, 404, "model_not_found", "model", "pas de modèle de ce nom"),
        ({"model": [MARKER]}, 400, "invalid_request", "model", "le champ « model » n'a pas la forme"),
        ({"n": 2}, 400, "unsupported_value", "n", "ne donne qu'une réponse"),
        ({"messages": []}, 400, "no_question", "messages", "aucun message ne pose de question"),
        ({"messages": MARKER}, 400, "invalid_request", "messages", "le champ « messages » n'a pas la forme"),
        (
            {"messages": [{"role": MARKER, "content": MARKER}]},
            *(400, "invalid_request", "messages", "le champ « messages » n'a pas la forme"),
        ),
        (
            {"messages": [{"role": "user", "content": MARKER * 400}]},
            *(400, "context_length_exceeded", "messages", "dépasse 2000 caractères"),
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_in_openai_s_shape(
    chat: TestClient, change: dict[str, Any], status: int, code: str, param: str, sentence: str
) -> None:
    assert chat.post(PATH, json=body_of(ANSWERED)).status_code == 200
    error = error_of(chat, status, json={**body_of(ANSWERED), **change})
    assert (error["code"], error["param"]) == (code, param)
    assert sentence in error["message"]


def test_a_body_that_is_no_conversation_is_refused(chat: TestClient) -> None:
    assert error_of(chat, 400, json={"model": "sourcier"})["message"] == "le champ « messages » manque"
    for content in (b"{", b"[]", b"\xff"):
        error = error_of(chat, 400, content=content, headers={"content-type": "application/json"})
        assert error["code"] == "invalid_request"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", PATH, 405),
        ("DELETE", "/v1/models/sourcier", 405),
        ("POST", "/v1/models", 405),
        ("GET", "/v1/chat/completions/chatcmpl-1", 404),
        ("POST", "/v1/chat", 404),
    ],
)
def test_other_methods_and_paths_are_refused_in_openai_s_shape(
    chat: TestClient, method: str, path: str, status: int
) -> None:
    reply = chat.request(method, path)
    assert shaped(reply.status_code, status, reply.json(), reply.text)["code"] == "invalid_request"


def test_without_an_index_the_reply_is_503_and_names_the_remedy(tmp_path: Path) -> None:
    for stream in (False, True):
        error = error_of(client_of(tmp_path), 503, json=body_of(ANSWERED, stream=stream))
        assert (error["code"], error["message"]) == ("no_index", NO_INDEX)


def test_a_damaged_index_is_503_and_names_the_file(home: Path, generation: str, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home")
    detail = damage(tmp_path / "home", generation)
    error = error_of(client_of(tmp_path / "home"), 503, json=body_of(ANSWERED))
    assert (error["code"], error["message"]) == ("damaged_index", detail)


def test_an_unforeseen_error_is_500_without_its_text(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(holder: EngineHolder) -> Engine:
        raise RuntimeError(MARKER)

    monkeypatch.setattr(EngineHolder, "lease", fail)
    error = error_of(client_of(home), 500, json=body_of(ANSWERED))
    assert (error["code"], error["message"]) == ("error", "une erreur imprévue s'est produite")
    assert MARKER in caplog.text


def test_an_index_found_damaged_while_a_reply_is_written_is_said_so(home: Path) -> None:
    class Failing(FakeWriter):
        async def write(self, *given: Any) -> AsyncGenerator[Written | Ending, None]:
            raise DamagedIndex("store.sqlite : illisible")
            yield  # a generator

    client = client_of(home, Failing())
    error = error_of(client, 503, json=body_of(ANSWERED, model="sourcier-llm"))
    assert (error["code"], error["message"]) == ("damaged_index", "store.sqlite : illisible")


@pytest.fixture
def keyed(home: Path) -> TestClient:
    return client_of(home, key=SecretStr(KEY))


def test_with_a_key_only_its_bearer_is_answered(keyed: TestClient) -> None:
    right = {"Authorization": f"Bearer {KEY}"}
    assert keyed.get("/v1/models", headers=right).status_code == 200
    assert keyed.post(PATH, json=body_of(ANSWERED), headers=right).status_code == 200
    for headers in ({}, {"Authorization": f"Bearer {KEY}x"}, {"Authorization": f"Basic {KEY}"}):
        for method, path in (("GET", "/v1/models"), ("GET", "/v1/models/sourcier"), ("POST", PATH)):
            reply = keyed.request(method, path, json=body_of(MARKER), headers=headers)
            error = shaped(reply.status_code, 401, reply.json(), reply.text)
            assert error["code"] == "invalid_api_key"
            assert reply.headers["www-authenticate"] == "Bearer"


def test_a_page_of_another_site_is_refused_unless_it_has_the_key(home: Path, keyed: TestClient) -> None:
    elsewhere = {"Origin": "https://ailleurs.example", "Sec-Fetch-Site": "cross-site"}
    reply = client_of(home).post(PATH, json=body_of(ANSWERED), headers=elsewhere)
    assert shaped(reply.status_code, 403, reply.json(), reply.text)["code"] == "another_site"
    right = {"Authorization": f"Bearer {KEY}", **elsewhere}
    assert keyed.post(PATH, json=body_of(ANSWERED), headers=right).status_code == 200
