"""What is freed goes back to the system where it can, and nothing is said where it cannot."""

from __future__ import annotations

import ctypes
import platform
import resource
from pathlib import Path

import pytest

from index import allocator

MIB = 2**20


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's own")
def test_what_was_freed_below_what_is_in_use_goes_back() -> None:
    # Small enough to share one heap, of which the top is kept.
    blocks = [b"x" * 100_000 for _ in range(640)]
    top = b"x" * 100_000
    before = resident()
    del blocks
    allocator.trim()
    assert before - resident() > 32 * MIB
    assert len(top) == 100_000


def test_an_allocator_that_cannot_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def without(name: object) -> object:
        asked.append(name)
        return object()

    monkeypatch.setattr(ctypes, "CDLL", without)
    allocator.trim()
    assert asked == [None]
