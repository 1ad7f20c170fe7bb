"""One build at a time in a home, across processes. Does not build, and waits but briefly.

The lock is the operating system's: it dies with the process that holds it, kill -9 included,
so no file is ever left behind to be cleared by hand. Its file stays, empty, and means nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index import disk
from index.errors import BuildUnderWay, UnusableHome

LOCK = ".lock"


@contextmanager
def building(home: Path, wait: float = 1.0) -> Iterator[None]:
    """Holds the home for the block. Not reentrant: a second one in the same thread is refused too.

    `wait` is in seconds. Raises BuildUnderWay when another still holds it then, and
    UnusableHome where the home cannot be written.
    """
    try:
        disk.make_folder(home / "index")
        # Without flock there is no lock that dies with its owner: an error then, not a file as a lock.
        lock = FileLock(home / "index" / LOCK, timeout=wait, fallback_to_soft=False)
        lock.acquire()
    except Timeout:
        raise BuildUnderWay(
            f"l'index de {home} est en cours de construction ; attendez qu'elle finisse, puis relancez"
        ) from None
    except OSError as error:
        raise UnusableHome.because(home, error) from None
    try:
        yield
    finally:
        lock.release()


def is_building(home: Path) -> bool:
    """Whether some process, this one included, holds the home."""
    return is_held(home / "index" / LOCK)


def is_held(path: Path) -> bool:
    """Whether some process, this one included, holds the lock of this file; without disturbing it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        # Shared: two that ask at once do not take each other for a build.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
