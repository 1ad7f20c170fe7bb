"""GET /v1/models and POST /v1/chat/completions: what is answered."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.embedded import EmbeddedEngine
from qa.answer import ask
from qa.chat.markdown import paragraph, refusal, sources
from qa.llm.records import Ending, Written
from qa.remembered import Remembered
from qa.serving import EngineHolder
from tests.qa.chat.support import (
    BASE,
    PATH,
    FakeWriter,
    body_of,
    chunks_of,
    client_of,
    text_of,
)
from tests.qa.helpers import ANSWER, ANSWERED, MARKER, REFUSED

SOURCIER = {
    "id": "sourcier",
    "name": "Sourcier",
    "object": "model",
    "created": 1767225600,
    "owned_by": "sourcier",
}
WRITTEN = {**SOURCIER, "id": "sourcier-llm", "name": "Sourcier, rédigé par plume"}


@pytest.fixture(scope="module")
def chat(home: Path) -> TestClient:
    return client_of(home, public_url=BASE)


def test_the_models_are_listed_without_an_index(tmp_path: Path) -> None:
    reply = client_of(tmp_path).get("/v1/models")
    assert (reply.status_code, reply.json()) == (200, {"object": "list", "data": [SOURCIER]})


def test_a_language_model_is_a_second_model(tmp_path: Path) -> None:
    client = client_of(tmp_path, FakeWriter())
    assert client.get("/v1/models").json() == {"object": "list", "data": [SOURCIER, WRITTEN]}
    assert client.get("/v1/models/sourcier-llm").json() == WRITTEN


def test_a_model_is_shown_by_its_id(chat: TestClient) -> None:
    assert chat.get("/v1/models/sourcier").json() == SOURCIER


def test_a_whole_reply_has_the_sentence_its_source_and_what_it_rests_on(
    chat: TestClient, engine: EmbeddedEngine, generation: str
) -> None:
    reply = chat.post(PATH, json=body_of(ANSWERED))
    assert reply.status_code == 200
    answer = ask(engine, ANSWERED, 5)
    used = answer.citations[:1]
    content = f"{paragraph(ANSWER, (1,), used, BASE)}\n\n{sources(used, BASE)}"
    body = reply.json()
    assert re.fullmatch("chatcmpl-[0-9a-f]{32}", body.pop("id"))
    assert isinstance(body.pop("created"), int)
    beside = body.pop("sourcier")
    assert body == {
        "object": "chat.completion",
        "model": "sourcier",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": -(-len(ANSWERED) // 4),
            "completion_tokens": -(-len(content) // 4),
            "total_tokens": -(-len(ANSWERED) // 4) - (-len(content) // 4),
        },
        "system_fingerprint": generation,
    }
    [cited] = beside.pop("citations")
    assert cited["quote"][cited["highlights"][0]["start"] - cited["start"] :].startswith(ANSWER)
    assert beside == {
        "searched": ANSWERED,
        "refused": False,
        "confidence": round(answer.confidence, 4),
        "generation": generation,
        "dropped": 0,
        "failure": None,
    }


def test_a_stream_says_the_same_as_a_whole_reply(chat: TestClient) -> None:
    whole = chat.post(PATH, json=body_of(ANSWERED)).json()
    options = {"include_usage": True}
    reply = chat.post(PATH, json=body_of(ANSWERED, stream=True, stream_options=options))
    assert reply.headers["cache-control"] == "no-cache"
    assert reply.headers["x-accel-buffering"] == "no"
    chunks = chunks_of(reply)
    assert text_of(chunks) == whole["choices"][0]["message"]["content"]
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[-1]["usage"] == whole["usage"]
    assert chunks[-2]["sourcier"] == whole["sourcier"]
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"


def test_a_refusal_says_why_and_shows_the_nearest_passages(chat: TestClient, engine: EmbeddedEngine) -> None:
    body = chat.post(PATH, json=body_of(REFUSED)).json()
    answer = ask(engine, REFUSED, 5)
    assert body["choices"][0]["message"]["content"] == refusal(answer, BASE)
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["sourcier"]["refused"] is True
    assert len(body["sourcier"]["citations"]) == len(answer.citations)


def test_links_lead_to_the_address_of_the_request_unless_another_is_public(home: Path) -> None:
    here = client_of(home).post(PATH, json=body_of(ANSWERED)).json()["choices"][0]["message"]["content"]
    assert "http://testserver/source/" in here
    there = client_of(home, public_url=BASE).post(PATH, json=body_of(ANSWERED)).json()
    assert f"{BASE}/source/" in there["choices"][0]["message"]["content"]


def test_annotations_are_in_the_message_where_the_setting_asks_for_them(home: Path) -> None:
    client = client_of(home, chat_sources="annotations", public_url=BASE)
    [annotation] = client.post(PATH, json=body_of(ANSWERED)).json()["choices"][0]["message"]["annotations"]
    assert annotation["type"] == "url_citation"
    assert annotation["url_citation"]["url"].startswith(f"{BASE}/source/dossier/")
    chunks = chunks_of(client.post(PATH, json=body_of(ANSWERED, stream=True)))
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    assert [d["annotations"] for d in deltas if "annotations" in d] == [[annotation]]


def test_what_the_service_has_no_use_for_is_passed_over(chat: TestClient) -> None:
    more = {
        "temperature": 0.2,
        "top_p": None,
        "max_tokens": 5,
        "n": 1,
        "stop": ["."],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        "tool_choice": "auto",
        "response_format": {"type": "json_object"},
        "user": "personne",
        "stream": False,
        "stream_options": None,
        MARKER: MARKER,
    }
    messages = [
        {"role": "system", "content": "Réponds en anglais.", "name": "x"},
        {"role": "user", "content": [{"type": "text", "text": ANSWERED}], "name": "y"},
    ]
    reply = chat.post(PATH, json={"model": "sourcier", "messages": messages, **more})
    assert reply.status_code == 200
    assert reply.json()["sourcier"]["searched"] == ANSWERED


def test_a_chat_model_writes_from_the_searched_passages(home: Path) -> None:
    writer = FakeWriter(Written("On téléconsulte par vidéo.", (1,)), Ending(dropped=2))
    client = client_of(home, writer, public_url=BASE)
    body = client.post(PATH, json=body_of(ANSWERED, model="sourcier-llm")).json()
    content = body["choices"][0]["message"]["content"]
    assert content.startswith("On téléconsulte par vidéo. ")
    assert content.endswith(
        "\n\n*2 phrases du modèle écartées : les textes ne suffisent pas à les vérifier.*"
    )
    assert (body["model"], body["sourcier"]["dropped"]) == ("sourcier-llm", 2)
    assert client.post(PATH, json=body_of(ANSWERED)).json()["sourcier"]["dropped"] == 0
    assert (writer.asked, writer.open) == ([ANSWERED], 0)


@pytest.mark.parametrize(
    ("rewritten", "rewrites", "searched"),
    [(ANSWERED, True, ANSWERED), (None, True, "Et par vidéo ?"), (ANSWERED, False, "Et par vidéo ?")],
)
def test_the_model_rewrites_a_follow_up_where_it_may(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    rewritten: str | None,
    rewrites: bool,
    searched: str,
) -> None:
    monkeypatch.setattr("qa.routes.chat.searched", lambda engine, question, history: question)
    writer = FakeWriter(Ending(), rewritten=rewritten)
    client = client_of(home, writer, llm_rewrite=rewrites)
    body = body_of("Qui ?", "Personne.", "Et par vidéo ?", model="sourcier-llm")
    assert client.post(PATH, json=body).json()["sourcier"]["searched"] == searched
    assert [len(history) for history in writer.histories] == ([2] if rewrites else [])
    alone = body_of(ANSWERED, model="sourcier-llm")
    assert client.post(PATH, json=alone).json()["sourcier"]["searched"] == ANSWERED
    assert len(writer.histories) == int(rewrites)  # nothing leans on nothing


def test_the_question_asked_is_remembered_and_housekeeping_is_not(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home")
    client = client_of(tmp_path / "home", remember=10)
    task = "### Task:\nGenerate a concise title summarizing the chat history.\n<chat_history>\nUSER: Quoi ?\n"
    for question in (ANSWERED, task):
        assert client.post(PATH, json=body_of(question)).status_code == 200
    assert Remembered(tmp_path / "home", 10).questions() == (ANSWERED,)


def test_the_lease_is_held_until_the_stream_ends(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home")
    client = client_of(tmp_path / "home", FakeWriter(Written("Par vidéo.", (1,)), Ending()))
    holder: EngineHolder = client.app.state.holder  # type: ignore[attr-defined]
    closed = threading.Event()
    with holder.lease() as engine:
        close = engine.close
        engine.close = lambda: (closed.set(), close())  # type: ignore[method-assign, assignment]
    seen: list[bool] = []

    class Stopping(FakeWriter):
        async def write(self, *given: Any) -> Any:
            holder.stop()  # the engine is replaced while the reply is written
            seen.append(closed.is_set())
            async for event in super().write(*given):
                yield event
            seen.append(closed.is_set())

    client.app.state.writer = Stopping(Written("Par vidéo.", (1,)), Ending())  # type: ignore[attr-defined]
    chunks = chunks_of(client.post(PATH, json=body_of(ANSWERED, model="sourcier-llm", stream=True)))
    assert "Par vidéo." in text_of(chunks)
    assert (seen, closed.is_set()) == ([False, False], True)
