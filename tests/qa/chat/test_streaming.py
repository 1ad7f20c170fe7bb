"""Pieces become server-sent events, each one line, in OpenAI's shape."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any, Literal

import pytest
from starlette.types import Message

from qa.answer import Answer, CitedSentence
from qa.chat import sources as cards
from qa.chat.completions import Exchange
from qa.chat.replying import Close, Piece, Pieces
from qa.chat.streaming import EventStream, events
from tests.qa.chat.support import BASE, citation

CITED = citation(1, "La pluie tombe.")
ANSWER = Answer((CitedSentence(CITED.highlights[0], 1),), None, 0.87654, (CITED,), "g-1")


def exchange(
    sources: Literal["openwebui", "annotations", "none"] = "none", answer: Answer | None = ANSWER
) -> Exchange:
    return Exchange("sourcier", "g-1", 9, BASE, sources, "Que tombe-t-il ?", answer, "chatcmpl-1", 1000)


async def pieces_of(*pieces: Piece | Close) -> Pieces:
    for piece in pieces:
        yield piece


def sent(pieces: Pieces, given: Exchange, *, wants_usage: bool = False) -> list[str]:
    """The data of each event."""

    async def gather() -> bytes:
        return b"".join([event async for event in events(given, pieces, wants_usage=wants_usage)])

    *written, rest = asyncio.run(gather()).decode().split("\n\n")
    assert rest == ""
    assert all(event.startswith("data: ") and len(event.splitlines()) == 1 for event in written)
    return [event.removeprefix("data: ") for event in written]


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1000,
        "model": "sourcier",
        "system_fingerprint": "g-1",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        **more,
    }


def test_who_speaks_the_text_the_end_and_done() -> None:
    *chunks, done = sent(
        pieces_of(Piece("La pluie", (CITED,)), Piece(" tombe."), Close((CITED,), 1)), exchange()
    )
    assert done == "[DONE]"
    *first, last = map(json.loads, chunks)
    assert first == [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "La pluie"}),
        chunk({"content": " tombe."}),
    ]
    beside = last.pop("sourcier")
    assert last == chunk({}, "stop")
    assert [c["source"] for c in beside.pop("citations")] == ["texte1.md"]
    assert beside == {
        "searched": "Que tombe-t-il ?",
        "refused": False,
        "confidence": 0.8765,
        "generation": "g-1",
        "dropped": 1,
        "failure": None,
    }


def test_usage_where_it_is_asked_for_is_a_last_chunk_without_choices() -> None:
    pieces = pieces_of(Piece("La pluie tombe."), Close())
    chunks = [json.loads(c) for c in sent(pieces, exchange(answer=None), wants_usage=True)[:-1]]
    assert [c["usage"] for c in chunks[:-1]] == [None, None, None]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert all("sourcier" not in c for c in chunks)  # nothing was searched


def test_a_card_comes_before_the_text_that_cites_it() -> None:
    second = citation(2, "Le vent souffle.")
    pieces = pieces_of(Piece("a", (CITED,)), Piece("b"), Piece("c", (second,)), Close((CITED, second)))
    _, *chunks, _ = map(json.loads, sent(pieces, exchange("openwebui"))[:-1])
    [first_card] = cards.openwebui_events([CITED], BASE)
    [second_card] = cards.openwebui_events([second], BASE)
    assert chunks == [
        chunk({}, event=first_card),
        chunk({"content": "a"}),
        chunk({"content": "b"}),
        chunk({}, event=second_card),
        chunk({"content": "c"}),
    ]


def test_annotations_come_in_a_delta() -> None:
    pieces = pieces_of(Piece("a", (CITED,)), Piece("b"), Close((CITED,)))
    _, *chunks, _ = map(json.loads, sent(pieces, exchange("annotations"))[:-1])
    assert chunks == [
        chunk({"annotations": cards.annotations([CITED], BASE)}),
        chunk({"content": "a"}),
        chunk({"content": "b"}),
    ]


def test_no_character_ends_a_line_within_an_event() -> None:
    text = "a\nb\rc\x85d\u2028e\u2029f\x0bg\x0ch"
    chunks = sent(pieces_of(Piece(text), Close()), exchange())
    assert json.loads(chunks[1])["choices"][0]["delta"]["content"] == text


def test_an_error_on_the_way_is_the_last_event(caplog: pytest.LogCaptureFixture) -> None:
    async def failing() -> Pieces:
        yield Piece("La pluie")
        raise RuntimeError("zzmarqueurzz")

    *chunks, last = sent(failing(), exchange())
    assert [json.loads(c)["choices"][0]["delta"]["content"] for c in chunks] == ["", "La pluie"]
    assert json.loads(last) == {
        "error": {
            "message": "une erreur imprévue a interrompu la réponse ; posez de nouveau la question",
            "type": "server_error",
            "param": None,
            "code": "error",
        }
    }
    assert "zzmarqueurzz" in caplog.text


def test_closing_the_events_closes_the_pieces() -> None:
    closed = []

    async def noting() -> Pieces:
        try:
            yield Piece("La pluie")
            yield Piece(" tombe.")
        finally:
            closed.append(True)

    async def close_after_two() -> None:
        stream = events(exchange(), noting(), wants_usage=False)
        await anext(stream)
        await anext(stream)
        assert closed == []
        await stream.aclose()
        assert closed == [True]

    asyncio.run(close_after_two())


def test_a_client_that_hangs_up_while_it_is_sent_to_closes_the_events() -> None:
    closed = []

    async def noting() -> AsyncGenerator[bytes, None]:
        try:
            yield b"data: 1\n\n"
        finally:
            closed.append(True)

    async def hang_up() -> None:
        sending, scope = asyncio.Event(), {"type": "http", "asgi": {"spec_version": "2.3"}}

        async def receive() -> Message:
            await sending.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message.get("body"):
                sending.set()
                await asyncio.sleep(600)  # its buffers are full, and nobody empties them

        await asyncio.wait_for(EventStream(noting())(scope, receive, send), 10)
        assert closed == [True]

    asyncio.run(hang_up())
