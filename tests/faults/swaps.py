"""Readers ask a real server while its index is replaced again and again: no error, no mixture.

`python -m tests.faults.swaps` makes 8 readers ask at least 5,000 questions during 100 swaps,
prints what it counted, and exits 1 when a promise is broken or a count too small.
"""

from __future__ import annotations

import argparse
import html
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from index.build import build
from tests.conftest import FakeEncoder
from tests.faults.replies import SEASONS, TOWNS, Reply, Texts, faults_of, version
from tests.faults.serving import Server, serving

QUESTIONS = tuple(
    question.format(town)
    for town in TOWNS
    for question in ("Que vend le marché de {} ?", "Qui garde la bibliothèque de {} ?", "Où dort {} ?")
)
# Seconds after which a swap that no reader has seen is one that the server missed.
_LONGEST_SWAP = 30


@dataclass(slots=True)
class Tally:
    """What a run saw. `versions` maps each generation to its texts."""

    versions: dict[str, Texts] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    swaps_seen: int = 0
    slowest_swap: float = 0.0
    left_open: dict[int, set[str]] = field(default_factory=dict)

    @property
    def questions(self) -> int:
        """How many of the replies answer a question."""
        return sum(reply.kind in ("ask", "search") for reply in self.replies)

    @property
    def answered(self) -> int:
        """How many questions got an answer of sentences."""
        return sum(
            r.kind == "ask" and r.status == 200 and bool(r.data["answer"]["text"]) for r in self.replies
        )

    def faults(self) -> list[str]:
        """A sentence for each promise that was broken."""
        found = [*self.errors]
        for reply in self.replies:
            found += faults_of(reply, self.versions)
        for pid, generations in self.left_open.items():
            if len(generations) != 1:
                found.append(f"process {pid} has {len(generations)} generations open")
        return found


class _Run:
    """The readers and the builder of one run, and what they tell one another."""

    def __init__(self, folder: Path, address: str) -> None:
        self.tally = Tally()
        self.folder = folder
        self._address = address
        self._over = threading.Event()
        self._told = threading.Condition()
        self._seen: Counter[str] = Counter()

    def build(self, number: int) -> str:
        """Writes the texts of the season and builds; returns the generation."""
        texts = version(SEASONS[number % 2])
        generation = _write_and_build(self.folder, texts)
        self.tally.versions[generation] = texts
        return generation

    def swap(self, count: int, questions_each: int) -> None:
        """Builds `count` times, each time once the last swap was seen and many questions answered."""
        try:
            for number in range(1, count + 1):
                generation = self.build(number)
                began = time.monotonic()
                with self._told:
                    seen = self._told.wait_for(lambda g=generation: self._seen[g], _LONGEST_SWAP)
                    self.tally.slowest_swap = max(self.tally.slowest_swap, time.monotonic() - began)
                    if not seen:
                        self.tally.errors.append(f"swap {number} was not seen in {_LONGEST_SWAP} s")
                        return
                    self.tally.swaps_seen += 1
                    self._told.wait_for(
                        lambda n=number: self._seen.total() >= n * questions_each, _LONGEST_SWAP
                    )
        finally:
            self._over.set()

    def read(self, reader: int) -> None:
        """Asks until the swaps are over; what cannot even be asked is an error."""
        sources = sorted(version(SEASONS[0]))
        with httpx.Client(base_url=self._address, timeout=60) as client:
            turn = reader * 7  # the readers ask different things at one time
            while not self._over.is_set():
                turn += 1
                try:
                    reply = _ask(client, turn, sources[turn % len(sources)])
                except httpx.HTTPError as error:
                    self.tally.errors.append(f"{type(error).__name__}: {error}")
                    continue
                self.tally.replies.append(reply)
                if reply.kind in ("ask", "search") and reply.status == 200:
                    with self._told:
                        self._seen[reply.data["generation"]] += 1
                        self._told.notify_all()


def run(folder: Path, *, readers: int, swaps: int, questions: int, workers: int = 1) -> Tally:
    """Serves an index made in `folder`, replaces it `swaps` times, and returns what readers saw."""
    first = version(SEASONS[0])
    generation = _write_and_build(folder, first)
    with serving(folder / "home", workers) as server:
        running = _Run(folder, server.address)
        running.tally.versions[generation] = first
        with ThreadPoolExecutor(readers) as threads:
            reading = [threads.submit(running.read, reader) for reader in range(readers)]
            running.swap(swaps, -(-questions // swaps))
            for reader in reading:
                reader.result()
        running.tally.left_open = _left_open(server)
        said = server.said.read_text()
    if said:
        running.tally.errors.append(f"the server said: {said[:500]}")
    return running.tally


def _left_open(server: Server) -> dict[int, set[str]]:
    """What each process has open once the last old engine had time to be closed."""
    deadline = time.monotonic() + 5
    while any(len(open_) != 1 for open_ in server.generations().values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return server.generations()


def _ask(client: httpx.Client, turn: int, source: str) -> Reply:
    question = QUESTIONS[turn % len(QUESTIONS)]
    match turn % 16:
        case 3:
            kind, reply = "documents", client.get("/v1/documents")
        case 7:
            kind, reply = "facts", client.get(f"/v1/documents/{source}")
        case 11:
            kind, reply = "text", client.get(f"/v1/documents/{source}/text")
        case 13:
            kind, reply = "state", client.get("/v1/index")
        case 15:
            kind, reply = "page", client.get(f"/source/{source}")
        case even if even % 2:
            kind, reply = "search", client.post("/v1/search", json={"question": question, "top_k": 5})
        case _:
            kind, reply = "ask", client.post("/v1/ask", json={"question": question, "top_k": 5})
    data = None if kind in ("text", "page") or reply.status_code != 200 else reply.json()
    return Reply(kind, reply.status_code, html.unescape(reply.text), data, source)


def _write_and_build(folder: Path, texts: Texts) -> str:
    for source, text in texts.items():
        path = folder / "texts" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return build(folder / "texts", folder / "home", FakeEncoder()).generation


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs at the size asked for, prints the counts; 1 when a promise or a count is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--swaps", type=int, default=100)
    parser.add_argument("--questions", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = run(
            Path(folder),
            readers=asked.readers,
            swaps=asked.swaps,
            questions=asked.questions,
            workers=asked.workers,
        )
    faults = tally.faults()
    kinds = ", ".join(
        f"{kind} {count}" for kind, count in sorted(Counter(r.kind for r in tally.replies).items())
    )
    print(
        f"{asked.readers} readers, {asked.workers} workers, {time.monotonic() - began:.0f} s: "
        f"{tally.swaps_seen} swaps seen of {asked.swaps}, {tally.questions} questions, "
        f"{tally.answered} of them with an answer ({kinds}), "
        f"slowest swap {tally.slowest_swap:.2f} s, {len(faults)} faults"
    )
    for fault in faults[:20]:
        print(f"  {fault}")
    too_few = tally.swaps_seen < asked.swaps or tally.questions < asked.questions or not tally.answered
    return 1 if faults or too_few else 0


if __name__ == "__main__":
    sys.exit(main())
