"""A server that speaks OpenAI's chat completions and answers as it is told, well or badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.running import running

# What a reply is made of when it is streamed: bytes sent as they are, or a pause in seconds.
Piece = bytes | float


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One event of a streamed completion."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice], **more}, ensure_ascii=False)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


def streamed(*texts: str, finish: str = "stop", size: int = 7) -> list[Piece]:
    """The texts, cut into small pieces as a model's tokens are."""
    text = "".join(texts)
    pieces: list[Piece] = [chunk(text[i : i + size]) for i in range(0, len(text), size)]
    return [*pieces, chunk(finish=finish), DONE]


class ModelServer:
    """What it received, and what it will answer. `open_streams`: replies that are under way."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.open_streams = 0
        self.reply: Callable[[Request], Response] = lambda _: JSONResponse({})
        self.url = ""

    def answers(
        self, pieces: Sequence[Piece], content_type: str = "text/event-stream", status: int = 200
    ) -> None:
        """Streams these pieces from now on."""

        async def body() -> AsyncIterator[bytes]:
            self.open_streams += 1
            try:
                for piece in pieces:
                    if isinstance(piece, float):
                        await asyncio.sleep(piece)
                    else:
                        yield piece
                    await asyncio.sleep(0)
            finally:
                self.open_streams -= 1

        self.reply = lambda _: StreamingResponse(body(), status, media_type=content_type)

    def drops(self, pieces: Sequence[bytes]) -> None:
        """Sends these pieces, then cuts the line."""

        async def body() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece
            await asyncio.sleep(0.05)
            raise ConnectionResetError

        self.reply = lambda _: StreamingResponse(body(), media_type="text/event-stream")

    async def completions(self, request: Request) -> Response:
        self.requests.append(await request.json())
        self.headers.append(dict(request.headers))
        return self.reply(request)


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A server in a thread, on a free port."""
    server = ModelServer()
    app = Starlette(
        routes=[
            Route("/v1/chat/completions", server.completions, methods=["POST"]),
            Route("/elsewhere", lambda _: JSONResponse({}), methods=["GET", "POST"]),
        ]
    )
    with running(app, log_level="critical", lifespan="off") as address:
        server.url = f"{address}/v1"
        yield server
