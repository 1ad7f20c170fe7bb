"""A service that replies as it is told, on a real socket, and who else is asked for. Not ours."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from qa.schemas import SearchOut

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Told:
    """A reply to give; without a status, the connection is ended without one."""

    content: bytes = b""
    media_type: str = "application/json"
    status: int | None = 200
    headers: Mapping[str, str] = field(default_factory=dict)


# What a service finds in an empty index.
NOTHING = Told(
    SearchOut(searched="Qui ?", hits=[], generation="g-1", took_ms=0.0, stages_ms={})
    .model_dump_json()
    .encode()
)


@dataclass(slots=True)
class Noted:
    """What `telling` received: a request line and headers each, from which ports. `address`: its own."""

    address: str
    lines: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    ports: set[int] = field(default_factory=set)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a client that is gone: some tests are of those that do not wait."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def telling(*replies: Told, wait: threading.Event | None = None) -> Iterator[Noted]:
    """A service that gives these replies, the last one for ever; each waits for `wait`."""
    left = list(replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            noted.lines.append(self.requestline)
            noted.ports.add(self.client_address[1])
            noted.headers.append(dict(self.headers.items()))
            self.rfile.read(int(self.headers.get("content-length", 0)))
            if wait is not None:
                wait.wait(20)
            told = left.pop(0) if len(left) > 1 else left[0]
            if told.status is None:
                self.close_connection = True
                return
            self.send_response(told.status)
            self.send_header("Content-Type", told.media_type)
            self.send_header("Content-Length", str(len(told.content)))
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.content)

        do_GET = do_POST = do_PUT = do_DELETE = _reply  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    noted = Noted(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield noted
    finally:
        if wait is not None:
            wait.set()
        server.shutdown()
        thread.join()
        server.server_close()


def note_strangers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts beyond this machine that anyone looks up or connects to from now on. None is reached."""
    strangers: list[str] = []
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def noted_look_up(host: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in LOCAL:
            strangers.append(str(name))
            raise OSError("no network in this test")
        return look_up(host, *more, **named)

    def noted_connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOCAL:
            strangers.append(str(address[0]))
            raise OSError("no network in this test")
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", noted_look_up)
    monkeypatch.setattr(socket.socket, "connect", noted_connect)
    return strangers
