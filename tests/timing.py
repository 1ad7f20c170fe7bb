"""How long something takes, whatever other threads have on their hands."""

from __future__ import annotations

import time
from collections.abc import Callable


def seconds(call: Callable[[], object], times: int = 3) -> float:
    """The least processor time that several calls take of this thread: a collection of all that 5,000
    tests have left in memory takes most of a second, and falls on one of them.
    """

    def once() -> float:
        began = time.thread_time()
        call()
        return time.thread_time() - began

    return min(once() for _ in range(times))
