"""How many cores this process may use. Starts nothing on them."""

from __future__ import annotations

import os


def count() -> int:
    """The cores that the system lets this process use, where it says so (Linux); else all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
