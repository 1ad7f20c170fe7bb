"""A disk that fills up during `sourcier build`; `python -m tests.faults.full_disk` tries twenty sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.full_disk import LimitedFiles, can_mount, run, run_mounted


def test_files_that_may_not_grow_leave_the_old_index_and_are_told(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    tally = run(tmp_path, 5, LimitedFiles(place), place)
    assert tally.faults == []
    assert (tally.sizes, tally.full, tally.rebuilt) == (5, 5, 5)


@pytest.mark.skipif(not can_mount(), reason="no small disk may be mounted here")
def test_a_full_disk_leaves_the_old_index_and_is_told() -> None:
    done = run_mounted(5)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == (
        "full disk (MountedDisk): 5 sizes, 5 builds stopped by it and told so, the old index answering; "
        "5 builds done once there was room; faults: 0\n"
    )
