"""How this project answers over HTTP: python -m bench.serving [DATASET] [--starts 5]

DATASET is in BEIR's layout; without one, the demonstration texts and questions. The index is built
in var/peers, from what is there already where it can be. Each start is a new `sourcier serve`, so
that no answer comes from a cache: no question is asked twice of one process. Prints medians over the
starts: seconds from the start of the command to the first answer, milliseconds of one client,
throughput and milliseconds of sixteen, resident memory.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import Queue

from bench.peers.figures import service_figures, stages
from bench.peers.kept import kept_index
from bench.peers.material import chosen
from bench.peers.processes import SYSTEMS
from bench.peers.records import ServiceRun
from index.default_model import MODEL_NAME
from qa.config import load_settings

CLIENTS = 16
WARM_UP = 10
# Of the questions after the warm-up, the share that one client asks alone.
_ALONE = 0.3
_LONGEST_START = 120  # seconds
_HOST = "127.0.0.1"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.serving")
    parser.add_argument("dataset", nargs="?", type=Path, help="a folder in BEIR's layout")
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()
    settings = load_settings()
    material = chosen(options.dataset, settings)
    home = kept_index(SYSTEMS[0], material, (settings.models / MODEL_NAME).absolute(), print)
    questions = [asked.text for asked in material.questions]
    runs = [measure(home, questions) for _ in range(options.starts)]
    print(f"{material.name}, {len(questions)} questions, {options.starts} starts: median (lowest to highest)")
    for figure in service_figures(runs):
        print(f"{figure.measure.title}: {figure}")
    for stage, milliseconds in stages(runs):
        print(f"  of a question, {stage}: {milliseconds:.2f} ms")


def measure(home: Path, questions: Sequence[str]) -> ServiceRun:
    """Starts the service over a home and asks it the questions, each once. Needs WARM_UP + 3 of them."""
    warm_up, rest = questions[:WARM_UP], questions[WARM_UP:]
    alone, together = rest[: round(_ALONE * len(rest))], rest[round(_ALONE * len(rest)) :]
    started = time.perf_counter()
    with _service(home) as (process, port):
        _first_answer(process, port, warm_up[0])
        start = time.perf_counter() - started
        with closing(Client(port)) as client:
            for question in warm_up[1:]:
                client.ask(question)
            replies = [client.ask(question) for question in alone]
        resident, _ = memory_of(process.pid)
        began = time.perf_counter()
        took = _all_at_once(port, together)
        seconds = time.perf_counter() - began
        after, peak = memory_of(process.pid)
    took_by_stage: dict[str, list[float]] = {}
    for _, body in replies:
        for stage, milliseconds in json.loads(body).get("stages_ms", {}).items():
            took_by_stage.setdefault(stage, []).append(milliseconds)
    return ServiceRun(
        start=start,
        alone=tuple(milliseconds for milliseconds, _ in replies),
        stages={stage: tuple(each) for stage, each in took_by_stage.items()},
        together=took,
        together_seconds=seconds,
        resident=resident,
        resident_after=after,
        peak=peak,
    )


class Client:
    """A connection that is kept. The standard library's: on two cores the client's own work counts."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(_HOST, port, timeout=60)

    def ask(self, question: str) -> tuple[float, bytes]:
        """Milliseconds until the whole reply is there, and its JSON. Raises RuntimeError if refused."""
        body = json.dumps({"question": question})
        started = time.perf_counter()
        self._connection.request("POST", "/v1/ask", body, {"Content-Type": "application/json"})
        reply = self._connection.getresponse()
        content = reply.read()
        milliseconds = 1000 * (time.perf_counter() - started)
        if reply.status != http.HTTPStatus.OK:
            raise RuntimeError(f"/v1/ask replied {reply.status}: {content[:200]!r}")
        return milliseconds, content

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


def memory_of(pid: int) -> tuple[int, int]:
    """Bytes that a process and its children have resident, and the highest they had."""
    pids = [pid]
    for parent in pids:
        children = Path(f"/proc/{parent}/task/{parent}/children")
        pids += [int(child) for child in children.read_text().split()]
    statuses = [Path(f"/proc/{each}/status").read_text() for each in pids]
    return _bytes(statuses, "VmRSS"), _bytes(statuses, "VmHWM")


def _bytes(statuses: Sequence[str], field: str) -> int:
    lines = [line for status in statuses for line in status.splitlines() if line.startswith(f"{field}:")]
    return sum(1024 * int(line.split()[1]) for line in lines)


@contextmanager
def _service(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("sourcier")),
        "serve",
        "--home",
        str(home),
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield process, port
    finally:
        process.terminate()
        process.wait(30)


def _first_answer(process: subprocess.Popen[bytes], port: int, question: str) -> None:
    deadline = time.monotonic() + _LONGEST_START
    while time.monotonic() < deadline and process.poll() is None:
        # Refused while nobody listens, 503 while the index is being opened.
        with suppress(OSError, RuntimeError), closing(Client(port)) as client:
            client.ask(question)
            return
        time.sleep(0.01)
    raise RuntimeError("the service gave no answer; try: sourcier serve")


def _all_at_once(port: int, questions: Sequence[str]) -> tuple[float, ...]:
    """Milliseconds of each question, from CLIENTS connections that are kept."""
    clients: Queue[Client] = Queue()
    for _ in range(CLIENTS):
        clients.put(Client(port))

    def ask(question: str) -> float:
        client = clients.get()
        try:
            milliseconds, _ = client.ask(question)
        finally:
            # Refused or not: the others would wait for it without end.
            clients.put(client)
        return milliseconds

    try:
        with ThreadPoolExecutor(CLIENTS) as pool:
            return tuple(pool.map(ask, questions))
    finally:
        while not clients.empty():
            clients.get().close()


if __name__ == "__main__":
    main()
