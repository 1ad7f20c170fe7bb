"""A stream made in another thread gives the same items, stops when it is left, and tells what stopped it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from index.ahead import ahead

Pulse = Callable[[], None]
WAIT = 10


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "sourcier-ahead"]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_items_come_in_order_and_the_thread_ends(count: int) -> None:
    assert list(ahead(lambda _: iter(range(count)))) == list(range(count))
    assert threads() == []


def test_it_is_made_ahead_but_no_more_than_may_wait() -> None:
    made, enough = [], threading.Event()

    def numbers(_: Pulse) -> Iterator[int]:
        for n in range(9):
            made.append(n)
            if n == 3:
                enough.set()
            yield n

    with closing(ahead(numbers, count=2)) as items:
        assert next(items) == 0
        # 1 and 2 wait, 3 is made and cannot be put.
        assert enough.wait(WAIT)
        assert made == [0, 1, 2, 3]
        assert list(items) == list(range(1, 9))


def test_an_error_comes_where_it_happened() -> None:
    def failing(_: Pulse) -> Iterator[int]:
        yield 1
        raise MemoryError("plein")

    items = ahead(failing)
    assert next(items) == 1
    with pytest.raises(MemoryError, match="plein"):
        next(items)
    assert threads() == []


def test_a_stream_that_is_left_ends_its_thread_in_the_middle_of_an_item() -> None:
    working, ended = threading.Event(), threading.Event()

    def endless(pulse: Pulse) -> Iterator[int]:
        try:
            yield 1
            while True:
                working.set()
                pulse()
        finally:
            ended.set()

    with closing(ahead(endless)) as items:
        assert next(items) == 1
        assert working.wait(WAIT)
    assert ended.is_set()
    assert threads() == []


def test_a_stream_that_nobody_takes_ends_its_thread() -> None:
    with closing(ahead(lambda _: iter(range(100)))) as items:
        assert next(items) == 0
    assert threads() == []


def test_who_waits_is_called_and_may_stop_it() -> None:
    class Stopped(Exception):
        pass

    waiting = threading.Event()
    calls = 0

    def slow(pulse: Pulse) -> Iterator[int]:
        while True:
            waiting.wait(0.01)
            pulse()
            yield from ()

    def listen() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Stopped

    with pytest.raises(Stopped):
        next(ahead(slow, listen))
    assert threads() == []
