"""What the tests of watching share: a watcher in a thread, and what it was told to count."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qa.config import Settings
from qa.watching import watch

SETTLE, LONGEST = 0.15, 1.0
# Longer than any burst of a test takes to be told.
QUIET = 1.0


class Calls:
    """Counts what watching tells; runs `work` at each."""

    def __init__(self, work: Callable[[], object] = lambda: None) -> None:
        self.count = 0
        self._work = work

    def __call__(self) -> None:
        self._work()
        self.count += 1


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it comes to hold within so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def settings_of(folder: Path) -> Settings:
    (folder / "texts").mkdir(exist_ok=True)
    return Settings(texts=folder / "texts", home=folder / "home")


@contextmanager
def watching(settings: Settings, calls: Callable[[], None], recheck: float = 60.0) -> Iterator[None]:
    """Watches in a thread, which must end within seconds of being told to."""
    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(settings, calls, stop, SETTLE, LONGEST, recheck))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


def save(texts: Path) -> None:
    """Saves a text, as an editor that writes in place does."""
    (texts / "a.txt").write_text("un", "utf-8")
