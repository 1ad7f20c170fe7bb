"""What a peer is asked to do, and how it says what it took. Measures; compares nothing.

Runs in each peer's own environment, so it imports the standard library alone. A peer's module ends
with `serve(ThePeer)` and is started as `python -m bench.peers.that_peer JOB`, JOB being a Job in
JSON. Its replies are lines of standard output that start with MARK; libraries print other lines.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

MARK = "reply: "
CLIENTS = 16
# Passages asked of every peer for one question.
DEPTH = 10
# Questions answered before memory is read.
SETTLED = 50


@dataclass(frozen=True, slots=True)
class Job:
    """`task` is "encode", "build" or "ask". `model`: the folder of the prepared model. `folder`: where
    the index is kept. For a build, `passages` are (id, text), `texts` the folder of the same texts as
    files. `warm_up`, `alone` and `together` are questions, no two the same: not timed, asked one after
    another, asked from CLIENTS threads.
    """

    task: str
    model: str
    folder: str
    texts: str = ""
    passages: tuple[tuple[str, str], ...] = ()
    warm_up: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


class Peer(Protocol):
    """A library, used as its documentation shows. Made with the model's folder, which it loads."""

    packages: Sequence[str]

    def warm(self) -> None:
        """Runs the model once: its first batch is slower than the others."""
        ...

    def build(self, job: Job) -> None:
        """Indexes the job's passages, or the texts that they were cut from, and saves the index."""
        ...

    def open(self, folder: Path) -> None:
        """Makes ready to search the index saved in `folder`."""
        ...

    def search(self, question: str, limit: int) -> list[str]:
        """The ids of the best passages, best first."""
        ...


class EncodingPeer(Peer, Protocol):
    """One whose model can be run apart from the rest of a build."""

    def encode(self, job: Job) -> object:
        """Runs the model over the job's passages, as a build does."""
        ...


def serve(make: Callable[[str], Any]) -> None:
    """Does the job named on the command line, with the Peer that `make` gives for a model's folder."""
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    # Pairs again: JSON made lists of them, which txtai takes for something else.
    job = Job(**given | {"passages": tuple((id, text) for id, text in given["passages"])})
    _TASKS[job.task](make(job.model), job)


def _encode(peer: EncodingPeer, job: Job) -> None:
    peer.warm()
    started = time.perf_counter()
    peer.encode(job)
    _reply(seconds=time.perf_counter() - started)


def _build(peer: Peer, job: Job) -> None:
    peer.warm()
    Path(job.folder).mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    peer.build(job)
    seconds = time.perf_counter() - started
    versions = {package: version(package) for package in peer.packages}
    _reply(versions=versions, seconds=seconds, memory=_memory())


def _ask(peer: Peer, job: Job) -> None:
    peer.open(Path(job.folder))
    first, *warm_up = job.warm_up
    found = {first: peer.search(first, DEPTH)}
    # The parent's clock stops at this line: from the start of the process to the first answer.
    _reply(answered=True)
    for question in warm_up:
        found[question] = peer.search(question, DEPTH)
    memory = None
    milliseconds = []
    for count, question in enumerate(job.alone, 1):
        started = time.perf_counter()
        found[question] = peer.search(question, DEPTH)
        milliseconds.append(1000 * (time.perf_counter() - started))
        if count == SETTLED:
            memory = _memory()
    memory = memory or _memory()
    together, failed = _together(peer, job.together)
    found.update(zip(job.together, together["found"], strict=False))
    _reply(
        milliseconds=milliseconds,
        memory=memory,
        together={key: value for key, value in together.items() if key != "found"},
        failed=failed,
        found=found,
    )


def _together(peer: Peer, questions: Sequence[str]) -> tuple[dict[str, Any], str | None]:
    """Seconds for all questions from CLIENTS threads and milliseconds of each; or why it failed.

    What a library cannot do from several threads it is asked again, one after another.
    """

    def timed(question: str) -> tuple[list[str], float]:
        started = time.perf_counter()
        ids = peer.search(question, DEPTH)
        return ids, 1000 * (time.perf_counter() - started)

    started = time.perf_counter()
    try:
        with ThreadPoolExecutor(CLIENTS) as pool:
            replies = list(pool.map(timed, questions))
    except Exception as error:  # noqa: BLE001 (whatever a library raises is its answer)
        return {"found": [peer.search(q, DEPTH) for q in questions]}, f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - started
    found, milliseconds = [ids for ids, _ in replies], [took for _, took in replies]
    return {"found": found, "seconds": seconds, "milliseconds": milliseconds}, None


def _memory() -> dict[str, int]:
    """Bytes of this process: resident, of which not of a file, and the highest so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    names = {"resident": "VmRSS", "anonymous": "RssAnon", "peak": "VmHWM"}
    return {name: 1024 * int(fields[field].split()[0]) for name, field in names.items()}


def _reply(**values: object) -> None:
    print(MARK + json.dumps(values), flush=True)


_TASKS: Mapping[str, Callable[[Any, Job], None]] = {"encode": _encode, "build": _build, "ask": _ask}
