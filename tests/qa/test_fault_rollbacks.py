"""Readers ask while an index is rolled back to and fro: each answer is of one generation.

Small; `python -m tests.faults.rollbacks` is the long one.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from index.opening import open_engine
from tests.faults.rollbacks import Rollbacks, ask
from tests.faults.versions import MONTHS, build_versions
from tests.index.support import interacting_encoder


def test_readers_see_no_error_and_no_mixture_while_the_index_is_rolled_back(tmp_path: Path) -> None:
    rollbacks = Rollbacks(tmp_path, readers=4)
    rollbacks.run(6)
    tally = rollbacks.tally
    assert tally.faults == []
    assert tally.seen == 6
    # Each time that both questions are asked, the otter is found where that generation has it.
    assert {month: 2 * found for month, found in tally.found.items()} == tally.asked
    assert sorted(tally.asked) == sorted(MONTHS)


def test_an_answer_of_another_generation_is_noticed(tmp_path: Path) -> None:
    encoder = interacting_encoder()
    months = build_versions(tmp_path / "texts", tmp_path / "home", encoder, 6)
    with closing(open_engine(tmp_path / "home", encoder)) as engine:
        assert ask(engine, months).faults == []
        name = engine.manifest.generation
        faults = ask(engine, {**months, name: "mars"}).faults
    assert f"{name}: secrets/mars.md is as in another generation" in faults
    assert f"{name}: secrets/octobre.md is as in another generation" in faults
    assert f"{name}: secrets/octobre.md#13-56 is of another version than mars" in faults
