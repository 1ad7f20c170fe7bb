"""Gives back to the system the memory that was freed. Frees nothing itself."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def trim() -> None:
    """Where the system's allocator is glibc's, which keeps what is freed below what is in use: opening
    the index of 1,500 articles leaves 17 MB. Elsewhere nothing.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
