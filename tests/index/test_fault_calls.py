"""Calls to the disk failing in turn, at whole builds; `python -m tests.faults.calls` strikes every one."""

from __future__ import annotations

import errno
from functools import partial
from pathlib import Path

import pytest

from index import disk, generation
from index.manifest import MANIFEST
from tests.faults import tracing
from tests.faults.calls import Trial
from tests.faults.strikes import Fault, cut_short, door, failed_late, refused, writes


@pytest.mark.parametrize("fault", [refused, cut_short, failed_late])
def test_calls_of_a_build_that_fail_are_told_and_leave_the_old_index_or_the_new(
    tmp_path: Path, fault: Fault
) -> None:
    trial = Trial(tmp_path)
    trial.strike_through("door", partial(door, fault), stride=7)
    assert trial.tally.faults == []
    assert trial.tally.blows["door"] >= 5
    assert trial.tally.told["door"] > 0


def test_a_write_that_takes_half_goes_on_and_one_that_is_then_refused_is_told(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    trial.strike_through("goes on", partial(writes, False), stride=3)
    trial.strike_through("is refused", partial(writes, True), stride=3)
    tally = trial.tally
    assert tally.faults == []
    assert tally.new["goes on"] == tally.blows["goes on"] >= 5
    assert tally.told["is refused"] == tally.blows["is refused"] >= 5


def test_calls_to_the_system_that_fail_are_told_and_leave_the_old_index_or_the_new(tmp_path: Path) -> None:
    if not tracing.can_trace():
        pytest.skip("strace is not here, or may not trace")
    trial = Trial(tmp_path)
    trial.strike_system("EIO", stride=9)
    assert trial.tally.faults == []
    assert trial.tally.blows["EIO"] >= 10
    assert trial.tally.real["pwrite64"] > 0
    assert trial.tally.told["EIO"] > 0


def test_a_build_that_lies_and_an_index_that_is_damaged_are_faults(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    trial.edit()
    trial.judge("lies", "way", tracing.DONE)
    assert trial.tally.faults == ["lies: told that it is done, and it is not"]
    manifest = generation.current(trial.home) / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b"fake", b"fals"))
    trial.edit()
    trial.judge("damaged", "way", tracing.TOLD)
    assert any(fault.startswith("unreadable: ") for fault in trial.tally.faults)


def test_a_struck_call_is_the_one_named(tmp_path: Path) -> None:
    with door(refused, 1) as blows:
        disk.write_bytes(tmp_path / "a", b"a")
        with pytest.raises(OSError, match="space") as full:
            disk.write_bytes(tmp_path / "b", b"b")
    assert (full.value.errno, blows.calls) == (errno.ENOSPC, ["write_bytes"] * 2)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
