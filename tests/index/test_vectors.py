"""The vector index searches exactly, in full precision, whoever proposes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.files import NEIGHBOURS, VECTORS
from index.manifest import LARGE
from index.vectors import EXACT, EXACT_BYTES, VectorIndex, index_vectors, open_vectors
from tests.index.support import write_vectors

_RANDOM = np.random.default_rng(1).standard_normal((50, 8)).astype(np.float32)
ROWS = _RANDOM / np.linalg.norm(_RANDOM, axis=1, keepdims=True)
QUESTION = ROWS[3]


class _Proposed:
    """Proposes what it was told to."""

    def __init__(self, *rows: int) -> None:
        self.rows = np.array(rows)
        self.asked: list[int] = []

    def propose(
        self, question: NDArray[np.float32], limit: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        self.asked.append(limit)
        return self.rows


def test_the_nearest_are_those_of_the_full_product() -> None:
    rows, cosines = VectorIndex(ROWS).nearest(QUESTION, 5)
    expected = np.argsort(-(ROWS @ QUESTION))[:5]
    assert rows.tolist() == expected.tolist()
    assert np.allclose(cosines, (ROWS @ QUESTION)[expected], atol=1e-6)


def test_more_than_there_are_gives_all_and_none_gives_none() -> None:
    index = VectorIndex(ROWS)
    assert sorted(index.nearest(QUESTION, 500)[0].tolist()) == list(range(50))
    assert [part.tolist() for part in index.nearest(QUESTION, 0)] == [[], []]


def test_of_equal_rows_the_first_come_first() -> None:
    index = VectorIndex(np.concatenate([ROWS, ROWS]))
    assert index.nearest(QUESTION, 3)[0].tolist()[:2] == [3, 53]
    assert index.nearest(QUESTION, 1)[0].tolist() == [3]


def test_the_cosines_of_chosen_rows_are_theirs_in_their_order() -> None:
    rows = np.array([9, 3, 40, 3])
    cosines = VectorIndex(ROWS).cosines(QUESTION, rows)
    assert np.allclose(cosines, ROWS[rows] @ QUESTION, atol=1e-6)
    assert VectorIndex(ROWS).cosines(QUESTION, np.array([], np.int64)).tolist() == []


def test_the_index_opened_is_the_one_written_to_the_bit(tmp_path: Path) -> None:
    written = write_vectors(tmp_path, ROWS)
    opened = open_vectors(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [VECTORS]
    assert len(opened) == len(written) == 50
    assert written.measured == EXACT == {"kind": "exact", "recall_at_10": 1.0}
    assert opened.vectors().tobytes() == ROWS.tobytes()
    assert opened.nearest(QUESTION, 50)[0].tolist() == VectorIndex(ROWS).nearest(QUESTION, 50)[0].tolist()


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    write_vectors(tmp_path, ROWS[:0])
    rows, cosines = open_vectors(tmp_path).nearest(QUESTION, 5)
    assert (rows.tolist(), cosines.tolist()) == ([], [])


def test_the_nearest_allowed_are_found_however_far_they_lie() -> None:
    cosines = ROWS @ QUESTION
    farthest = np.argsort(cosines)[:3]
    allowed = np.zeros(50, bool)
    allowed[farthest] = True
    rows, found = VectorIndex(ROWS).nearest(QUESTION, 2, allowed)
    assert rows.tolist() == farthest[::-1][:2].tolist()
    assert np.allclose(found, cosines[rows], atol=1e-6)


def test_fewer_allowed_than_asked_gives_those_alone() -> None:
    index = VectorIndex(ROWS)
    allowed = np.zeros(50, bool)
    assert index.nearest(QUESTION, 5, allowed)[0].tolist() == []
    allowed[[7, 49]] = True
    assert sorted(index.nearest(QUESTION, 5, allowed)[0].tolist()) == [7, 49]
    assert index.nearest(QUESTION, 5, ~allowed)[0][0] == 3


def test_what_is_proposed_is_scored_anew_and_nothing_else_is() -> None:
    proposer = _Proposed(40, 3, 9, 22)
    rows, cosines = VectorIndex(ROWS, proposer).nearest(QUESTION, 3)
    exact = ROWS @ QUESTION
    expected = sorted([3, 9, 22, 40], key=lambda row: -exact[row])[:3]
    assert rows.tolist() == expected
    assert np.allclose(cosines, exact[expected], atol=1e-6)
    assert proposer.asked == [3]


def test_few_allowed_rows_are_compared_without_a_proposer() -> None:
    proposer, allowed = _Proposed(), np.zeros(50, bool)
    allowed[[7, 49]] = True
    assert sorted(VectorIndex(ROWS, proposer).nearest(QUESTION, 3, allowed)[0].tolist()) == [7, 49]
    assert proposer.asked == []


def test_what_is_compared_whole_is_never_checked_block_by_block() -> None:
    assert EXACT_BYTES == 40_000 * 384 * 4
    assert EXACT_BYTES < LARGE


@pytest.mark.parametrize("shape", [(50, 8), (25, 16)])
def test_the_limit_is_one_of_bytes_on_disk(tmp_path: Path, shape: tuple[int, int]) -> None:
    rows = np.random.default_rng(4).standard_normal(shape).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    (tmp_path / "below").mkdir()
    (tmp_path / "above").mkdir()
    write_vectors(tmp_path / "below", rows, exact_bytes=1_600)
    write_vectors(tmp_path / "above", rows, exact_bytes=1_599)
    assert not (tmp_path / "below" / NEIGHBOURS).exists()
    assert (tmp_path / "above" / NEIGHBOURS).exists()


def test_above_the_limit_a_proposer_is_written_with_its_recall(tmp_path: Path) -> None:
    written = write_vectors(tmp_path, ROWS, exact_bytes=1_599)
    assert (tmp_path / NEIGHBOURS).exists()
    assert written.measured["kind"] == "pq4_fast_scan"
    assert float(written.measured["recall_at_10"]) >= 0.99
    assert open_vectors(tmp_path).nearest(QUESTION, 1)[0].tolist() == [3]


def test_the_rows_stay_as_they_are_and_a_proposer_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / VECTORS, ROWS)
    rows = (tmp_path / VECTORS).read_bytes()
    monkeypatch.setattr("index.vectors.EXACT_BYTES", 1_599)
    index_vectors(tmp_path)
    proposer = (tmp_path / NEIGHBOURS).read_bytes()
    with pytest.raises(FileExistsError):
        index_vectors(tmp_path)
    assert (tmp_path / NEIGHBOURS).read_bytes() == proposer
    assert (tmp_path / VECTORS).read_bytes() == rows
