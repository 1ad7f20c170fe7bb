"""How long something takes, whatever else the process has on its hands."""

from __future__ import annotations

import time
from collections.abc import Callable


def seconds(call: Callable[[], object], times: int = 3) -> float:
    """The least processor time of several calls: a collection of all that 5,000 tests have left in memory
    takes most of a second, and falls on one of them.
    """

    def once() -> float:
        began = time.process_time()
        call()
        return time.process_time() - began

    return min(once() for _ in range(times))
