"""The real `mcp` client over a socket, in both eras of the protocol: a conversation from end to end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextResourceContents

from qa.app import create_app
from qa.config import load_settings
from tests.qa.helpers import ANSWER, ANSWERED, REFUSED, holder_of
from tests.qa.mcp.support import CONTENTS, indexed, result, talk
from tests.running import running

KEY = "une-cle-de-plus-de-seize-lettres"
CALLS = 20
pytestmark = pytest.mark.parametrize("mode", ["auto", "legacy"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("mcp"))


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with running(create_app(holder_of(home), settings=load_settings(home=home, texts=home))) as address:
        yield address


def test_an_assistant_asks_reads_around_the_citation_and_opens_the_document(address: str, mode: str) -> None:
    async def work(client: Client) -> None:
        answered = result(await client.call_tool("ask", {"question": ANSWERED}))
        assert answered["answer"]["text"] == f"{ANSWER} [1]"
        citation = answered["citations"][0]
        assert citation["url"].startswith(f"{address}/source/dossier/")
        sent = {name: citation[name] for name in ("source", "start", "end")}
        around = result(await client.call_tool("read_document", {**sent, "around": 14}))
        at = citation["start"] - around["start"]
        assert around["text"][at : at + len(citation["quote"])] == citation["quote"]
        assert around["text"].startswith("Télémédecine\n\n")
        (content,) = (await client.read_resource(around["resource"])).contents
        assert isinstance(content, TextResourceContents)
        assert content.text[citation["start"] : citation["end"]] == citation["quote"]

    talk(f"{address}/mcp", work, mode=mode)


def test_every_link_of_a_citation_leads_to_its_passage(address: str, mode: str) -> None:
    async def work(client: Client) -> list[dict[str, Any]]:
        hits: list[dict[str, Any]] = result(
            await client.call_tool("search", {"question": ANSWERED, "top_k": 50})
        )["hits"]
        return hits

    hits = talk(f"{address}/mcp", work, mode=mode)
    assert {hit["source"] for hit in hits} == set(CONTENTS)
    with httpx2.Client() as browser:
        for hit in hits:
            page = browser.get(hit["url"])
            assert (page.status_code, 'id="passage"' in page.text) == (200, True)


def test_twenty_calls_at_once_are_all_answered_with_their_own_answer(address: str, mode: str) -> None:
    async def work(client: Client) -> None:
        questions = [ANSWERED if number % 2 else REFUSED for number in range(CALLS)]
        calls = [client.call_tool("ask", {"question": question, "top_k": 1}) for question in questions]
        for question, reply in zip(questions, await asyncio.gather(*calls), strict=True):
            found = result(reply)
            assert found["question"] == question
            assert found["answer"]["refused"] == (question == REFUSED)

    talk(f"{address}/mcp", work, mode=mode)


def test_with_a_key_the_client_sends_it_and_one_without_is_turned_away(home: Path, mode: str) -> None:
    settings = load_settings(home=home, texts=home, key=KEY)
    statuses: list[int] = []

    async def note(response: httpx2.Response) -> None:
        statuses.append(response.status_code)

    with running(create_app(holder_of(home), settings=settings)) as address:

        async def total(headers: dict[str, str]) -> int:
            async with httpx2.AsyncClient(headers=headers, event_hooks={"response": [note]}) as http:
                transport = streamable_http_client(f"{address}/mcp", http_client=http)
                async with Client(transport, mode=mode) as client:
                    found = result(await client.call_tool("list_documents", {}))
                    return int(found["total"])

        assert asyncio.run(total({"Authorization": f"Bearer {KEY}"})) == len(CONTENTS)
        assert set(statuses) <= {200, 202}
        statuses.clear()
        with pytest.raises(BaseExceptionGroup):
            asyncio.run(total({}))
        assert set(statuses) == {401}
