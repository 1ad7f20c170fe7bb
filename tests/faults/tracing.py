"""A build whose n-th call of some kind to the system is made to fail by strace, the call not being made.

Judges nothing.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from corpus.errors import SourcierError
from tests.faults.support import processes, silenced

# What opens, fills, syncs, names and drops files, in the words of Linux; SQLite's and NumPy's calls too.
NAMES = (
    *("openat", "close", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "flock"),
    *("rename", "renameat", "renameat2", "mkdir", "mkdirat", "unlink", "unlinkat", "rmdir"),
)
# Exit statuses of a build that was struck.
DONE, TOLD = 0, 3
# prctl's request that a process that is no ancestor may trace this one, and any it is.
_PR_SET_PTRACER, _ANY = 0x59616D61, -1
_LINE = re.compile(r"\d+ +(\w+)\((.*)")
# A file of a complete generation that is opened to be read, or closed after; its marks are written.
_READS = re.compile(r"/g-[\w-]+/.*O_RDONLY|^\d+<.*/g-[\w-]+/[^.>][^>]*>\)")

Build = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Call:
    """The `nth` call of this name that a build makes, from 1."""

    name: str
    nth: int


def can_trace() -> bool:
    """Whether strace is here, and may trace."""
    return shutil.which("strace") is not None and _traced(_nothing, "trace=close") is not None


def calls_of(build: Build, place: Path) -> list[Call]:
    """The calls that a build makes on files and folders below a place, but for those that only read."""
    traced = _traced(build, f"trace={','.join(NAMES)}")
    if traced is None or traced[0] != DONE:
        raise AssertionError(f"the build is not traced: {traced[0] if traced else traced}")
    counts: Counter[str] = Counter()
    found = []
    for name, rest in _LINE.findall(traced[1]):
        counts[name] += 1
        if str(place) in rest and not _READS.search(rest):
            found.append(Call(name, counts[name]))
    return found


def struck(build: Build, call: Call, error: str) -> tuple[int, str] | None:
    """The exit status of a build that was struck, and the call as strace tells it; None where the
    build made fewer such calls.
    """
    strike = f"inject={call.name}:error={error}:when={call.nth}"
    traced = _traced(build, f"trace={call.name}", "-e", strike)
    if traced is None:
        raise AssertionError("the build is not traced")
    status, log = traced
    line = next((line for line in log.splitlines() if "(INJECTED)" in line), None)
    return None if line is None else (status, line)


def _traced(build: Build, *expressions: str) -> tuple[int, str] | None:
    """The exit status of a build under strace, and what strace wrote; None where it may not trace."""
    hear, tell = processes().Pipe()
    process = processes().Process(target=build_when_told, args=(tell, build))
    process.start()
    tell.close()
    hear.recv()
    with tempfile.NamedTemporaryFile() as log, hear:
        command = ["strace", "-y", "-f", "-o", log.name, "-p", str(process.pid), "-e", *expressions]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            is_attached = "attached" in tracer.stderr.readline()
            hear.send(None)
            process.join()
        return (process.exitcode or 0, Path(log.name).read_text(errors="replace")) if is_attached else None


def build_when_told(tell: Connection, build: Build) -> None:
    """A process that waits to be traced, then builds; its status says what became of the build."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANY, 0, 0, 0)
    tell.send(None)
    tell.recv()
    try:
        build()
    except (SourcierError, OSError):
        sys.exit(TOLD)
    finally:
        silenced()


def _nothing() -> None:
    """A build that makes no call."""
