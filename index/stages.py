"""Where the time of an answer goes, stage by stage. Measures; decides nothing, prints nothing.

A stopwatch belongs to its thread, so that the rooms below mark the ends of their stages without
being handed one. A mark costs 0.2 µs, and nothing is kept where nobody measures.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from types import TracebackType

# What an answer goes through, in this order. The conversation put into words; the question into the
# texts' spelling; its turn at the model, and the model; passages by vectors and words; their tokens
# one by one; the texts of the hits; the answer's sentences.
RESOLVING, MENDING, WAITING, ENCODING = "resolving", "mending", "waiting", "encoding"
PROPOSING, RERANKING, READING, COMPOSING = "proposing", "reranking", "reading", "composing"
STAGES = (RESOLVING, MENDING, WAITING, ENCODING, PROPOSING, RERANKING, READING, COMPOSING)


class Stopwatch:
    """The seconds of each stage between the start and the end of a block, by the marks made in it.

    One at a time: inside another's block, it takes the marks, and the other gets no more of them.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._last = 0.0

    @property
    def seconds(self) -> Mapping[str, float]:
        """Of the stages that were marked. They add up to the time from the start to the last mark."""
        return self._seconds

    def __enter__(self) -> Stopwatch:
        _running.stopwatch = self
        self._last = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _running.stopwatch = None

    def mark(self, stage: str, at: float) -> None:
        """What passed since the last mark, until the `perf_counter` time `at`, was this stage."""
        self._seconds[stage] = self._seconds.get(stage, 0.0) + at - self._last
        self._last = at


class _Running(threading.local):
    stopwatch: Stopwatch | None = None


_running = _Running()


def mark(stage: str, at: float | None = None) -> None:
    """Ends a stage of this thread's stopwatch, now or at that `perf_counter` time."""
    stopwatch = _running.stopwatch
    if stopwatch is not None:
        stopwatch.mark(stage, time.perf_counter() if at is None else at)
