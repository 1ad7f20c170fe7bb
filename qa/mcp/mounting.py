"""The protocol's server at `/mcp` of the application: streamable HTTP, without sessions.

Each request is whole in itself, so that any of several worker processes can answer it; replies are
JSON. Who may ask is decided as for chats: with a key its bearer, wherever it comes from, without one
no page of another site.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup, TaskStatus
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from qa.config import Settings
from qa.keys import bearer, permitted
from qa.remembered import Remembered
from qa.serving import Stopping

if TYPE_CHECKING:
    # The protocol's package is imported by the first request that speaks it: 0.3 s and 25 MB.
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
_STOPPING = "le service s'arrête ; réessayez dans un instant"


class Endpoint:
    """An ASGI application; answers while `running` is entered, which may be more than once."""

    def __init__(self, make: Callable[[], StreamableHTTPSessionManager]) -> None:
        """`make` is called in a thread, for the first request after `running` is entered."""
        self._make = make
        self._tasks: TaskGroup | None = None
        self._manager: StreamableHTTPSessionManager | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises KeyRequired, AnotherSite or Stopping, which the application turns into replies."""
        request = Request(scope)
        await permitted(request, await bearer(request))
        if self._tasks is None:
            raise Stopping(_STOPPING)
        async with self._starting:
            # Looked at again: the application may have stopped while this waited.
            if self._manager is None and self._tasks is not None:
                await self._tasks.start(self._manage)
            manager = self._manager
        if manager is None or self._tasks is None:
            raise Stopping(_STOPPING)
        await manager.handle_request(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answers for the length of the block; what is under way at its end is cancelled."""
        self._starting = anyio.Lock()
        async with anyio.create_task_group() as self._tasks:
            try:
                yield
            finally:
                self._tasks.cancel_scope.cancel()
                self._tasks = None

    async def _manage(self, *, task_status: TaskStatus[None]) -> None:
        manager = await run_in_threadpool(self._make)
        # In a task of its own: the one that starts it ends with its request.
        async with manager.run():
            self._manager = manager
            try:
                task_status.started()
                await anyio.sleep_forever()
            finally:
                self._manager = None


def mount(app: FastAPI) -> None:
    """Adds PATH to the application, whose state tells what answers. See `running`."""

    def manager() -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from qa.mcp.server import Service, server_of

        settings: Settings | None = app.state.settings
        remembered: Remembered | None = app.state.remembered
        service = Service(
            holder=app.state.holder,
            threshold=app.state.threshold,
            public_url=settings.public_url if settings else None,
            remember=remembered.remember if remembered else lambda _: None,
        )
        # The package's own checks of Host and Origin want every name of the service listed:
        # `permitted` refuses the same requests without that.
        return StreamableHTTPSessionManager(server_of(service), stateless=True, json_response=True)

    app.state.mcp = Endpoint(manager)
    # POST alone: a GET would hold a stream open on which nothing is ever sent. A plain route: a
    # mounted application would answer `/mcp` with a redirection to `/mcp/`.
    app.router.routes.append(Route(PATH, app.state.mcp, methods=["POST"], include_in_schema=False))


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """For the application's lifespan: what `mount` added answers for as long as it is entered."""
    endpoint: Endpoint = app.state.mcp
    async with endpoint.running():
        yield
