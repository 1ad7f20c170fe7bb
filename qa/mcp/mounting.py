"""The protocol's server at `/mcp` of the application: streamable HTTP, without sessions.

Each request is whole in itself, so that any of several worker processes can answer it; replies are
JSON. Who may ask is decided as for chats: with a key its bearer, wherever it comes from, without one
no page of another site.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from qa.config import Settings
from qa.keys import bearer, permitted
from qa.mcp.server import Service, server_of
from qa.remembered import Remembered
from qa.serving import Stopping

PATH = "/mcp"


class Endpoint:
    """An ASGI application; answers while `running` is entered, which may be more than once."""

    def __init__(self, server: Server[dict[str, Any]]) -> None:
        self._server = server
        self._manager: StreamableHTTPSessionManager | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises KeyRequired, AnotherSite or Stopping, which the application turns into replies."""
        request = Request(scope)
        await permitted(request, await bearer(request))
        if self._manager is None:
            raise Stopping("le service s'arrête ; réessayez dans un instant")
        await self._manager.handle_request(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answers for the length of the block; what is under way at its end is cancelled."""
        # The package's own checks of Host and Origin want every name of the service listed:
        # `permitted` refuses the same requests without that.
        manager = StreamableHTTPSessionManager(self._server, stateless=True, json_response=True)
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None


def mount(app: FastAPI) -> None:
    """Adds PATH to the application, whose state tells what answers. See `running`."""
    settings: Settings | None = app.state.settings
    remembered: Remembered | None = app.state.remembered
    service = Service(
        holder=app.state.holder,
        threshold=app.state.threshold,
        public_url=settings.public_url if settings else None,
        remember=remembered.remember if remembered else lambda _: None,
    )
    app.state.mcp = Endpoint(server_of(service))
    # POST alone: a GET would hold a stream open on which nothing is ever sent. A plain route: a
    # mounted application would answer `/mcp` with a redirection to `/mcp/`.
    app.router.routes.append(Route(PATH, app.state.mcp, methods=["POST"], include_in_schema=False))


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """For the application's lifespan: what `mount` added answers for as long as it is entered."""
    endpoint: Endpoint = app.state.mcp
    async with endpoint.running():
        yield
