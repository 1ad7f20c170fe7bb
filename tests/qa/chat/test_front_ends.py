"""What chat front ends send, and how they read what comes back, as their own code does it.

Open WebUI 0.12 and LibreChat are applications, so their requests are made again here; LangChain,
LlamaIndex and the openai client are run themselves in `tests/clients`, and here only their bodies.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from tests.qa.chat.support import BASE, KEY, PATH, chunks_of, client_of
from tests.qa.helpers import ANSWER, ANSWERED

RIGHT = {"Authorization": f"Bearer {KEY}"}
USAGE = {"stream": True, "stream_options": {"include_usage": True}}


@pytest.fixture(scope="module")
def webui(home: Path) -> TestClient:
    """The service as it is set up for Open WebUI."""
    return client_of(home, key=SecretStr(KEY), chat_sources="openwebui", public_url=BASE)


def asked(client: TestClient, **body: Any) -> httpx2.Response:
    reply = client.post(PATH, json={"model": "sourcier", **body}, headers=RIGHT)
    assert reply.status_code == 200
    return reply


def user(content: object) -> list[dict[str, object]]:
    return [{"role": "user", "content": content}]


def read_by_open_webui(reply: httpx2.Response) -> dict[str, Any]:
    """Text, events and usage, gathered line by line as its middleware does.

    A line that does not begin with "data:" is no event; one that is no JSON ends the reply.
    """
    assert "text/event-stream" in reply.headers["content-type"]
    read: dict[str, Any] = {"text": "", "sources": [], "usage": {}, "finish_reason": None}
    for line in reply.content.split(b"\n"):
        data = line.decode().strip()
        if not data.startswith("data:") or data == "data: [DONE]":
            continue
        chunk = json.loads(data.removeprefix("data:").strip())
        if "event" in chunk:
            assert chunk["event"]["type"] == "source"
            read["sources"].append(chunk["event"]["data"])
        assert not str(chunk.get("type", "")).startswith("response.")
        read["usage"].update(chunk.get("usage", {}) or {})
        if chunk["choices"]:
            choice = chunk["choices"][0]
            read["finish_reason"] = choice["finish_reason"] or read["finish_reason"]
            read["text"] += choice["delta"].get("content") or ""
    return read


def test_open_webui_lists_the_models_to_see_whether_the_service_is_there(webui: TestClient) -> None:
    listed = webui.get("/v1/models", headers=RIGHT).json()
    assert [(model["id"], model["name"]) for model in listed["data"]] == [("sourcier", "Sourcier")]
    assert "error" not in listed


def test_open_webui_reads_the_text_a_card_for_each_number_and_the_usage(webui: TestClient) -> None:
    messages = [{"role": "system", "content": "Sois bref."}, *user(ANSWERED)]
    read = read_by_open_webui(asked(webui, messages=messages, **USAGE))
    assert read["text"].startswith(ANSWER.split(" & ", 1)[0])
    assert read["finish_reason"] == "stop"
    assert read["usage"]["completion_tokens"] == -(-len(read["text"]) // 4)
    [card] = read["sources"]
    assert ANSWER in card["document"][0]
    names = [metadata["source"] for source in read["sources"] for metadata in source["metadata"]]
    assert len(set(names)) == len(read["sources"])


def test_open_webui_s_cards_are_in_the_order_of_the_numbers(webui: TestClient) -> None:
    comparison = "Quelle différence entre une CPTS et un groupement hospitalier ?"
    reply = asked(webui, messages=user(comparison), **USAGE)
    cited = chunks_of(reply)[-2]["sourcier"]["citations"]
    cards = read_by_open_webui(reply)["sources"]
    assert [citation["number"] for citation in cited] == list(range(1, len(cited) + 1))
    assert [card["document"][0] for card in cards] == [citation["quote"] for citation in cited]


@pytest.mark.parametrize(
    ("task", "key"),
    [
        ("Generate a concise title summarizing the chat history.", "title"),
        ("Generate 1-3 broad tags categorizing the main themes of the chat history, …", "tags"),
        ("Predict 3-5 useful messages this user might naturally send next to …", "follow_ups"),
    ],
)
def test_open_webui_s_own_prompts_are_answered_without_a_search(
    webui: TestClient, task: str, key: str
) -> None:
    prompt = f"### Task:\n{task}\n### Chat History:\n<chat_history>\nUSER: {ANSWERED}\n</chat_history>"
    reply = asked(webui, messages=user(prompt), stream=False, max_completion_tokens=1000).json()
    content: str = reply["choices"][0]["message"]["content"]
    # As it cuts the JSON out of what a model says around it.
    assert list(json.loads(content[content.find("{") : content.rfind("}") + 1])) == [key]
    assert (len(reply["choices"]), reply["sourcier"]) == (1, None)


def test_open_webui_goes_on_with_a_conversation_that_has_our_links(webui: TestClient) -> None:
    first = read_by_open_webui(asked(webui, messages=user(ANSWERED), **USAGE))["text"]
    messages = [*user(ANSWERED), {"role": "assistant", "content": first}, *user(ANSWERED)]
    assert read_by_open_webui(asked(webui, messages=messages, **USAGE))["text"] == first


LIBRECHAT = {
    "user": "66f0c0ffee66f0c0ffee66f0",
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
}


def test_librechat_s_parts_are_read_and_its_title_is_text(home: Path) -> None:
    client = client_of(home, key=SecretStr(KEY))
    parts = [{"type": "text", "text": ANSWERED}]
    chunks = chunks_of(asked(client, messages=user(parts), **USAGE, **LIBRECHAT))
    assert chunks[-1]["choices"] == []
    assert all("event" not in chunk for chunk in chunks)
    prompt = (
        "Provide a concise, 5-word-or-less title for the conversation, using title case conventions. "
        f"Only return the title itself.\n\nConversation:\nUser: {ANSWERED}\nAI: Oui."
    )
    reply = asked(client, messages=user(prompt), stream=False, **LIBRECHAT).json()
    title = reply["choices"][0]["message"]["content"]
    assert title == "La téléconsultation se fait-elle par vidéo, sans déplacement"


@pytest.mark.parametrize(
    "body",
    [
        # LangChain's ChatOpenAI, with tools bound to it.
        {
            "messages": [{"content": ANSWERED, "role": "user"}],
            "stream": False,
            "parallel_tool_calls": False,
            "tools": [{"type": "function", "function": {"name": "chercher", "parameters": {}}}],
        },
        # LlamaIndex's OpenAILike.
        {
            "messages": [{"role": "user", "content": [{"type": "text", "text": ANSWERED}]}],
            "stream": False,
            "temperature": 0.1,
            "max_tokens": 256,
        },
        # The openai client, what it has no value for left out or null.
        {
            "messages": [
                {"role": "developer", "content": "Sois bref."},
                {"role": "user", "content": ANSWERED},
            ],
            "logprobs": None,
            "reasoning_effort": "low",
            "metadata": {"a": "b"},
            "store": False,
        },
        # A conversation in which a tool was called.
        {
            "messages": [
                {"role": "user", "content": "Cherche."},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {"id": "1", "type": "function", "function": {"name": "chercher", "arguments": "{}"}}
                    ],
                },
                {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "rien"}]},
                {"role": "user", "content": ANSWERED, "name": "Jeanne"},
            ]
        },
    ],
)
def test_what_libraries_send_is_answered(home: Path, body: dict[str, Any]) -> None:
    reply = asked(client_of(home, key=SecretStr(KEY)), **body).json()
    assert reply["choices"][0]["message"]["content"].startswith(ANSWER.split(" & ", 1)[0])
