"""An application served for real: uvicorn in a thread, on a free port of this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def running(
    application: ASGIApp, *, log_level: str = "warning", lifespan: Literal["auto", "off"] = "auto"
) -> Iterator[str]:
    """The address at which the application answers, until the end of the block."""
    # The listening socket is made here, so that no other process can take the port meanwhile.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(
                application,
                log_level=log_level,
                lifespan=lifespan,
                ws="none",
                # A reply that nothing ends must fail a test, not hang it.
                timeout_graceful_shutdown=2,
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = time.monotonic() + 30
            while not server.started:
                assert thread.is_alive(), "uvicorn did not start"
                assert time.monotonic() < deadline, "uvicorn did not start"
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
