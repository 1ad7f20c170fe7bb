"""LlamaIndex's OpenAILike, as its users set it up for a server that is not OpenAI's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from llama_index.core.llms import ChatMessage, ChatResponse, MessageRole
from llama_index.llms.openai_like import OpenAILike

from tests.qa.chat.serving import Served
from tests.qa.chat.support import BASE, KEY
from tests.qa.helpers import ANSWERED

LINK = f"{BASE}/source/dossier/t%C3%A9l%C3%A9m%C3%A9decine.html"
CONVERSATION = [
    ChatMessage(role=MessageRole.SYSTEM, content="Réponds en français."),
    ChatMessage(role=MessageRole.USER, content=ANSWERED),
]


def model_of(served: Served, **more: Any) -> OpenAILike:
    return OpenAILike(
        model="sourcier", api_base=served.url, api_key=KEY, is_chat_model=True, max_retries=0, **more
    )


@pytest.fixture
def model(served: Served) -> Iterator[OpenAILike]:
    with httpx.Client() as connections:
        yield model_of(served, http_client=connections)


def test_a_question_is_answered_whole(model: OpenAILike) -> None:
    reply = model.chat(CONVERSATION)
    assert reply.message.role == MessageRole.ASSISTANT
    assert LINK in (reply.message.content or "")
    assert reply.raw.sourcier["searched"] == ANSWERED


def test_a_stream_adds_up_to_the_same_text(model: OpenAILike) -> None:
    deltas = [chunk.delta or "" for chunk in model.stream_chat(CONVERSATION)]
    assert "".join(deltas) == model.chat(CONVERSATION).message.content
    assert sum(map(bool, deltas)) >= 2


def test_the_asynchronous_call_says_the_same(served: Served, model: OpenAILike) -> None:
    async def ask() -> ChatResponse:
        async with httpx.AsyncClient() as connections:
            return await model_of(served, async_http_client=connections).achat(CONVERSATION)

    reply = asyncio.run(ask())
    assert reply.message.content == model.chat(CONVERSATION).message.content
