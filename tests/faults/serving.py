"""A real server over HTTP, in processes of its own, with the fake encoder. Judges no reply.

`python -m tests.faults.serving FACTORY PORT WORKERS`; the home comes from SOURCIER_HOME.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from index.embedding import EncodedQuestion
from qa.app import create_app
from qa.config import load_settings
from tests.conftest import FakeEncoder
from tests.qa.helpers import holder_of

# Seconds: several times what importing torch takes on two busy cores.
_LONGEST_START = 120
_GENERATION = re.compile(r"/index/(g-[0-9A-Za-z-]+)/")
# The file of the home that grows by one byte with each question of `slow_application`.
ARRIVALS = "arrivals"


class SlowEncoder(FakeEncoder):
    """Takes its time for a question, and says that it was asked."""

    def __init__(self, arrivals: Path) -> None:
        super().__init__()
        self._arrivals = arrivals

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        with self._arrivals.open("ab") as file:
            file.write(b".")
        time.sleep(0.5)
        return super().encode_question(question, aside)


def application() -> FastAPI:
    """What a worker of the server serves: the index of SOURCIER_HOME. Nothing is refused."""
    # The usual threshold is not made for the cosines of the fake encoder.
    settings = load_settings()
    return create_app(holder_of(settings.home), threshold=0.0, settings=settings)


def slow_application() -> FastAPI:
    """The same, each question taking half a second."""
    home = load_settings().home
    return create_app(holder_of(home, SlowEncoder(home / ARRIVALS)))


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is ready. `address` is its URL, `said` what it wrote on standard error."""

    address: str
    process: subprocess.Popen[bytes]
    said: Path

    def workers(self) -> list[int]:
        """The processes that answer: the server's own, or those that it started."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        # multiprocessing's own helper is a child too, and answers nobody.
        children = [int(pid) for pid in task.read_text().split() if "spawn_main" in _command(int(pid))]
        return children or [self.process.pid]

    def generations(self) -> dict[int, set[str]]:
        """The generations whose files each worker has open or mapped."""
        return {pid: _open_generations(pid) for pid in self.workers()}


@contextmanager
def serving(home: Path, workers: int = 1, factory: str = "application") -> Iterator[Server]:
    """Starts `factory` of this module over a home; ends it at the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "tests.faults.serving", factory, str(port), str(workers)]
    with started(command, f"http://127.0.0.1:{port}", {"SOURCIER_HOME": str(home)}) as server:
        yield server


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def started(command: list[str], address: str, environment: dict[str, str]) -> Iterator[Server]:
    """Runs a server's command, and waits until it is ready; ends it at the end of the block."""
    with tempfile.NamedTemporaryFile() as said:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stderr=said)
        server = Server(address, process, Path(said.name))
        try:
            _wait_until_ready(server)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + _LONGEST_START
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        with suppress(httpx.TransportError):
            if httpx.get(f"{server.address}/health/ready", timeout=10).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server is not ready: {server.said.read_text()[-2000:]}")


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def _open_generations(pid: int) -> set[str]:
    names = [Path(f"/proc/{pid}/maps").read_text()]
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed between the listing and this look
            names.append(str(link.readlink()))
    return set(_GENERATION.findall("\n".join(names)))


if __name__ == "__main__":
    uvicorn.run(
        f"tests.faults.serving:{sys.argv[1]}",
        factory=True,
        port=int(sys.argv[2]),
        workers=int(sys.argv[3]),
        log_level="warning",
    )
