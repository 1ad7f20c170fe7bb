"""Processes that edit a folder, build it and roll back without end, say what they do, and are killed.

Judges nothing of what they leave.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

import index.build
from index import disk, generation
from index.build import BuildReport, build
from index.embedding import Encoder
from index.errors import UnknownGeneration
from index.lock import is_building
from index.progress import Progress
from tests.faults.support import Folder, SlowEncoder, processes, run_command, silenced
from tests.index.support import interacting_encoder

# Seconds that a passage takes to encode, and that a call to the disk takes before and after: then a third
# of a build goes to each of encoding, calibrating and committing, and blows land in all of them.
_ENCODING, DISK = 0.002, 0.002
# Of so many things that a victim does, one is a rollback.
_ROLLBACKS = 3
_DOOR = ("write_bytes", "save_array", "append", "finish", "sync", "rename", "replace")


@dataclass(frozen=True, slots=True)
class Begun:
    """A victim begins to build a `state`, or to roll back to the generation `target`."""

    state: int
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What it began is done, and `served` is the generation served: the acknowledgement."""

    served: str


@dataclass(frozen=True, slots=True)
class Moment:
    """When to strike: so many seconds after the victim's first beginning, or after its n-th call to the
    disk from then on.
    """

    seconds: float
    calls: int = 0


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

    def last_state(self, first: int) -> int:
        """The last state that it brought its folder to, or was about to, from `first`."""
        begun = [each for each, _ in self.done] + ([self.open] if self.open else [])
        return max([first, *(each.state for each in begun)])


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
            report = build(folder.path, home, SlowEncoder(_ENCODING), lambda at, *_: connection.send(at))
            connection.send(Ended(report.generation))


def work_by_command(connection: Connection, folder: Folder, home: Path, state: int, _: int) -> None:
    """A victim: edits and runs `sourcier build`, without end."""
    silenced()

    def told_build(texts: Path, home: Path, encoder: Encoder, progress: Progress, *rest: Any) -> BuildReport:
        def told(stage: str, done: int, total: int) -> None:
            connection.send(stage)
            progress(stage, done, total)

        connection.send(Begun(state))
        report = build(texts, home, encoder, told, *rest)
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


def killed(
    victim: Callable[..., None], folder: Folder, home: Path, state: int, moment: Moment, seed: int
) -> Heard:
    """What a victim said that was killed at a moment."""
    hear, tell = processes().Pipe(duplex=False)
    process = processes().Process(target=victim, args=(tell, folder, home, state, seed), daemon=True)
    process.start()
    tell.close()
    heard, calls = Heard(), 0
    heard.take(hear.recv())
    while calls < moment.calls:
        heard.take(message := hear.recv())
        calls += message in _DOOR
    time.sleep(moment.seconds)
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


def length_of_a_build(folder: Folder, home: Path) -> Moment:
    """What a victim takes from the beginning of a build to its end, once there is an index."""
    hear, tell = processes().Pipe(duplex=False)
    process = processes().Process(target=work, args=(tell, folder, home, 0, 1), daemon=True)
    process.start()
    try:
        _until(hear, Ended)
        _until(hear, Begun)
        began = time.monotonic()
        calls = _until(hear, Ended)
        return Moment(time.monotonic() - began, calls)
    finally:
        process.kill()
        process.join()


def _until(hear: Connection, kind: type) -> int:
    """Hears a victim until it says that. How many calls to the disk it made."""
    calls = 0
    while not isinstance(message := hear.recv(), kind):
        calls += message in _DOOR
    return calls


@contextmanager
def _told(connection: Connection) -> Iterator[None]:
    """Says each call to the disk before it is made, and makes each last."""

    def told(name: str, call: Callable[..., None]) -> Callable[..., None]:
        def lasting(*arguments: Any) -> None:
            connection.send(name)
            time.sleep(DISK)
            call(*arguments)
            time.sleep(DISK)

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
