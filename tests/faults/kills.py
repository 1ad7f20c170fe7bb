"""kill -9 at any moment of a build, of a rollback, of `sourcier build`: the index that was acknowledged
last is served, or the one that was being committed; never another, never a mixture.

`python -m tests.faults.kills [KILLS]`; after a kill the index is judged by this process, with nothing of
the dead one but the files. What a crash of the machine loses is not tried here.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

import index.build
from corpus.errors import SourcierError
from index import disk, generation
from index.build import BuildReport, build
from index.errors import UnknownGeneration
from index.lock import is_building
from tests.faults.support import (
    STATES,
    Content,
    Folder,
    SlowEncoder,
    opened_content,
    orphans,
    processes,
    run_command,
    silenced,
)
from tests.index.support import interacting_encoder

# Seconds that a passage takes to encode, and that a call to the disk takes before and after: then a third
# of a build goes to each of encoding, calibrating and committing, and blows land in all of them.
_ENCODING, _DISK = 0.002, 0.002
_KEEP = 3
# Of four victims, one is the command; of five things that another does, one is a rollback.
_COMMANDS, _ROLLBACKS = 4, 5
_DOOR = ("write_bytes", "save_array", "sync", "rename", "replace")


@dataclass(frozen=True, slots=True)
class Begun:
    """A victim begins to build a `state`, or to roll back to the generation `target`."""

    state: int
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What it began is done, and `served` is the generation served: the acknowledgement."""

    served: str


@dataclass(slots=True)
class Heard:
    """All that a victim said: what it had done, what it had begun and not ended, and where it was."""

    done: list[tuple[Begun, Ended]] = field(default_factory=list)
    open: Begun | None = None
    stage: str = ""

    def take(self, message: Begun | Ended | str) -> None:
        """Takes note of one message."""
        if isinstance(message, str):
            self.stage = message
        elif isinstance(message, Begun):
            self.open, self.stage = message, "début"
        elif self.open is not None:
            self.done.append((self.open, message))
            self.open = None


@dataclass(slots=True)
class Tally:
    """What was struck and what was found."""

    kills: int = 0
    inside: int = 0
    new: int = 0
    builds: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    swept: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"kills: {self.kills}, {self.inside} inside a build ({_listed(self.kinds)}; {_listed(self.stages)}); "
            f"{self.builds} acknowledged, {self.new} served the index being committed; "
            f"swept: {_listed(self.swept)}; faults: {len(self.faults)}"
        )


@dataclass(slots=True)
class Known:
    """The state that each generation was built from, and the one that is to be served."""

    states: dict[str, int]
    served: str

    def hear(self, heard: Heard) -> None:
        """Takes note of what a victim acknowledged."""
        for begun, ended in heard.done:
            if begun.target is None:
                self.states[ended.served] = begun.state
            self.served = ended.served

    def judge(self, home: Path, heard: Heard, folder: Folder, contents: list[Content]) -> list[str]:
        """What is wrong with the index that is there now; then it is the one to be served."""
        try:
            served = generation.current(home).name
            if served not in self.states:
                if heard.open is None or heard.open.target is not None:
                    return [f"{served} is served, and nobody was building it"]
                self.states[served] = heard.open.state
            elif served not in {self.served, heard.open.target if heard.open else None}:
                return [f"{served} is served, but {self.served} was acknowledged"]
            state = self.states[served]
            content = opened_content(home, folder.content(state))
        except (SourcierError, AssertionError, OSError) as error:
            return [f"unreadable: {error}"]
        self.served = served
        return [] if content == contents[state % len(STATES)] else [f"{served} is not state {state}"]


def work(connection: Connection, folder: Folder, home: Path, state: int, seed: int) -> None:
    """A victim: edits, builds and rolls back without end, and says what it does."""
    random = Random(seed)
    with _told(connection):
        while True:
            target = _older(home) if random.randrange(_ROLLBACKS) == 0 else None
            if target is not None:
                connection.send(Begun(state, target))
                connection.send(Ended(generation.rollback(home, target).generation))
                continue
            state += 1
            folder.become(state)
            connection.send(Begun(state))
            report = build(folder.path, home, SlowEncoder(_ENCODING), lambda stage, *_: connection.send(stage))
            connection.send(Ended(report.generation))


def work_by_command(connection: Connection, folder: Folder, home: Path, state: int, _: int) -> None:
    """A victim: edits and runs `sourcier build`, without end."""
    silenced()

    def told_build(*arguments: Any, **options: Any) -> BuildReport:
        connection.send(Begun(state))
        report = build(*arguments, **options)
        connection.send(Ended(report.generation))
        return report

    index.build.build = told_build
    with _told(connection):
        while True:
            state += 1
            folder.become(state)
            _command(folder, home, SlowEncoder(_ENCODING))


def rebuild_by_command(folder: Folder, home: Path) -> None:
    """Runs `sourcier build` once; its status is the process's."""
    silenced()
    sys.exit(_command(folder, home, interacting_encoder()))


def run(folder: Path, kills: int, inside: int, texts: int = 40, seed: int = 1) -> Tally:
    """Kills until there were `kills`, `inside` of them inside a build; gives up at twice as many."""
    random, texts_folder, home = Random(seed), Folder(folder / "texts", texts), folder / "home"
    contents = [texts_folder.reference(n, folder / f"reference-{n}") for n in range(len(STATES))]
    texts_folder.become(0)
    first = build(texts_folder.path, home, interacting_encoder()).generation
    known, tally, state = Known({first: 0}, first), Tally(), 0
    lasting = _seconds_of_a_build(texts_folder, folder / "measured")
    while (tally.kills < kills or tally.inside < inside) and tally.kills < 2 * kills:
        by_command = tally.kills % _COMMANDS == _COMMANDS - 1
        victim = work_by_command if by_command else work
        heard = _killed(victim, texts_folder, home, state, random.random() * 2 * lasting, seed + tally.kills)
        tally.kills += 1
        tally.builds += len(heard.done)
        if heard.open is not None:
            tally.inside += heard.open.target is None
            rolling = heard.open.target is not None
            tally.kinds["rollback" if rolling else "command" if by_command else "build"] += 1
            tally.stages[heard.stage] += 1
        known.hear(heard)
        acknowledged = known.served
        tally.faults += known.judge(home, heard, texts_folder, contents)
        tally.new += known.served != acknowledged
        tally.swept.update(orphans(home))
        state = max([state, *(begun.state for begun, _ in heard.done), heard.open.state if heard.open else 0])
        state += 1
        tally.faults += _rebuilt(texts_folder, home, state, known, contents, by_command=by_command)
    return tally


def _rebuilt(
    folder: Folder, home: Path, state: int, known: Known, contents: list[Content], *, by_command: bool
) -> list[str]:
    """The next build: it works, and leaves nothing but generations that were served."""
    folder.become(state)
    if by_command:
        process = processes().Process(target=rebuild_by_command, args=(folder, home))
        process.start()
        process.join()
        if process.exitcode != 0:
            return [f"the next `sourcier build` ended with {process.exitcode}"]
        name = generation.current(home).name
    else:
        name = build(folder.path, home, interacting_encoder()).generation
    heard = Heard([(Begun(state), Ended(name))])
    known.hear(heard)
    faults = known.judge(home, heard, folder, contents)
    if left := orphans(home):
        faults.append(f"not swept: {left}")
    for kept in generation.names(home):
        generation.verify(home / "index" / kept)
    if len(generation.names(home)) > _KEEP:
        faults.append(f"{len(generation.names(home))} generations kept")
    return faults


def _killed(
    victim: Callable[..., None], folder: Folder, home: Path, state: int, after: float, seed: int
) -> Heard:
    """What a victim said that was killed `after` so many seconds of its first build."""
    hear, tell = processes().Pipe(duplex=False)
    process = processes().Process(target=victim, args=(tell, folder, home, state, seed), daemon=True)
    process.start()
    tell.close()
    heard = Heard()
    heard.take(hear.recv())
    time.sleep(after)
    process.kill()
    process.join()
    if process.exitcode != -signal.SIGKILL:
        raise AssertionError(f"the victim ended by itself: {process.exitcode}")
    with suppress(EOFError):  # all that it had said before it died
        while True:
            heard.take(hear.recv())
    if is_building(home):
        raise AssertionError("the lock outlives its owner")
    return heard


def _seconds_of_a_build(folder: Folder, home: Path) -> float:
    """How long a victim takes from the beginning of a build to its end, the first of this home."""
    hear, tell = processes().Pipe(duplex=False)
    process = processes().Process(target=work, args=(tell, folder, home, 0, 1), daemon=True)
    process.start()
    try:
        while not isinstance(hear.recv(), Begun):
            pass
        began = time.monotonic()
        while not isinstance(hear.recv(), Ended):
            pass
        return time.monotonic() - began
    finally:
        process.kill()
        process.join()


@contextmanager
def _told(connection: Connection) -> Iterator[None]:
    """Says each call to the disk before it is made, and makes each last."""

    def told(name: str, call: Callable[..., None]) -> Callable[..., None]:
        def lasting(*arguments: Any) -> None:
            connection.send(name)
            time.sleep(_DISK)
            call(*arguments)
            time.sleep(_DISK)

        return lasting

    before = {name: getattr(disk, name) for name in _DOOR}
    for name, call in before.items():
        setattr(disk, name, told(name, call))
    try:
        yield
    finally:
        for name, call in before.items():
            setattr(disk, name, call)


def _command(folder: Folder, home: Path, encoder: SlowEncoder) -> int:
    return run_command(lambda: encoder, "build", "--texts", str(folder.path), "--home", str(home))


def _older(home: Path) -> str | None:
    """What a rollback would serve, if there is something."""
    try:
        return generation.find(home).name
    except UnknownGeneration:
        return None


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def main(kills: int = 200) -> int:
    """The long version; 1 when a promise broke or too few blows landed."""
    inside = kills * 3 // 4
    with tempfile.TemporaryDirectory() as folder:
        tally = run(Path(folder), kills, inside)
    print(tally)
    for fault in tally.faults:
        print(f"  {fault}")
    return int(bool(tally.faults) or tally.kills < kills or tally.inside < inside or not tally.swept["draft"])


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(*map(int, sys.argv[1:])))
