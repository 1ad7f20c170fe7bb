"""LangChain's ChatOpenAI, which keeps the text and drops the rest: the text carries its citations."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tests.qa.chat.serving import Served
from tests.qa.chat.support import BASE, KEY
from tests.qa.helpers import ANSWERED

LINK = f"{BASE}/source/dossier/t%C3%A9l%C3%A9m%C3%A9decine.html"
CONVERSATION = [
    SystemMessage("Réponds en français."),
    HumanMessage("Bonjour."),
    AIMessage("Bonjour."),
    HumanMessage(ANSWERED),
]


def chat_of(served: Served, **more: Any) -> ChatOpenAI:
    return ChatOpenAI(model="sourcier", base_url=served.url, api_key=SecretStr(KEY), max_retries=0, **more)


@pytest.fixture
def chat(served: Served) -> Iterator[ChatOpenAI]:
    with httpx.Client() as connections:
        yield chat_of(served, http_client=connections)


def test_a_question_is_answered_whole(chat: ChatOpenAI) -> None:
    reply = chat.invoke(CONVERSATION)
    assert LINK in reply.text
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["output_tokens"] > 0
    assert reply.response_metadata["finish_reason"] == "stop"


def test_a_stream_is_the_same_text_in_several_chunks(chat: ChatOpenAI) -> None:
    chunks = list(chat.stream(CONVERSATION, stream_usage=True))
    assert "".join(chunk.text for chunk in chunks) == chat.invoke(CONVERSATION).text
    assert sum(bool(chunk.text) for chunk in chunks) >= 2
    usages = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert len(usages) == 1


def test_the_asynchronous_call_says_the_same(served: Served, chat: ChatOpenAI) -> None:
    async def ask() -> str:
        async with httpx.AsyncClient() as connections:
            return (await chat_of(served, http_async_client=connections).ainvoke(CONVERSATION)).text

    assert asyncio.run(ask()) == chat.invoke(CONVERSATION).text
