"""The cores that a process may use are counted on every system."""

from __future__ import annotations

import os

import pytest

from corpus import cores


def test_the_cores_that_this_process_may_use_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert cores.count() == 3


@pytest.mark.parametrize(("there_are", "counted"), [(8, 8), (None, 1)])
def test_a_system_that_does_not_say_has_all_its_cores_counted_and_at_least_one(
    monkeypatch: pytest.MonkeyPatch, there_are: int | None, counted: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: there_are)
    assert cores.count() == counted
