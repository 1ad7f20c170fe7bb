"""A real server on a socket, in a thread of the test's own process, so that its insides can be seen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from tests.qa.engines import wait_until


class Served:
    """A server that answers on `port`, the application it serves, and the loop it runs in."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        # A reply that nothing ends must fail a test, not hang it.
        config = uvicorn.Config(
            app, port=0, log_level="critical", ws="none", lifespan="off", timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        wait_until(lambda: self._server.started)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        await self._server.serve()


@contextmanager
def serving(app: FastAPI) -> Iterator[Served]:
    """Serves until the end of the block."""
    served = Served(app)
    try:
        yield served
    finally:
        served.stop()
