"""Files that take long to parse are parsed by processes beside this one, as many as there are cores; a
file that arrives alone, by one.

A file that brings its process down is named, and costs no other's text. Opens no file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import PurePosixPath
from queue import SimpleQueue

from corpus import cores
from corpus.documents import Unread
from corpus.reading.folder import Parse, Read, parse_when_asked, read_bytes
from corpus.reading.packing import unpacked
from corpus.reading.worker import receive, send

# Read at 20,000 to 50,000 characters a second, when the others are at 500,000 and more.
_SLOW = frozenset({".pdf", ".docx"})
_PARSERS = ("corpus.reading.pdf", "corpus.reading.docx")
# So many for each process: beginning one takes half a second, a PDF of three pages a tenth.
_WORTH = 24
# -P: the folder that this was started in may hold a json.py, which is nobody's business to run.
COMMAND = (sys.executable, "-P", "-m", "corpus.reading.worker")
# How the reason of a file that killed its reader begins: its bytes are never parsed in this process.
KILLED = "lecture impossible : le processus qui lisait s'est "
_REMEDY = "enregistrez ce fichier autrement, ou passez-vous de lui"
# Seconds for a file that arrives alone: those of a PDF of 9,000 pages, at a tenth of a second for three.
_LONGEST = 300.0


@contextmanager
def parsing(
    sources: Sequence[str], command: Sequence[str] = COMMAND, deadly: Collection[str] = ()
) -> Iterator[tuple[Parse, int]]:
    """How to parse these files, and how many to begin before the first is asked for: see `read_files`.

    `command` begins a process: see `worker`. Where they are few, or of formats that are read fast,
    there is none, unless one of them is `deadly`: it killed its reader before.
    """
    slow = sum(_is_slow(source) for source in sources)
    count = min(cores.count(), slow // _WORTH)
    if any(source in deadly for source in sources):
        count = max(1, count)
    elif count < 2:
        yield parse_when_asked, 0
        return
    # A library that does not load is told here, once, and not by each process for each file.
    for parser in _PARSERS:
        import_module(parser)
    workers = [_Worker(command) for _ in range(count)]
    idle: SimpleQueue[_Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def by_one_that_is_idle(source: str, data: bytes) -> Read | Unread:
        worker = idle.get()
        try:
            return worker.read(source, data)
        finally:
            idle.put(worker)

    def parse(source: str, data: bytes) -> Callable[[], Read | Unread]:
        if not _is_slow(source):
            return partial(read_bytes, source, data)
        return threads.submit(by_one_that_is_idle, source, data).result

    threads = ThreadPoolExecutor(count, thread_name_prefix="sourcier-reading")
    try:
        yield parse, count
    finally:
        # A thread that waits for a long file hears its process end.
        threads.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.kill()
        threads.shutdown()
        for worker in workers:
            worker.close()


def read_apart(
    source: str, data: bytes, command: Sequence[str] = COMMAND, longest: float = _LONGEST
) -> Read | Unread:
    """As `read_bytes`, by a process of its own where the format is slow to parse, for `longest` seconds
    at most.

    Raises OSError where no process can be begun.
    """
    if not _is_slow(source):
        return read_bytes(source, data)
    worker, is_late = _Worker(command), threading.Event()

    def stop() -> None:
        is_late.set()
        worker.kill()

    limit = threading.Timer(longest, stop)
    limit.start()
    try:
        found = worker.read(source, data)
    finally:
        limit.cancel()
        worker.kill()
        worker.close()
    if not is_late.is_set():
        return found
    return Unread(source, f"lecture impossible : plus de {longest:.0f} secondes ; {_REMEDY}", failed=True)


class _Worker:
    """A process that parses one file at a time, begun when there is one, and anew after it died."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._is_over = False

    def read(self, source: str, data: bytes) -> Read | Unread:
        """What the bytes say. Raises OSError where no process can be begun."""
        if self._process is None:
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe)  # noqa: S603 — our own
            if self._is_over:
                self._process.kill()
        process = self._process
        try:
            send(process.stdin, os.fsencode(source), data)
            return unpacked(receive(process.stdout))
        except (OSError, EOFError):
            self._process = None
            status = _ended(process)
            how = f"tué (signal {-status})" if status < 0 else f"arrêté ({status})"
            return Unread(source, f"{KILLED}{how} ; {_REMEDY}", failed=True)

    def kill(self) -> None:
        """Ends the process, whatever it is doing, and every later one."""
        self._is_over = True
        # Read once: the thread that reads lets go of a process that died.
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Lets go of a process that was killed. No thread may be reading."""
        if self._process is not None:
            _ended(self._process)


def _ended(process: subprocess.Popen[bytes]) -> int:
    """The status of a process that is ending, its pipes closed."""
    with suppress(OSError):
        process.__exit__(None, None, None)
    return process.wait()


def _is_slow(source: str) -> bool:
    return PurePosixPath(source).suffix.casefold() in _SLOW
