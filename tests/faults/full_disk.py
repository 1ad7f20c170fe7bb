"""A disk that fills up during `sourcier build`: the old index answers, the command says why, nothing is left.

`python -m tests.faults.full_disk [SIZES]`. Where a small disk of its own may be mounted, the home is on
one, filled until a given room is left; elsewhere each file of the build is limited to that room, which
strikes within a file just as a full disk does. The texts are on neither.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from corpus.errors import SourcierError
from index import generation
from index.build import build
from tests.faults.support import (
    Content,
    Folder,
    opened_content,
    orphans,
    processes,
    run_command,
    silenced,
)
from tests.index.support import interacting_encoder

# A new process in which one may mount, what is mounted there being seen by it alone and going with it.
_OWN_MOUNTS = ("unshare", "--map-root-user", "--mount")
_TEXTS = 20
_LARGEST = 64 * 2**20
# What is said when no more is taken, of a disk or of a file: SQLite tells a file's limit from no other error.
_FULL = ("plein",)
_LIMITED = ("dépasse la taille permise", "défaillant")


class MountedDisk:
    """A disk in memory at `place`, which is filled up but for a given room."""

    said, block = _FULL, resource.getpagesize()

    def __init__(self, place: Path) -> None:
        place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_LARGEST}", "tmpfs", place], check=True)
        self._place = place
        self._ballast = place / "ballast"

    @contextmanager
    def room(self, size: int) -> Iterator[int]:
        """Leaves so many bytes, in whole blocks; the limit of a file that goes with it: none."""
        filled = (os.statvfs(self._place).f_bavail - size // self.block) * self.block
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, filled)
        try:
            yield resource.RLIM_INFINITY
        finally:
            self._ballast.unlink()

    def end(self) -> None:
        """Gives it back."""
        subprocess.run(["umount", self._place], check=True)

    def wanted(self, folder: Path) -> int:
        """The room that the files of a generation need."""
        return sum(-(-path.stat().st_size // self.block) * self.block for path in folder.iterdir())


class LimitedFiles:
    """A folder at `place` where a file may only have a given size."""

    said, block = _LIMITED, 1

    def __init__(self, place: Path) -> None:
        place.mkdir()

    @contextmanager
    def room(self, size: int) -> Iterator[int]:
        """The limit of a file."""
        yield size

    def end(self) -> None:
        """Nothing is to be given back."""

    def wanted(self, folder: Path) -> int:
        """The room that its largest file needs."""
        return max(path.stat().st_size for path in folder.iterdir())


@dataclass(slots=True)
class Tally:
    """What was tried and what was found; `full` builds met the end of the disk."""

    disk: str
    sizes: int = 0
    full: int = 0
    rebuilt: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"full disk ({self.disk}): {self.sizes} sizes, {self.full} builds stopped by it and told so, "
            f"the old index answering; {self.rebuilt} builds done once there was room; "
            f"faults: {len(self.faults)}"
        )


def run(folder: Path, sizes: int, disk: MountedDisk | LimitedFiles, place: Path) -> Tally:
    """Builds at so many sizes, from no room to just too little; `place` is where the disk is."""
    tally = Tally(type(disk).__name__)
    texts = Folder(folder / "texts", _TEXTS)
    old, new = (texts.reference(state, folder / f"reference-{state}") for state in (0, 1))
    wanted = disk.wanted(generation.current(folder / "reference-1"))
    texts.become(0)
    build(texts.path, folder / "before", interacting_encoder())
    texts.become(1)
    home = place / "home"
    for i in range(sizes):
        # Small sizes are nearer to one another: most files are small, and the lexicon is not.
        size = int((wanted - disk.block) * (i / (sizes - 1)) ** 3)
        shutil.copytree(folder / "before", home)
        with disk.room(size) as limit:
            status, said = _command(texts.path, home, limit)
            tally.sizes += 1
            tally.full += status == 1
            found = [*_told(status, said, disk.said), *_served(home, texts.content(0), old)]
        # Once there is room.
        status, said = _command(texts.path, home, resource.RLIM_INFINITY)
        tally.rebuilt += status == 0
        found += [*_served(home, texts.content(1), new)]
        found += [f"the next build leaves {left}" for left in orphans(home)]
        tally.faults += [f"{size} bytes: {fault}" for fault in found]
        shutil.rmtree(home)
    return tally


def _told(status: int | None, said: str, reasons: tuple[str, ...]) -> list[str]:
    sentence = " ".join(said.split())
    if status != 1:
        return [f"status {status}: {sentence[:200]}"]
    if "Traceback" in said or not sentence.startswith("sourcier : ") or " ; " not in sentence:
        return [f"no sentence with a remedy: {said[-300:]}"]
    return (
        []
        if any(reason in sentence for reason in reasons)
        else [f"not told that the disk is full: {sentence}"]
    )


def _served(home: Path, texts: dict[str, str], content: Content) -> list[str]:
    """What is wrong with the index served, which must be of this content, and with what lies beside it."""
    try:
        found = opened_content(home, texts)
    except (SourcierError, AssertionError, OSError) as error:
        return [f"unreadable: {error}"]
    left = orphans(home) + [path.name for path in (home / "jobs").glob("*.tmp")]
    return [f"{name} is left" for name in left] + (["another index is served"] if found != content else [])


def _command(texts: Path, home: Path, limit: int) -> tuple[int | None, str]:
    """The exit status of `sourcier build`, and what it said on standard error."""
    # Through a pipe: a file would be limited too.
    hear, tell = processes().Pipe(duplex=False)
    process = processes().Process(target=build_limited, args=(tell, texts, home, limit))
    process.start()
    tell.close()
    with hear, os.fdopen(os.dup(hear.fileno()), encoding="utf-8") as heard:
        said = heard.read()
    process.join()
    return process.exitcode, said


def build_limited(tell: Connection, texts: Path, home: Path, limit: int) -> None:
    """Runs `sourcier build` where a file may have `limit` bytes; its status is the process's."""
    silenced()
    os.dup2(tell.fileno(), 2)
    # An error then, not the end of the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    sys.exit(run_command(interacting_encoder, "build", "--texts", str(texts), "--home", str(home)))


def can_mount() -> bool:
    """Whether this machine lets a process mount a small disk for itself."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            tried = subprocess.run(
                [*_OWN_MOUNTS, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True
            )
        except FileNotFoundError:
            return False
    return tried.returncode == 0


def run_mounted(sizes: int) -> subprocess.CompletedProcess[str]:
    """The same on a small disk, in a process that may mount one."""
    command = [*_OWN_MOUNTS, sys.executable, "-m", "tests.faults.full_disk", str(sizes), "mounted"]
    return subprocess.run(command, capture_output=True, text=True)


def main(sizes: int = 20, *, mounted: bool = False) -> int:
    """The long version; 1 when a promise broke or a build did not meet the end of the disk."""
    if not mounted and can_mount():
        done = run_mounted(sizes)
        print(done.stdout + done.stderr, end="")
        return done.returncode
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "disk"
        disk = MountedDisk(place) if mounted else LimitedFiles(place)
        try:
            tally = run(Path(folder), sizes, disk, place)
        finally:
            disk.end()
    print(tally)
    for fault in tally.faults:
        print(f"  {fault}")
    return int(bool(tally.faults) or not tally.sizes == tally.full == tally.rebuilt == sizes > 0)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(*map(int, sys.argv[1:2]), mounted="mounted" in sys.argv))
