"""Power fails during a build or a rollback: what was not synced is lost, the index is not.

`python -m tests.faults.lost_writes` opens what at least 500 such crashes leave, at every
operation of three histories, and leaves out each sync in turn, which must break the promise. It
prints its counts, and exits 1 when a promise is broken or a count too small.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest import mock

from index import generation
from index.build import BuildOptions, build
from index.errors import BuildCancelled, DamagedIndex, IncompatibleIndex, NoIndex
from index.opening import open_engine
from index.pointer import SERVED
from tests.faults.crashes import Moved, Operation, Recorder, Synced, Tree, after_crash
from tests.faults.versions import MONTHS, build_versions, only_in, said, version, write
from tests.index.support import interacting_encoder

# Crashes after the end of a history, for one after each of its operations.
_AFTER = 10
# What an index says: see `said`. None where nothing was built yet.
Heard = tuple[object, ...] | None


@dataclass(frozen=True, slots=True)
class History:
    """One acknowledged change of an index: what was on the disk, what happened, and what the index
    says before, after, and after a build of `texts` that follows; `mark`, what the generation served then
    says of the one that it took the place of.
    """

    name: str
    texts: Path
    start: Tree
    operations: tuple[Operation, ...]
    old: Heard
    new: Heard
    built: Heard
    mark: str | None


@dataclass(slots=True)
class Tally:
    """What a run saw. `struck` are the replays that lost something, `old` and `new` what was served."""

    replays: int = 0
    struck: int = 0
    acknowledged: int = 0
    served: Counter[str] = field(default_factory=Counter)
    built_upon: int = 0
    faults: list[str] = field(default_factory=list)


class Crashes:
    """Histories of one index, made in `folder`, and what crashes leave of them."""

    def __init__(self, folder: Path, texts: int = 60, seed: int = 1) -> None:
        self._folder, self._count = folder, texts
        self._encoder = interacting_encoder()
        self._random = random.Random(seed)
        self._home = folder / "disk" / "home"
        self._home.parent.mkdir()

    def histories(self) -> list[History]:
        """A first build; one that is stopped before it is served; one that drops what another left that
        died, and the oldest of three generations; a rollback.
        """
        few, texts = self._folder / "few", self._folder / "texts"
        write(few, version(MONTHS[0], 3))
        first = self._history("first build", few, lambda: self._build(few))
        build_versions(texts, self._home, self._encoder, self._count)
        write(texts, {**version(MONTHS[2], self._count), **dict([only_in(MONTHS[0])])})
        stopped = self._history("stopped build", texts, lambda: self._stopped(texts))
        with mock.patch.object(generation, "discard"):
            self._stopped(texts)
        return [
            first,
            stopped,
            self._history("build", texts, lambda: self._build(texts)),
            self._history("rollback", texts, lambda: generation.rollback(self._home)),
        ]

    def replay(self, history: History, upto: int, tally: Tally) -> None:
        """One crash after `upto` operations, and whether the index stands it."""
        tree, lost = after_crash(history.start, history.operations[:upto], self._random)
        root = self._folder / "crashed"
        tree.write(root)
        home = root / self._home.name
        tally.replays += 1
        tally.struck += bool(lost)
        done = upto == len(history.operations)
        tally.acknowledged += done
        fault = self._fault(home, history, done, tally)
        if fault is None and tally.replays % 10 == 0:
            fault = self._fault_of_next(home, history, tally)
        if fault is not None:
            tally.faults.append(f"{history.name}, crash after {upto} of {len(history.operations)}: {fault}")
        shutil.rmtree(root)

    def misses(self, history: History, at: int, most: int) -> bool:
        """Whether one of `most` crashes breaks a promise once the sync of this number is left out."""
        sync, left = history.operations[at], history.operations[:at] + history.operations[at + 1 :]
        # From where it was, until the same is synced once more; there most is at stake.
        end = next((i for i in range(at, len(left)) if left[i] == sync), len(left))
        tally = Tally()
        for number in range(most):
            upto = end if number % 2 else self._random.randint(at, end)
            self.replay(replace(history, operations=left), upto, tally)
            if tally.faults:
                return True
        return False

    def _history(self, name: str, texts: Path, change: Callable[[], object]) -> History:
        old = self._said(self._home)
        recorder = Recorder(self._home.parent)
        with recorder.recording():
            change()
        new, marked = self._said(self._home), _mark(self._home)
        shutil.copytree(self._home, self._folder / "next")
        build(texts, self._folder / "next", self._encoder)
        built = self._said(self._folder / "next")
        shutil.rmtree(self._folder / "next")
        return History(name, texts, recorder.start, tuple(recorder.operations), old, new, built, marked)

    def _build(self, texts: Path) -> None:
        build(texts, self._home, self._encoder, options=BuildOptions(keep=3))

    def _stopped(self, texts: Path) -> None:
        def stop(stage: str, *_: int) -> None:
            if stage == "écriture":
                raise BuildCancelled

        with suppress(BuildCancelled):
            build(texts, self._home, self._encoder, stop)

    def _said(self, home: Path) -> Heard:
        try:
            engine = open_engine(home, self._encoder)
        except NoIndex:
            return None
        with closing(engine):
            return said(engine)

    def _fault(self, home: Path, history: History, done: bool, tally: Tally) -> str | None:
        try:
            heard = self._said(home)
            for each in generation.kept(home):
                generation.verify(home / "index" / each.name)
            # Marked once it is served: a crash between the two leaves that to the next one served.
            if done and heard is not None and _mark(home) != history.mark:
                return "the generation served does not say which it took the place of"
        except (DamagedIndex, IncompatibleIndex) as error:
            return str(error)
        if heard not in (history.old, history.new):
            return "neither the old index nor the new one"
        if done and heard != history.new:
            return "the old index, after the new one was said to be served"
        tally.served["old" if heard == history.old else "new"] += 1
        return None

    def _fault_of_next(self, home: Path, history: History, tally: Tally) -> str | None:
        """What is wrong with a build upon what the crash left."""
        build(history.texts, home, self._encoder)
        heard = self._said(home)
        if heard is None or history.built is None or heard[1:] != history.built[1:]:
            return "a build after it answers otherwise"
        left = [
            p.name for p in (home / "index").iterdir() if not p.name.startswith(("g-", "CURRENT", ".lock"))
        ]
        if left:
            return f"a build after it leaves {left}"
        tally.built_upon += 1
        return None


def run(crashes: Crashes, histories: Sequence[History], struck: int, step: int = 1) -> Tally:
    """Crashes at every `step`-th operation of the histories, again until `struck` have lost something."""
    tally = Tally()
    while tally.struck < struck and not tally.faults:
        for history in histories:
            length = len(history.operations)
            for upto in (*range(tally.replays % step, length, step), *[length] * -(-_AFTER // step)):
                crashes.replay(history, upto, tally)
    return tally


def needless(crashes: Crashes, histories: Sequence[History], most: int) -> tuple[int, list[str]]:
    """How many kinds of sync there are, and those that can be left out of every history unnoticed."""
    is_missed: dict[str, bool] = {}
    for history in histories:
        for at, operation in enumerate(history.operations):
            if isinstance(operation, Synced):
                kind = _kind(operation, history.operations[at - 1])
                is_missed[kind] = is_missed.get(kind, False) or crashes.misses(history, at, most)
    return len(is_missed), sorted(kind for kind, missed in is_missed.items() if not missed)


def _mark(home: Path) -> str | None:
    """What the generation served says of the one that it took the place of; None where it says nothing."""
    mark = generation.current(home) / SERVED
    return mark.read_text("utf-8") if mark.exists() else None


def _kind(sync: Synced, before: Operation) -> str:
    """A sync by what it is of, and the renaming that it follows; what chance names is cut short."""
    names = [sync.what, before.name] if isinstance(before, Moved) else [sync.what]
    return " after ".join(name[: name.find("-") + 1] or name for name in names)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs at the size asked for, prints the counts; 1 when a promise or a count is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--struck", type=int, default=500, help="replays that lose something, at least")
    parser.add_argument("--most", type=int, default=200, help="replays for each sync that is left out")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        crashes = Crashes(Path(folder), seed=asked.seed)
        histories = crashes.histories()
        tally = run(crashes, histories, asked.struck)
        kinds, unnoticed = needless(crashes, histories, asked.most)
    print(
        f"{time.monotonic() - began:.0f} s: {tally.replays} crashes over "
        f"{' + '.join(f'{len(h.operations)} ({h.name})' for h in histories)} operations, {tally.struck} of "
        f"them lost something, {tally.acknowledged} came after the end; served {tally.served['old']} old, "
        f"{tally.served['new']} new; {tally.built_upon} built upon; {kinds - len(unnoticed)} of {kinds} "
        f"kinds of sync are missed when left out; {len(tally.faults)} faults"
    )
    for fault in [*tally.faults[:20], *(f"nobody misses the sync of {kind}" for kind in unnoticed)]:
        print(f"  {fault}")
    is_short = not all((tally.struck >= asked.struck, tally.built_upon, *tally.served.values()))
    return 1 if tally.faults or unnoticed or is_short or len(tally.served) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
