"""OpenAI's own client, against a service that really listens."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionMessageParam

from qa.chat.schemas import SourcierOut
from tests.qa.chat.serving import Served, serving
from tests.qa.chat.support import BASE, KEY, service
from tests.qa.helpers import ANSWER, ANSWERED, NO_INDEX, REFUSED

MESSAGES: list[ChatCompletionMessageParam] = [
    {"role": "system", "content": "Réponds en français."},
    {"role": "user", "content": ANSWERED},
]
LINK = f"{BASE}/source/dossier/t%C3%A9l%C3%A9m%C3%A9decine.html"


def client_of(served: Served, key: str = KEY) -> OpenAI:
    return OpenAI(base_url=served.url, api_key=key, max_retries=0, timeout=30)


@pytest.fixture
def client(served: Served) -> Iterator[OpenAI]:
    with client_of(served) as opened:
        yield opened


def test_the_models_are_listed_and_shown(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["sourcier", "sourcier-llm"]
    assert client.models.retrieve("sourcier").owned_by == "sourcier"


def test_a_whole_reply_is_read(client: OpenAI) -> None:
    reply = client.chat.completions.create(model="sourcier", messages=MESSAGES, temperature=0, seed=1)
    message = reply.choices[0].message
    assert message.content is not None
    assert message.content.startswith(ANSWER.replace("&", "\\&")) or message.content.startswith(ANSWER)
    assert LINK in message.content
    assert message.annotations is not None
    assert message.annotations[0].url_citation.url.startswith(LINK)
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage is not None
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    beside = SourcierOut.model_validate(getattr(reply, "sourcier"))  # noqa: B009 - unknown to its types
    assert (beside.searched, beside.refused, len(beside.citations)) == (ANSWERED, False, 1)


def test_a_stream_is_read(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="sourcier", messages=MESSAGES)
    chunks = list(
        client.chat.completions.create(
            model="sourcier", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_a_stream_that_is_gathered_by_the_client_is_the_whole_reply(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="sourcier", messages=MESSAGES)
    with client.chat.completions.stream(model="sourcier", messages=MESSAGES) as stream:
        gathered = stream.get_final_completion()
    assert gathered.choices[0].message.content == whole.choices[0].message.content


def test_the_language_model_s_model_is_read(client: OpenAI) -> None:
    reply = client.chat.completions.create(model="sourcier-llm", messages=MESSAGES)
    content = reply.choices[0].message.content or ""
    assert content.startswith("On téléconsulte par vidéo. ")
    assert content.endswith("*1 phrase du modèle écartée : les textes ne suffisent pas à la vérifier.*")


def test_a_refusal_is_a_reply(client: OpenAI) -> None:
    reply = client.chat.completions.create(model="sourcier", messages=[{"role": "user", "content": REFUSED}])
    assert getattr(reply, "sourcier")["refused"] is True  # noqa: B009


def test_the_asynchronous_client_reads_both(served: Served) -> None:
    async def ask() -> tuple[str | None, str]:
        async with AsyncOpenAI(base_url=served.url, api_key=KEY, max_retries=0) as client:
            whole = await client.chat.completions.create(model="sourcier", messages=MESSAGES)
            stream = await client.chat.completions.create(model="sourcier", messages=MESSAGES, stream=True)
            text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
            return whole.choices[0].message.content, text

    whole, streamed = asyncio.run(ask())
    assert whole == streamed
    assert LINK in streamed


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"model": "gpt-4o"}, openai.NotFoundError, "model_not_found"),
        ({"messages": []}, openai.BadRequestError, "no_question"),
        ({"n": 3}, openai.BadRequestError, "unsupported_value"),
        (
            {"messages": [{"role": "user", "content": "a" * 2001}]},
            openai.BadRequestError,
            "context_length_exceeded",
        ),
    ],
)
def test_errors_are_the_client_s_own_exceptions(
    client: OpenAI, change: dict[str, Any], error: type[openai.APIStatusError], code: str
) -> None:
    for stream in (False, True):
        with pytest.raises(error) as raised:
            client.chat.completions.create(
                **{"model": "sourcier", "messages": MESSAGES, "stream": stream, **change}
            )
        assert raised.value.code == code


def test_a_wrong_key_is_an_authentication_error(served: Served) -> None:
    with client_of(served, "cle-fausse") as client:
        for call in (client.models.list, lambda: client.models.retrieve("sourcier")):
            with pytest.raises(openai.AuthenticationError) as raised:
                call()
            assert raised.value.code == "invalid_api_key"


def test_without_an_index_the_client_reads_the_remedy(tmp_path: Path, home: Path) -> None:
    shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("CURRENT"))
    with serving(service(tmp_path / "home")) as empty, client_of(empty) as client:
        assert [model.id for model in client.models.list()] == ["sourcier"]
        with pytest.raises(openai.InternalServerError, match=NO_INDEX) as raised:
            client.chat.completions.create(model="sourcier", messages=MESSAGES)
    assert (raised.value.status_code, raised.value.code) == (503, "no_index")
