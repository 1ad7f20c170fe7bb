"""Bits flipped, files cut short, files of another generation: each refused by name before it is parsed.

`python -m tests.faults.corruption` deals 1,000 + 200 + 200 blows, prints its counts, and exits 1
when a promise is broken or a count too small.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import faiss
import numpy as np

from index import previous, vectors
from index.build import build
from index.errors import DamagedIndex, NoIndex
from index.opening import open_engine, open_generation
from index.verification import inspect_generation
from tests.faults.versions import build_versions, said
from tests.index.support import interacting_encoder

Functions = tuple[tuple[Any, str], ...]
_PARSERS: Functions = ((np, "load"), (sqlite3, "connect"), (faiss, "read_index"))
# What a build opens of the index before it, to take over.
_TAKING_OVER: Functions = ((previous, "Store"), (previous, "read_arrays"))
# A generation's twenty-five, and CURRENT; fewer struck would mean that some are never chosen.
FILES = 26


@dataclass(frozen=True, slots=True)
class Blow:
    """One file of an index, with bytes that are not those its build wrote."""

    kind: str
    path: Path
    damaged: bytes


@dataclass(slots=True)
class Tally:
    """What a run saw. `struck` counts blows by kind, `files` by file; `faults` are promises broken."""

    struck: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    opened: int = 0
    inspected: int = 0
    healed: int = 0
    faults: list[str] = field(default_factory=list)


@contextmanager
def counted(functions: Functions = _PARSERS) -> Iterator[Counter[str]]:
    """How often each of these functions is called in the block."""
    calls: Counter[str] = Counter()

    def counting(name: str, function: Any) -> Any:
        def run(*arguments: Any, **options: Any) -> Any:
            calls[name] += 1
            return function(*arguments, **options)

        return run

    patches = [mock.patch.object(m, name, counting(name, getattr(m, name))) for m, name in functions]
    for patch in patches:
        patch.start()
    try:
        yield calls
    finally:
        for patch in patches:
            patch.stop()


@contextmanager
def _proposing() -> Iterator[None]:
    """Few passages get an index of neighbours, as many do."""
    with mock.patch.object(vectors, "EXACT_BYTES", 1):
        yield


class Corruption:
    """An index of three generations, and what is done to the one served."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.tally = Tally()
        self._random = random.Random(seed)
        self._encoder = interacting_encoder()
        self._folder, self._home = folder, folder / "home"
        with _proposing():
            self._others = list(build_versions(folder / "texts", self._home, self._encoder))
        self._served = self._home / "index" / self._others.pop()
        self._files = sorted(
            # No manifest vouches for a mark: it says which generation was served before, no more.
            p
            for p in self._served.iterdir()
            if p.stat().st_size and not p.name.startswith(".")
        )
        self._intact = self._said()

    def flip(self, count: int, inspections: int = 0) -> None:
        """One bit at a time. The file is chosen before the byte, so that small files are struck too."""
        for number in range(count):
            path = self._random.choice([*self._files, self._home / "index" / "CURRENT"])
            damaged = bytearray(path.read_bytes())
            damaged[self._random.randrange(len(damaged))] ^= 1 << self._random.randrange(8)
            self._strike(Blow("flips", path, bytes(damaged)), inspect=number < inspections)

    def truncate(self, count: int, inspections: int = 0) -> None:
        """To nothing, by one byte, or to a length between."""
        for number in range(count):
            path = self._random.choice([*self._files, self._home / "index" / "CURRENT"])
            intact = path.read_bytes()
            length = self._random.choice([0, len(intact) - 1, self._random.randrange(len(intact))])
            self._strike(Blow("truncations", path, intact[:length]), inspect=number < inspections)

    def swap(self, count: int, inspections: int = 0) -> None:
        """A file of the one served and that of another, each in the place of the other."""
        while self.tally.struck["swaps"] < count:
            path = self._random.choice(self._files)
            other = self._home / "index" / self._random.choice(self._others) / path.name
            mine, theirs = path.read_bytes(), other.read_bytes()
            if mine == theirs:
                continue
            other.write_bytes(mine)
            self._is_refused(other, lambda o=other: open_generation(o.parent, self._encoder))
            inspect = self.tally.struck["swaps"] < inspections
            self._strike(Blow("swaps", path, theirs), inspect=inspect)
            other.write_bytes(theirs)

    def heal(self, count: int) -> None:
        """Builds upon an index of which a file was struck: nothing of it may be taken over."""
        for _ in range(count):
            path = self._random.choice(self._files)
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            with counted(_TAKING_OVER) as calls, _proposing():
                report = build(self._folder / "texts", self._home, self._encoder)
                read = calls.total()
            if read or report.encoded < report.documents:
                self._fault(path, f"was built upon: {report.reused} passages taken over, {read} reads")
            self._served = self._home / "index" / report.generation
            self._files = [self._served / path.name for path in self._files]
            if self._said()[1:] == self._intact[1:]:
                self.tally.healed += 1
            else:
                self._fault(path, "a build over it answers otherwise")

    def _strike(self, blow: Blow, *, inspect: bool) -> None:
        intact = blow.path.read_bytes()
        blow.path.write_bytes(blow.damaged)
        self.tally.struck[blow.kind] += blow.path.read_bytes() != intact
        self.tally.files[blow.path.name] += 1
        self._is_refused(blow.path, lambda: open_engine(self._home, self._encoder))
        if inspect and blow.path in self._files:
            self._is_named(blow.path)
        blow.path.write_bytes(intact)
        with counted() as calls:
            heard = self._said()
        if heard != self._intact or len(calls) < len(_PARSERS):
            self._fault(blow.path, "the intact index does not open as before")
        self.tally.opened += 1

    def _is_refused(self, path: Path, opened: Any) -> None:
        """A fault, unless `opened` refuses the file by its name, and nothing was parsed."""
        with counted() as calls:
            try:
                opened().close()
            except (DamagedIndex, NoIndex) as error:
                if path.name not in str(error):
                    self._fault(path, f"is refused, and not named: {error}")
                elif calls:
                    self._fault(path, f"was parsed before it was refused: {dict(calls)}")
                else:
                    self.tally.refused += 1
            else:
                self._fault(path, "is opened")

    def _is_named(self, path: Path) -> None:
        problems = inspect_generation(path.parent, self._encoder, sample=2).problems
        if any(path.name in problem for problem in problems):
            self.tally.inspected += 1
        else:
            self._fault(path, f"is not named by an inspection: {problems}")

    def _said(self) -> tuple[object, ...]:
        engine = open_engine(self._home, self._encoder)
        try:
            return said(engine)
        finally:
            engine.close()

    def _fault(self, path: Path, what: str) -> None:
        self.tally.faults.append(f"{path.parent.name}/{path.name} {what}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs at the size asked for, prints the counts; 1 when a promise or a count is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    for option, count in [("flips", 1000), ("truncations", 200), ("swaps", 200), ("heals", 5)]:
        parser.add_argument(f"--{option}", type=int, default=count)
    parser.add_argument("--inspections", type=int, default=20, help="of each kind of blow")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        corruption = Corruption(Path(folder), asked.seed)
        corruption.flip(asked.flips, asked.inspections)
        corruption.truncate(asked.truncations, asked.inspections)
        corruption.swap(asked.swaps, asked.inspections)
        corruption.heal(asked.heals)
    tally = corruption.tally
    wanted = {"flips": asked.flips, "truncations": asked.truncations, "swaps": asked.swaps}
    print(
        f"{time.monotonic() - began:.0f} s: {tally.struck['flips']} bit flips, "
        f"{tally.struck['truncations']} truncations, {tally.struck['swaps']} files swapped over "
        f"{len(tally.files)} files, {tally.refused} refusals by name before any parsing, {tally.opened} "
        f"openings once intact again, {tally.inspected} named by an inspection, {tally.healed} healed "
        f"by a build, {len(tally.faults)} faults"
    )
    for fault in tally.faults[:20]:
        print(f"  {fault}")
    is_short = tally.struck != Counter(wanted) or len(tally.files) < FILES or tally.healed < asked.heals
    return 1 if tally.faults or is_short or tally.inspected < asked.inspections else 0


if __name__ == "__main__":
    sys.exit(main())
