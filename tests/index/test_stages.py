"""A stopwatch adds up the stages of its own thread, and only those."""

from __future__ import annotations

import threading
import time

import pytest

from index import stages
from index.stages import Stopwatch, mark


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times that the clock will tell, one a look."""
    times: list[float] = []
    monkeypatch.setattr(time, "perf_counter", lambda: times.pop(0))
    return times


def test_what_passes_before_a_mark_is_the_stage_that_it_names(clock: list[float]) -> None:
    clock += [10.0, 10.5, 12.0, 12.25]
    with Stopwatch() as watch:
        mark("encoding")
        mark("reading")
        mark("encoding")
    assert watch.seconds == {"encoding": 0.75, "reading": 1.5}


def test_a_mark_may_be_of_a_moment_that_is_past(clock: list[float]) -> None:
    clock += [10.0, 13.0]
    with Stopwatch() as watch:
        mark("waiting", 11.0)
        mark("encoding")
    assert watch.seconds == {"waiting": 1.0, "encoding": 2.0}


def test_a_mark_where_nobody_measures_is_nothing() -> None:
    mark("encoding")
    with Stopwatch() as watch:
        pass
    mark("reading")
    assert watch.seconds == {}


def test_a_block_that_fails_ends_its_stopwatch_too() -> None:
    watch = Stopwatch()
    with pytest.raises(ZeroDivisionError), watch:
        raise ZeroDivisionError
    mark("composing")
    assert watch.seconds == {}


def test_the_marks_of_another_thread_are_not_counted() -> None:
    with Stopwatch() as watch:
        other = threading.Thread(target=mark, args=("encoding",))
        other.start()
        other.join()
    assert watch.seconds == {}


def test_every_stage_is_named_once() -> None:
    named = [value for name, value in vars(stages).items() if name.isupper() and isinstance(value, str)]
    assert sorted(named) == sorted(stages.STAGES)
