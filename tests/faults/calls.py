"""Every call to the disk of a build fails in turn: the old index is served, or the new one, and it is told.

`python -m tests.faults.calls [STRIDE]`. Three ways: each call of the one door to the disk is refused, cut
short, or fails once its work is done; each write below that door takes half of its bytes, once, or is
then refused the rest; and, where strace may trace, each call to the system itself fails, SQLite's and
NumPy's among them. A STRIDE of more than 1 skips calls.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from corpus.errors import SourcierError
from index import generation
from index.build import BuildOptions, build
from tests.faults import tracing
from tests.faults.strikes import cut_short, door, failed_late, refused, writes
from tests.faults.support import Content, Folder, opened_content, orphans
from tests.index.support import interacting_encoder

# What a disk without room refuses.
_FILLING = ("openat", "mkdir", "write", "pwrite64", "ftruncate", "fsync")
# Old generations are dropped in each build: that is part of it.
_OPTIONS = BuildOptions(keep=1)
_TEXTS = 8


@dataclass(slots=True)
class Tally:
    """What was struck, by way, and what was found."""

    blows: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    real: Counter[str] = field(default_factory=Counter)
    traced: bool = False
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        ways = ", ".join(
            f"{way} {count} ({self.told[way]} told, {self.new[way]} serve the new index)"
            for way, count in self.blows.items()
        )
        real = ", ".join(f"{name} {count}" for name, count in sorted(self.real.items()))
        left = ", ".join(f"{kind} {count}" for kind, count in sorted(self.left.items())) or "nothing"
        return (
            f"calls: {self.blows.total()} blows: {ways}; real ones: {real or 'strace may not trace here'}; "
            f"left for the next build to sweep: {left}; faults: {len(self.faults)}"
        )


class Trial:
    """A home that goes to and fro between two states, one struck build after another."""

    def __init__(self, folder: Path) -> None:
        self.tally = Tally()
        self.home = folder / "home"
        self._texts = Folder(folder / "texts", _TEXTS)
        self._contents: list[Content] = [
            self._texts.reference(state, folder / f"reference-{state}") for state in (0, 1)
        ]
        self._served = 0
        self._texts.become(0)
        self.build()

    def build(self) -> None:
        """A build, unstruck or struck from outside."""
        build(self._texts.path, self.home, interacting_encoder(), options=_OPTIONS)

    def edit(self) -> None:
        """Makes the folder say what is not served."""
        self._texts.become(1 - self._served)

    def strike_through(self, way: str, strike: Callable[[int], Any], stride: int) -> None:
        """Strikes every `stride`-th call until a build makes no more."""
        for at in range(0, 10_000, stride):
            self.edit()
            with strike(at) as blows:
                outcome = self._outcome()
            if not blows.struck:
                self.judge(f"{way}, none", "", tracing.DONE)
                return
            self.judge(f"{way} {at} ({blows.calls[at]})", way, outcome)

    def strike_system(self, error: str, stride: int, names: Collection[str] = tracing.NAMES) -> None:
        """Strikes every `stride`-th call to the system of these names."""
        builder = partial(rebuild, self._texts.path, self.home)
        self.edit()
        calls = [call for call in tracing.calls_of(builder, self.home) if call.name in names]
        self.judge("traced", "", tracing.DONE)
        for call in calls[::stride]:
            self.edit()
            found = tracing.struck(builder, call, error)
            if found is None:
                self.judge(f"{call} not made", "", tracing.DONE)
                continue
            status, line = found
            self.tally.real[call.name] += 1
            self.judge(f"{error} {call.name} {call.nth}: {line}", error, status)

    def judge(self, what: str, way: str, outcome: int) -> None:
        """What became of a build; then the next one, unstruck, which sweeps."""
        served = self._state()
        if outcome == tracing.DONE and served == self._served:
            self._fault(what, "told that it is done, and it is not")
        if outcome not in (tracing.DONE, tracing.TOLD):
            self._fault(what, f"ended with {outcome}")
        if way:
            self.tally.blows[way] += 1
            self.tally.told[way] += outcome == tracing.TOLD
            self.tally.new[way] += served != self._served
        self.tally.left.update(orphans(self.home))
        self._served = served
        self.edit()
        self.build()
        if self._state() == self._served:
            self._fault(what, "the next build does not build")
        self._served = 1 - self._served
        if left := [*orphans(self.home), *generation.names(self.home)[1:]]:
            self._fault(what, f"the next build leaves {left}")

    def _outcome(self) -> int:
        try:
            self.build()
        except (SourcierError, OSError):
            return tracing.TOLD
        return tracing.DONE

    def _state(self) -> int:
        """The state that is served, which is one of the two, whole; -1 for none."""
        for state, content in enumerate(self._contents):
            try:
                if opened_content(self.home, self._texts.content(state)) == content:
                    return state
            except AssertionError:
                continue
            except (SourcierError, OSError) as error:
                self._fault("unreadable", str(error))
        return -1

    def _fault(self, what: str, fault: str) -> None:
        self.tally.faults.append(f"{what}: {fault}")


def rebuild(texts: Path, home: Path) -> None:
    """What a traced process does."""
    build(texts, home, interacting_encoder(), options=_OPTIONS)


def run(folder: Path, stride: int = 1) -> Tally:
    """Strikes in all ways."""
    trial = Trial(folder)
    for fault in (refused, cut_short, failed_late):
        trial.strike_through(fault.__name__, partial(door, fault), stride)
    trial.strike_through("write_goes_on", partial(writes, False), stride)
    trial.strike_through("write_refused", partial(writes, True), stride)
    if tracing.can_trace():
        trial.tally.traced = True
        trial.strike_system("EIO", stride)
        trial.strike_system("ENOSPC", stride, _FILLING)
    return trial.tally


def main(stride: int = 1) -> int:
    """The long version; 1 when a promise broke or a way struck nothing."""
    with tempfile.TemporaryDirectory() as folder:
        tally = run(Path(folder), stride)
    print(tally)
    for fault in tally.faults:
        print(f"  {fault}")
    return int(bool(tally.faults) or len(tally.blows) != (7 if tally.traced else 5))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(*map(int, sys.argv[1:])))
