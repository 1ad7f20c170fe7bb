"""Texts sent to a real server, as real clients send them: in pieces, too long, broken off."""

from __future__ import annotations

import http.client
import logging
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI

from qa.texts_folder import TEMPORARY
from tests.qa.writing import KEY, NEW, OLD, RIGHT, NotedBuilder, service
from tests.running import running

PATH = "/v1/documents/a.md"


@dataclass(frozen=True, slots=True)
class Served:
    """The port of a server, its texts, and the application that it serves."""

    texts: Path
    app: FastAPI
    port: int

    def put(self, body: bytes | Iterator[bytes], headers: dict[str, str] = RIGHT) -> tuple[int, bytes]:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        client.request("PUT", PATH, body, headers, encode_chunked=not isinstance(body, bytes))
        reply = client.getresponse()
        answer = reply.status, reply.read()
        client.close()
        return answer

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.texts.iterdir())


def until(is_true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    texts = tmp_path / "textes"
    texts.mkdir()
    (texts / "a.md").write_bytes(OLD)
    app = service(tmp_path)
    with running(app, log_level="trace", lifespan="off") as address:
        yield Served(texts, app, int(address.rpartition(":")[2]))


def chunked(size: int) -> tuple[Iterator[bytes], dict[str, str]]:
    return iter([b"a" * 16384] * (size // 16384)), {**RIGHT, "Transfer-Encoding": "chunked"}


def test_a_text_in_pieces_is_written_as_it_came(served: Served) -> None:
    assert served.put(*chunked(2**20))[0] == 200
    assert (served.texts / "a.md").read_bytes() == b"a" * 2**20
    assert served.put(NEW)[0] == 200
    assert (served.texts / "a.md").read_bytes() == NEW
    assert served.names == ["a.md"]


def test_pieces_beyond_the_limit_are_refused_and_the_old_text_stays(served: Served) -> None:
    status, body = served.put(*chunked(2**20 + 16384))
    assert (status, b"1 Mio" in body) == (413, True)
    assert (served.names, (served.texts / "a.md").read_bytes()) == (["a.md"], OLD)


def test_a_length_beyond_the_limit_is_refused_before_a_byte_is_sent(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as client:
        client.sendall(_head(10**12))
        assert client.recv(12) == b"HTTP/1.1 413"
    assert (served.names, (served.texts / "a.md").read_bytes()) == (["a.md"], OLD)


@pytest.mark.parametrize("sent", [0, 1, 70_000])
def test_a_client_that_hangs_up_halfway_leaves_nothing_and_the_old_text(served: Served, sent: int) -> None:
    def arriving() -> list[Path]:
        return list(served.texts.glob(f"{TEMPORARY}*"))

    for _ in range(3):
        client = socket.create_connection(("127.0.0.1", served.port), timeout=20)
        client.sendall(_head(100_000) + b"a" * sent)
        until(lambda: len(arriving()) == 1)
        client.close()
        until(lambda: not arriving())
    assert (served.names, (served.texts / "a.md").read_bytes()) == (["a.md"], OLD)
    builder: NotedBuilder = served.app.state.builder
    assert builder.requests == []
    # The threads and the permits came back: eight more are taken than may arrive at once.
    assert [served.put(NEW)[0] for _ in range(12)] == [200] * 12


def test_the_key_is_in_no_line_of_the_server_s_log(
    served: Served, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(1)
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.access", "uvicorn.error")]
    for logger in loggers:
        logger.addHandler(caplog.handler)
    try:
        statuses = [
            served.put(NEW)[0],
            served.put(NEW, {"Authorization": f"Bearer {KEY}0"})[0],
            served.put(b"", RIGHT)[0],
            served.put(*chunked(2**20 + 16384))[0],
        ]
    finally:
        for logger in loggers:
            logger.removeHandler(caplog.handler)
    assert statuses == [200, 401, 422, 413]
    printed = capfd.readouterr()
    lines = [record.getMessage() for record in caplog.records] + [printed.out, printed.err]
    assert sum(PATH in line for line in lines) >= 4
    assert [line for line in lines if "zzclezz" in line] == []


def _head(length: int) -> bytes:
    lines = [f"PUT {PATH} HTTP/1.1", "Host: x", f"Authorization: Bearer {KEY}", f"Content-Length: {length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
