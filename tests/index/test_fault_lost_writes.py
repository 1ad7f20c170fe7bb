"""Power fails during a build or a rollback: the old index is there, or the new one.

Small; `python -m tests.faults.lost_writes` is the long one.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from index import disk
from tests.faults.crashes import Recorder, Synced, Tree, after_crash
from tests.faults.lost_writes import Crashes, run


def test_whatever_power_takes_the_old_index_is_there_or_the_new_one(tmp_path: Path) -> None:
    crashes = Crashes(tmp_path, texts=6)
    first, stopped, built, rolled = crashes.histories()
    tally = run(crashes, [first, stopped, built, rolled], struck=40, step=8)
    assert tally.faults == []
    assert tally.struck >= 40
    assert tally.acknowledged >= 8
    assert min(tally.served["old"], tally.served["new"], tally.built_upon) > 0


@pytest.mark.parametrize(
    ("history", "synced"), [(3, ".current-"), (3, "index"), (2, "store.sqlite"), (2, ".building-")]
)
def test_a_sync_that_is_left_out_is_missed(tmp_path: Path, history: int, synced: str) -> None:
    crashes = Crashes(tmp_path, texts=3)
    struck = crashes.histories()[history]
    at = next(
        i
        for i, each in enumerate(struck.operations)
        if isinstance(each, Synced) and each.what.startswith(synced)
    )
    assert crashes.misses(struck, at, most=200)


# The model of a crash


def _states(folder: Path, recorder: Recorder) -> set[tuple[tuple[str, bytes], ...]]:
    """All that 300 crashes leave: the files below `folder`, by name."""
    chance = random.Random(1)
    return {
        _files(after_crash(recorder.start, recorder.operations, chance)[0], folder / str(number))
        for number in range(300)
    }


def _files(tree: Tree, folder: Path) -> tuple[tuple[str, bytes], ...]:
    tree.write(folder)
    return tuple(sorted((p.name, p.read_bytes()) for p in folder.rglob("*") if p.is_file()))


def _recorder(folder: Path) -> Recorder:
    (folder / "disk").mkdir()
    (folder / "disk" / "a").write_bytes(b"old")
    return Recorder(folder / "disk")


def test_what_is_synced_is_there_after_every_crash(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    root = tmp_path / "disk"
    with recorder.recording():
        disk.write_bytes(root / "b", b"ab")
        disk.sync(root / "b")
        disk.replace(root / "b", root / "a")
        disk.sync(root)
    assert _states(tmp_path, recorder) == {(("a", b"ab"),)}


def test_a_file_that_is_not_synced_may_be_absent_torn_or_zeros(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    with recorder.recording():
        disk.write_bytes(tmp_path / "disk" / "b", b"ab")
    a = ("a", b"old")
    assert _states(tmp_path, recorder) == {
        (a,),
        *((a, ("b", content)) for content in (b"", b"a", b"ab", b"\0\0", b"a\0")),
    }


def test_a_file_put_in_place_unsynced_may_be_empty_there(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    root = tmp_path / "disk"
    with recorder.recording():
        disk.write_bytes(root / "b", b"ab")
        disk.replace(root / "b", root / "a")
        disk.sync(root)
    assert _states(tmp_path, recorder) == {
        (("a", content),) for content in (b"", b"a", b"ab", b"\0\0", b"a\0")
    }


def test_two_renames_may_come_to_the_disk_in_either_order(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    root = tmp_path / "disk"
    with recorder.recording():
        for name in ("b", "c"):
            disk.write_bytes(root / name, name.encode())
            disk.sync(root / name)
        disk.sync(root)
        disk.replace(root / "b", root / "a")
        disk.replace(root / "c", root / "a")
    a, b, c = (("a", b"old"), ("b", b"b"), ("c", b"c"))
    assert _states(tmp_path, recorder) == {
        (a, b, c),
        (("a", b"b"), c),
        (("a", b"c"), b),
        (("a", b"b"),),
        (("a", b"c"),),
    }


def test_a_folder_half_removed_may_have_its_old_name(tmp_path: Path) -> None:
    (tmp_path / "disk" / "g").mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / "disk" / "g" / name).write_bytes(b"")
    recorder = Recorder(tmp_path / "disk")
    with recorder.recording():
        disk.rename(tmp_path / "disk" / "g", tmp_path / "disk" / "dropped")
        (tmp_path / "disk" / "dropped" / "a").unlink()
    tree = next(
        tree
        for tree, lost in (
            after_crash(recorder.start, recorder.operations, random.Random(seed)) for seed in range(300)
        )
        if lost == 1 and "g" in tree.folders[0]
    )
    assert _files(tree, tmp_path / "crashed") == (("b", b""),)
    assert (tmp_path / "crashed" / "g" / "b").exists()


def test_a_rename_to_another_folder_is_not_modelled(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    (tmp_path / "disk" / "g").mkdir()
    with (
        pytest.raises(ValueError, match="no renames between folders"),
        recorder.recording(),
    ):
        disk.rename(tmp_path / "disk" / "a", tmp_path / "disk" / "g" / "a")
