"""Every call to the disk that a commit makes fails in turn: the old index is served, or the new one."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import disk, generation
from index.lock import building
from tests.index.committing import commit

Fault = Callable[[Callable[..., None], tuple[Any, ...]], None]


def _refuses(call: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """The call does nothing."""


def _falls_short(call: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """A write writes half; another call does nothing."""
    if call.__name__ == "write_bytes":
        path, data = arguments
        call(path, data[: len(data) // 2])


def _fails_late(call: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """The call does all of its work, and is then said to have failed."""
    call(*arguments)


def _strike(monkeypatch: pytest.MonkeyPatch, fault: Fault, at: int) -> list[str]:
    """Makes the `at`-th call of `disk` fail. The calls, by name, as they come."""
    calls: list[str] = []

    def struck(call: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: Any) -> None:
            calls.append(call.__name__)
            if len(calls) - 1 != at:
                return call(*arguments)
            fault(call, arguments)
            raise OSError(errno.EIO, "Input/output error")

        return run

    for name in ("write_bytes", "sync", "rename", "replace"):
        monkeypatch.setattr(disk, name, struck(getattr(disk, name)))
    return calls


@pytest.mark.parametrize("fault", [_refuses, _falls_short, _fails_late])
def test_every_call_of_a_commit_failing_in_turn_leaves_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    old = commit(tmp_path, b"old", keep=1)
    with monkeypatch.context() as context:
        calls = _strike(context, fault, at=-1)
        old = commit(tmp_path, b"old", keep=1)
    assert calls == [
        *["write_bytes"] * 3,  # two files, the manifest
        *["sync"] * 4,  # them and their folder
        *["rename", "sync"],
        *["write_bytes", "sync", "replace", "sync"],  # CURRENT
        *["write_bytes", "sync", "sync"],  # the mark of what was served
        *["rename", "sync"],  # the old one, to be dropped
    ]
    blows, told, served_new = 0, 0, 0
    for at in range(len(calls)):
        with monkeypatch.context() as context:
            struck = _strike(context, fault, at)
            try:
                new = commit(tmp_path, b"new", keep=1)
            except OSError as error:
                told += error.errno == errno.EIO
            else:
                assert generation.current(tmp_path).name == new.generation  # what is told done is done
        blows += len(struck) > at
        served = generation.verify(generation.current(tmp_path))
        content = (generation.current(tmp_path) / "data.bin").read_bytes()
        assert content == (b"old" if served == old else b"new")
        served_new += served != old
        with building(tmp_path):
            generation.sweep(tmp_path)
            old = commit(tmp_path, b"old", keep=1)
        folder = tmp_path / "index"
        assert sorted(p.name for p in folder.iterdir()) == [".lock", "CURRENT", old.generation]
    assert blows == len(calls) == 18
    assert told == 13  # what fails after the commit, in marking the new one or dropping the old, is not told
    # All that comes after CURRENT is replaced; the replacement too, when it fails but late.
    assert served_new == (7 if fault is _fails_late else 6)
