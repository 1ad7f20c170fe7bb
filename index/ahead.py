"""A stream made in a thread of its own, a little ahead of who takes it. Knows nothing of what it holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

Item = TypeVar("Item")

# Seconds between two looks at whether the other side is still there.
_POLL = 0.05


class _Left(Exception):
    """Nobody takes the stream any more."""


class _End(Generic[Item]):
    """What comes after the last item: nothing, or the error that stopped the stream."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(
    make: Callable[[Callable[[], None]], Iterator[Item]],
    listen: Callable[[], None] = lambda: None,
    count: int = 1,
) -> Generator[Item, None, None]:
    """The items of a stream, of which `count` may wait to be taken.

    `make` is given a function to call often while it works, which ends its thread once nobody takes
    the stream: it was closed, or an error came between. `listen` is called while an item is waited
    for. Raises what the stream raises.
    """
    items: Queue[Item | _End[Item]] = Queue(count)
    left = threading.Event()

    def pulse() -> None:
        if left.is_set():
            raise _Left

    def put(item: Item | _End[Item]) -> None:
        while True:
            pulse()
            try:
                items.put(item, timeout=_POLL)
            except Full:
                continue
            return

    def work() -> None:
        error: BaseException | None = None
        try:
            for item in make(pulse):
                put(item)
        except _Left:
            return
        except BaseException as raised:  # noqa: BLE001 — raised again by who takes the stream
            error = raised
        try:
            put(_End(error))
        except _Left:
            return

    thread = threading.Thread(target=work, name="sourcier-ahead", daemon=True)
    thread.start()
    try:
        while True:
            try:
                item = items.get(timeout=_POLL)
            except Empty:
                listen()
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        left.set()
        thread.join()
