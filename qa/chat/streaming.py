"""The pieces of a reply become OpenAI's chunks, sent as server-sent events while they are made.

A client that goes away ends the work, also of a reply that is not streamed: the pieces are closed,
and with them the language model's connection.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Iterator
from contextlib import aclosing
from typing import TypeVar

from anyio import CancelScope, create_task_group
from fastapi import Request
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from qa.chat import sources as cards
from qa.chat.completions import Exchange
from qa.chat.errors import error_body
from qa.chat.replying import Close, Piece, Pieces
from qa.chat.schemas import ChunkChoiceOut, ChunkOut, DeltaOut

T = TypeVar("T")
_logger = logging.getLogger(__name__)
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # the second: nginx would gather them
_DONE = format_sse_event(data_str="[DONE]")
# Ends of lines for Python's `splitlines`, which clients use, and for neither JSON nor server-sent events.
_LINE_ENDS = str.maketrans({end: f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"})
_BROKEN_OFF = "une erreur imprévue a interrompu la réponse ; posez de nouveau la question"


class EventStream(EventSourceResponse):
    """Sends events as they come; closes what makes them at the end, whoever ended it."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(events, headers=_HEADERS)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Until the last event, or until the client hangs up."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            # Left where it stands, a generator is closed by the garbage collector, some day.
            with CancelScope(shield=True):
                await self._events.aclose()


async def unless_gone(request: Request, work: Awaitable[T]) -> T | None:
    """What the work gives, or None where the client hangs up before: the work is then cancelled."""
    made: T | None = None
    try:
        async with create_task_group() as group:

            async def watch() -> None:
                while (await request.receive())["type"] != "http.disconnect":
                    pass
                group.cancel_scope.cancel()

            group.start_soon(watch)
            made = await work
            group.cancel_scope.cancel()
    except ExceptionGroup as failures:  # the group wraps even the one there can be
        raise failures.exceptions[0] from None
    return made


async def events(exchange: Exchange, pieces: Pieces, *, wants_usage: bool) -> AsyncGenerator[bytes, None]:
    """The reply as events: who speaks, text and sources in turn, the end, `[DONE]`.

    With `wants_usage` a last chunk counts the tokens, as OpenAI's do. An error on the way is the
    last event: the status was sent long before.
    """
    try:
        async with aclosing(pieces), aclosing(_chunks(exchange, pieces, wants_usage)) as chunks:
            async for chunk in chunks:
                yield _event(chunk)
        yield _DONE
    except Exception:
        _logger.exception("une réponse a été interrompue")
        yield _event(error_body(500, "error", _BROKEN_OFF))


async def _chunks(exchange: Exchange, pieces: Pieces, wants_usage: bool) -> AsyncGenerator[ChunkOut, None]:
    chunk = _Chunks(exchange, wants_usage)
    yield chunk.of(DeltaOut(role="assistant", content=""))
    replied = 0
    async for piece in pieces:
        if isinstance(piece, Close):
            end = chunk.of(DeltaOut(), finished=True)
            if (beside := exchange.beside(piece)) is not None:
                end.sourcier = beside
            yield end
            continue
        # Before the text that cites them: a number is shown as a source once its card is known.
        for sources in chunk.sources(piece):
            yield sources
        replied += len(piece.text)
        yield chunk.of(DeltaOut(content=piece.text))
    if wants_usage:
        last = chunk.of(DeltaOut())
        last.choices, last.usage = [], exchange.usage(replied)
        yield last


class _Chunks:
    """Makes the chunks of one reply, which have its id, its model and its generation."""

    def __init__(self, exchange: Exchange, wants_usage: bool) -> None:
        self._exchange = exchange
        self._wants_usage = wants_usage

    def of(self, delta: DeltaOut, *, finished: bool = False) -> ChunkOut:
        choice = ChunkChoiceOut(
            index=0, delta=delta, logprobs=None, finish_reason="stop" if finished else None
        )
        chunk = ChunkOut(
            id=self._exchange.id,
            object="chat.completion.chunk",
            created=self._exchange.created,
            model=self._exchange.model,
            system_fingerprint=self._exchange.generation,
            choices=[choice],
        )
        if self._wants_usage:
            chunk.usage = None  # OpenAI's chunks say so in all but the last
        return chunk

    def sources(self, piece: Piece) -> Iterator[ChunkOut]:
        """The cards of the citations that a piece is the first to use."""
        base_url = self._exchange.base_url
        if self._exchange.sources == "openwebui":
            for event in cards.openwebui_events(piece.citations, base_url):
                chunk = self.of(DeltaOut())
                chunk.event = event
                yield chunk
        elif self._exchange.sources == "annotations" and piece.citations:
            yield self.of(DeltaOut(annotations=cards.annotations(piece.citations, base_url)))


def _event(body: BaseModel) -> bytes:
    written = body.model_dump_json(exclude_unset=True).translate(_LINE_ENDS)
    return format_sse_event(data_str=written)
