"""One build at a time, across processes; the lock dies with its owner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.errors import BuildUnderWay, UnusableHome
from index.lock import LOCK, building, is_building

# Holds the lock and says so; with a second argument, has a child that outlives it.
_OWNER = """
import os, pathlib, sys, time
from index.lock import building
with building(pathlib.Path(sys.argv[1])):
    child = os.fork() if len(sys.argv) > 2 else -1
    if child:
        print("held", child, flush=True)
    time.sleep(60)
"""


@contextmanager
def _owner(home: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Another process that holds the lock of `home`, and the id of its child."""
    command = [sys.executable, "-c", _OWNER, str(home), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said, child = process.stdout.readline().split()
            assert said == "held"
            yield process, int(child)
        finally:
            process.kill()


def _refused(home: Path) -> None:
    with pytest.raises(BuildUnderWay, match="en cours de construction"), building(home, wait=0.1):
        pytest.fail("two builds in one home")


def test_another_process_is_refused_until_the_owner_is_killed(tmp_path: Path) -> None:
    assert not is_building(tmp_path)
    with _owner(tmp_path) as (process, _):
        assert is_building(tmp_path)
        _refused(tmp_path)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not is_building(tmp_path)
        with building(tmp_path, wait=0.1):
            assert is_building(tmp_path)


def test_a_child_of_a_killed_owner_does_not_hold_the_lock(tmp_path: Path) -> None:
    with _owner(tmp_path, "fork") as (process, child):
        try:
            assert is_building(tmp_path)
            process.kill()
            process.wait()
            os.kill(child, 0)  # still there
            with building(tmp_path, wait=0.1):
                assert is_building(tmp_path)
        finally:
            os.kill(child, signal.SIGKILL)


def test_the_lock_is_not_reentrant(tmp_path: Path) -> None:
    with building(tmp_path):
        _refused(tmp_path)
        assert is_building(tmp_path)
    with building(tmp_path, wait=0):
        assert is_building(tmp_path)
    assert not is_building(tmp_path)


def test_a_build_that_fails_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), building(tmp_path):
        raise ZeroDivisionError
    with building(tmp_path, wait=0):
        assert (tmp_path / "index" / LOCK).read_bytes() == b""


def test_the_file_stays_and_means_nothing(tmp_path: Path) -> None:
    with building(tmp_path):
        first = (tmp_path / "index" / LOCK).stat().st_ino
    assert not is_building(tmp_path)
    with building(tmp_path):
        assert (tmp_path / "index" / LOCK).stat().st_ino == first


def test_asking_does_not_disturb_and_is_never_wrong(tmp_path: Path) -> None:
    with building(tmp_path):
        pass
    wrong: list[bool] = []
    asked = 0

    def ask() -> None:
        nonlocal asked
        for _ in range(500):
            if is_building(tmp_path):
                wrong.append(True)
            asked += 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked > 0
    assert wrong == []
    with building(tmp_path, wait=0):
        assert [is_building(tmp_path) for _ in range(100)] == [True] * 100


def test_asking_makes_nothing(tmp_path: Path) -> None:
    assert not is_building(tmp_path / "absent")
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnusableHome, match="--home"), building(tmp_path / "file"):
        pytest.fail("a lock in a file")
