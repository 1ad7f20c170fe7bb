"""Readers ask while an index goes to and fro between three generations: no error, no mixture.

`python -m tests.faults.rollbacks` rolls back 50 times under 4 readers, prints its counts, and
exits 1 when a promise is broken or a count too small.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corpus.errors import SourcierError
from index import generation
from index.engine import Engine, Search
from index.opening import open_engine
from qa.serving import EngineHolder
from tests.faults.versions import MONTHS, QUESTION, build_versions, only_in
from tests.index.support import interacting_encoder

# Each version alone says where its otter sleeps, in a text of its own.
OTTER = "Où dort une loutre, dans quel grenier ?"
# Seconds after which a rollback that no reader has seen is one that was missed.
_LONGEST = 30


@dataclass(slots=True)
class Tally:
    """What a run saw. `asked` counts answers by month; `found` those that the month's own text gives."""

    seen: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Rollbacks:
    """An index of three generations, and readers that follow it or open it anew at each question."""

    def __init__(self, folder: Path, readers: int, seed: int = 1) -> None:
        self.tally = Tally()
        self._home, self._readers = folder / "home", readers
        self._random = random.Random(seed)
        self._encoder = interacting_encoder()
        self._months = build_versions(folder / "texts", self._home, self._encoder)
        self._holder = EngineHolder(self._home, self._opened)
        self._over = threading.Event()
        self._told = threading.Condition()
        self._heard: Counter[str] = Counter()

    def run(self, count: int) -> None:
        """Rolls back `count` times, each time once readers of both kinds have seen the last one."""
        self._holder.start()
        try:
            with ThreadPoolExecutor(self._readers) as threads:
                lenders = [self._holder.lease if i % 2 else self._opening for i in range(self._readers)]
                reading = [threads.submit(self._read, lend, i % 2) for i, lend in enumerate(lenders)]
                try:
                    for _ in range(count):
                        self._roll_back()
                finally:
                    self._over.set()
                for each in reading:
                    each.result()
        finally:
            self._holder.stop()

    def _roll_back(self) -> None:
        served = generation.current(self._home).name
        older = any(name < served for name in self._months)
        others = [None] * older + [name for name in self._months if name != served]
        name = generation.rollback(self._home, self._random.choice(others)).generation
        with self._told:
            self._heard.clear()
            if self._told.wait_for(lambda: self._heard[f"{name} 0"] and self._heard[f"{name} 1"], _LONGEST):
                self.tally.seen += 1
            else:
                self.tally.faults.append(f"{name} was not seen in {_LONGEST} s")

    def _read(self, lend: Callable[[], AbstractContextManager[Engine]], kind: int) -> None:
        while not self._over.is_set():
            try:
                with lend() as engine:
                    name, heard = engine.manifest.generation, ask(engine, self._months)
            except SourcierError as error:
                name, heard = "", Tally(faults=[f"{type(error).__name__}: {error}"])
            with self._told:
                self.tally.asked += heard.asked
                self.tally.found += heard.found
                self.tally.faults += heard.faults
                self._heard[f"{name} {kind}"] += 1
                self._told.notify_all()

    def _opened(self) -> Engine:
        return open_engine(self._home, self._encoder)

    @contextmanager
    def _opening(self) -> Iterator[Engine]:
        engine = self._opened()
        try:
            yield engine
        finally:
            engine.close()


def ask(engine: Engine, months: Mapping[str, str]) -> Tally:
    """What an engine answers, all of which must be of its own generation; `months` are those of all."""
    tally, name = Tally(), engine.manifest.generation
    month = months[name]
    for question in (QUESTION, OTTER):
        search = engine.search(question, 5)
        tally.faults += [f"{name}: {fault}" for fault in _faults_of_hits(engine, search, month)]
        tally.asked[month] += 1
        tally.found[month] += any(hit.passage.document_id == only_in(month)[0] for hit in search.hits)
    for other in MONTHS:
        source, text = only_in(other)
        document = engine.document(source)
        if (document.text if document else None) != (text if other == month else None):
            tally.faults.append(f"{name}: {source} is as in another generation")
    return tally


def _faults_of_hits(engine: Engine, search: Search, month: str) -> Iterator[str]:
    if search.generation != engine.manifest.generation:
        yield f"an answer of {search.generation}"
    if not search.hits:
        yield "no hit"
    for passage in (hit.passage for hit in search.hits):
        document = engine.document(passage.document_id)
        if document is None or document.text[passage.start : passage.end] != passage.text:
            yield f"{passage.id} is not the slice of its text"
        if {each for each in MONTHS if each in passage.text} != {month}:
            yield f"{passage.id} is of another version than {month}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs at the size asked for, prints the counts; 1 when a promise or a count is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rollbacks", type=int, default=50)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        rollbacks = Rollbacks(Path(folder), asked.readers, asked.seed)
        rollbacks.run(asked.rollbacks)
    tally = rollbacks.tally
    print(
        f"{time.monotonic() - began:.0f} s, {asked.readers} readers: {tally.seen} rollbacks seen of "
        f"{asked.rollbacks}, {tally.asked.total()} questions "
        f"({', '.join(f'{month} {tally.asked[month]}' for month in MONTHS)}), {tally.found.total()} answered "
        f"by the text that one generation alone has, {len(tally.faults)} faults"
    )
    for fault in tally.faults[:20]:
        print(f"  {fault}")
    is_short = tally.seen < asked.rollbacks or not all(tally.found[month] for month in MONTHS)
    return 1 if tally.faults or is_short else 0


if __name__ == "__main__":
    sys.exit(main())
