"""Whatever is done to a file of an index, it is refused by name before it is parsed.

Small; `python -m tests.faults.corruption` is the long one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index import generation, manifest
from index.build import build
from index.errors import DamagedIndex
from index.generation import Manifest
from index.opening import open_engine
from tests.conftest import FakeEncoder
from tests.faults.corruption import Corruption
from tests.index.committing import commit, prepare

_file_problems, _verify = manifest.file_problems, manifest.verify


def test_every_blow_is_refused_by_name_before_it_is_parsed(tmp_path: Path) -> None:
    corruption = Corruption(tmp_path)
    corruption.flip(30, inspections=2)
    corruption.truncate(15, inspections=2)
    corruption.swap(10, inspections=2)
    corruption.heal(1)
    tally = corruption.tally
    assert tally.faults == []
    assert tally.struck == {"flips": 30, "truncations": 15, "swaps": 10}
    assert (tally.refused, tally.opened, tally.inspected, tally.healed) == (65, 55, 6, 1)
    assert len(tally.files) > 10


def _blind(folder: Path, made: Manifest, *, whole: bool = True) -> Iterator[tuple[str, str]]:
    # Files that nobody parses to answer: no parser would notice either.
    unseen = ("probes.npz", "wording.npz", "passages.npz")
    return (
        (name, problem) for name, problem in _file_problems(folder, made, whole=whole) if name not in unseen
    )


def _hasty(folder: Path) -> Manifest:
    sqlite3.connect(":memory:").close()
    return _verify(folder)


def _vague(folder: Path) -> Manifest:
    try:
        return _verify(folder)
    except DamagedIndex:
        raise DamagedIndex("l'index est abîmé") from None


@pytest.mark.parametrize(
    ("module", "name", "sabotage", "told"),
    [
        (manifest, "file_problems", _blind, "is opened"),
        (generation, "verify", _hasty, "was parsed before it was refused: {'connect': 1}"),
        (generation, "verify", _vague, "is refused, and not named: l'index est abîmé"),
    ],
    ids=["blind", "hasty", "vague"],
)
def test_a_faulty_check_is_noticed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    sabotage: Callable[..., object],
    told: str,
) -> None:
    corruption = Corruption(tmp_path)
    monkeypatch.setattr(module, name, sabotage)
    corruption.flip(20)
    assert corruption.tally.faults
    assert all(fault.endswith(told) for fault in corruption.tally.faults)


def test_a_manifest_that_says_the_same_otherwise_is_refused(tmp_path: Path) -> None:
    commit(tmp_path)
    folder = generation.current(tmp_path)
    generation.verify(folder)
    path = folder / "manifest.json"
    said = json.loads(path.read_bytes())
    path.write_text(json.dumps(said), "utf-8")
    with pytest.raises(DamagedIndex, match=r"manifest\.json est illisible"):
        generation.verify(folder)
    path.write_text(json.dumps(said, indent=1), "utf-8")
    generation.verify(folder)


@pytest.mark.parametrize("pointed", [b"\xff", b"", b"g-absent\n"])
def test_a_build_heals_a_damaged_pointer_beside_what_a_dead_build_left(
    texts: Path, tmp_path: Path, fake_encoder: FakeEncoder, pointed: bytes
) -> None:
    first = build(texts, tmp_path, fake_encoder)
    orphan = prepare(tmp_path).generation
    pointer = tmp_path / "index" / "CURRENT"
    pointer.write_bytes(pointed)
    with pytest.raises(DamagedIndex, match="CURRENT"):
        open_engine(tmp_path, fake_encoder)
    second = build(texts, tmp_path, fake_encoder)
    assert (second.reused, second.encoded) == (0, second.passages)
    with closing(open_engine(tmp_path, fake_encoder)) as engine:
        assert engine.manifest.generation == second.generation
    build(texts, tmp_path, fake_encoder)  # once it can be told what is served, the orphan goes
    assert [each.name for each in generation.kept(tmp_path)] == [second.generation, first.generation]
    assert not (tmp_path / "index" / orphan).exists()
