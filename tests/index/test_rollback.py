"""What was kept is gone back to, once verified; what is served stays when it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import generation
from index.errors import (
    BuildUnderWay,
    DamagedIndex,
    IncompatibleIndex,
    UnknownGeneration,
)
from index.lock import building
from tests.index.committing import commit, folder_of, names, prepare


def test_fifty_rollbacks(tmp_path: Path) -> None:
    made = [commit(tmp_path, bytes([content])) for content in range(3)]
    done = 0
    for turn in range(50):
        aim = made[turn % 3]
        assert generation.rollback(tmp_path, aim.generation, "f") == aim
        assert generation.verify(generation.current(tmp_path)) == aim
        assert (generation.current(tmp_path) / "data.bin").read_bytes() == bytes([turn % 3])
        done += 1
    assert done == 50
    assert len(names(tmp_path)) == 3
    assert generation.sweep(tmp_path) == ()


def test_without_a_name_it_goes_to_the_one_before(tmp_path: Path) -> None:
    first, second, _ = (commit(tmp_path, bytes([content])) for content in range(3))
    assert generation.rollback(tmp_path) == second
    assert generation.rollback(tmp_path) == first
    with pytest.raises(UnknownGeneration, match="aucune génération plus ancienne"):
        generation.rollback(tmp_path)
    assert generation.current(tmp_path).name == first.generation


def test_without_a_pointer_it_goes_to_the_newest(tmp_path: Path) -> None:
    _, second = commit(tmp_path, b"a"), commit(tmp_path, b"b")
    (tmp_path / "index" / "CURRENT").write_text("g-absent")
    assert generation.rollback(tmp_path) == second
    assert generation.current(tmp_path).name == second.generation


@pytest.mark.parametrize("name", ["../x", "g-absent", "", ".", "..", "g-../g-x", "/etc", "g-x\n", "CURRENT"])
def test_a_rollback_to_what_is_no_generation_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "x").mkdir()
    made = commit(tmp_path)
    assert generation.rollback(tmp_path, made.generation) == made
    with pytest.raises(UnknownGeneration, match="sourcier generations") as refused:
        generation.rollback(tmp_path, name)
    if name not in ("", "."):
        assert name not in str(refused.value)
    with pytest.raises(UnknownGeneration):
        generation.publish(tmp_path, name)
    assert generation.current(tmp_path).name == made.generation


def test_a_rollback_to_a_damaged_generation_is_refused(tmp_path: Path) -> None:
    first, second = commit(tmp_path, b"a"), commit(tmp_path, b"b")
    (folder_of(tmp_path, first) / "data.bin").write_bytes(b"x")
    with pytest.raises(DamagedIndex, match=rf"{first.generation}/data\.bin"):
        generation.rollback(tmp_path, first.generation)
    assert generation.current(tmp_path).name == second.generation


def test_a_rollback_to_another_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    first, second = commit(tmp_path, fingerprint="autre"), commit(tmp_path)
    with pytest.raises(IncompatibleIndex, match=r"modèle m \(autre\).*\(f\) ; réglez SOURCIER_MODEL"):
        generation.rollback(tmp_path, first.generation, "f")
    assert generation.current(tmp_path).name == second.generation
    assert generation.rollback(tmp_path, first.generation, "autre") == first


def test_a_rollback_to_a_newer_format_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(generation, "FORMAT", generation.FORMAT + 1)
        first = commit(tmp_path, b"a")
    second = commit(tmp_path, b"b")
    with pytest.raises(IncompatibleIndex, match="version plus récente de Sourcier"):
        generation.rollback(tmp_path, first.generation)
    assert generation.current(tmp_path).name == second.generation
    # What cannot be read does not stand in the way of a build.
    third = commit(tmp_path, b"c", keep=2)
    assert names(tmp_path) == [third.generation, second.generation]


def test_a_rollback_waits_for_no_build(tmp_path: Path) -> None:
    first, second = commit(tmp_path, b"a"), commit(tmp_path, b"b")
    with building(tmp_path), pytest.raises(BuildUnderWay):
        generation.rollback(tmp_path, first.generation)
    assert generation.current(tmp_path).name == second.generation
    assert generation.rollback(tmp_path, first.generation) == first


def test_after_a_rollback_and_a_build_it_goes_to_the_one_that_was_served_before_them(tmp_path: Path) -> None:
    good, bad = (commit(tmp_path, bytes([content])) for content in range(2))
    assert generation.rollback(tmp_path) == good
    commit(tmp_path, b"3")
    assert generation.rollback(tmp_path) == good
    assert bad.generation in names(tmp_path)


def test_what_was_held_takes_no_place_of_what_was_served(tmp_path: Path) -> None:
    served = [commit(tmp_path, bytes([content])).generation for content in range(3)]
    held = []
    for content in range(2):
        held.append(prepare(tmp_path, bytes([9, content])).generation)
        with building(tmp_path):
            generation.hold(tmp_path, held[-1])
    assert sorted(names(tmp_path)) == sorted([*served, held[-1]])
    assert generation.rollback(tmp_path).generation == served[1]
