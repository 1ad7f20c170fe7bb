"""Proposals hold nearly all of the exact nearest, and the recall that is told is the one there is."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import neighbours
from index.neighbours import Neighbours, open_neighbours, write_neighbours
from index.vectors import ASKED, VectorIndex
from tests.faults.strikes import cut_short, door, failed_late, refused
from tests.index.support import write_vectors

Floats = NDArray[np.float32]
COUNT = 5_000


def _unit(vectors: NDArray[np.float64]) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _clustered(random: np.random.Generator, count: int) -> Floats:
    """Vectors around a hundred centres, as texts of a hundred subjects have."""
    centres = np.random.default_rng(1).standard_normal((100, 64))
    return _unit(centres[random.integers(0, 100, count)] + 0.6 * random.standard_normal((count, 64)))


ROWS = _clustered(np.random.default_rng(2), COUNT)
QUESTIONS = _clustered(np.random.default_rng(3), 100)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("neighbours")
    write_vectors(folder, ROWS, exact_bytes=1_000)
    return folder


@pytest.fixture
def proposer(folder: Path) -> Neighbours:
    return open_neighbours(folder / "neighbours.faiss")


def _recall(index: VectorIndex, allowed: NDArray[np.bool_] | None = None) -> float:
    exact = VectorIndex(ROWS)
    found = [
        len(np.intersect1d(index.nearest(q, 10, allowed)[0], exact.nearest(q, 10, allowed)[0]))
        for q in QUESTIONS
    ]
    return float(np.mean(found)) / 10


def test_nine_hundred_and_ninety_of_a_thousand_nearest_are_found(proposer: Neighbours) -> None:
    assert _recall(VectorIndex(ROWS, proposer)) >= neighbours.RECALL == 0.99


@pytest.mark.parametrize("share", [0.9, 0.5, 0.02])
def test_filters_leave_the_recall_as_it_is(
    proposer: Neighbours, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr("index.vectors._FEW", 10)
    allowed = np.random.default_rng(5).random(COUNT) < share
    assert _recall(VectorIndex(ROWS, proposer), allowed) >= 0.99


def test_a_filter_that_leaves_only_far_rows_finds_them(
    proposer: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vectors._FEW", 10)
    question = QUESTIONS[0]
    allowed = np.zeros(COUNT, bool)
    allowed[np.argsort(ROWS @ question)[:500]] = True
    found, _ = VectorIndex(ROWS, proposer).nearest(question, 10, allowed)
    assert found.tolist() == VectorIndex(ROWS).nearest(question, 10, allowed)[0].tolist()


@pytest.mark.parametrize("near", [200, 300])
def test_a_filter_that_leaves_out_what_surrounds_the_question_leaves_the_recall_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, near: int
) -> None:
    monkeypatch.setattr("index.vectors._FEW", 10)
    rows = _clustered(np.random.default_rng(2), 20_000)
    exact, index, found = VectorIndex(rows), write_vectors(tmp_path, rows, exact_bytes=1_000), 0
    assert index.measured["kind"] == "pq4_fast_scan"
    half = np.random.default_rng(8).random(len(rows)) < 0.5
    for question in QUESTIONS:
        allowed = half.copy()
        allowed[exact.nearest(question, near)[0]] = False
        # As many as a search asks for: of fewer, too few are allowed among the best of all.
        best, expected = (each.nearest(question, ASKED, allowed)[0][:10] for each in (index, exact))
        found += len(np.intersect1d(best, expected))
    assert found / (10 * len(QUESTIONS)) >= 0.99


def test_as_many_are_found_as_are_asked_for(tmp_path: Path) -> None:
    rows = _clustered(np.random.default_rng(9), 20_000)
    index = write_vectors(tmp_path, rows, exact_bytes=1_000)
    assert index.measured["kind"] == "pq4_fast_scan"
    assert len(np.unique(index.nearest(rows[0], 6_400)[0])) == 6_400
    assert len(index.nearest(rows[0], 30_000)[0]) == 20_000


def test_only_allowed_rows_are_proposed(proposer: Neighbours) -> None:
    allowed = np.random.default_rng(6).random(COUNT) < 0.3
    for limit in (5, 100, 2_000):
        proposed = proposer.propose(QUESTIONS[1], limit, allowed)
        assert proposed is not None
        assert len(proposed) >= min(limit, 100)
        assert allowed[proposed].all()
    none = proposer.propose(QUESTIONS[1], 5, np.zeros(COUNT, bool))
    assert none is not None
    assert none.tolist() == []


def test_where_too_few_of_the_nearest_are_allowed_nothing_is_proposed(
    proposer: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "_MOST", 1_000)
    allowed = np.zeros(COUNT, bool)
    allowed[np.argsort(ROWS @ QUESTIONS[0])[:3_000]] = True
    assert proposer.propose(QUESTIONS[0], 10, allowed) is None
    allowed[:] = True
    assert proposer.propose(QUESTIONS[0], 10, allowed) is not None


def test_the_same_rows_give_the_same_file_and_measure(tmp_path: Path, folder: Path) -> None:
    measured = write_neighbours(tmp_path / "again", ROWS)
    assert measured is not None
    assert (tmp_path / "again").read_bytes() == (folder / "neighbours.faiss").read_bytes()
    assert set(measured) == {"kind", "recall_at_10"}
    assert measured["kind"] == "pq4_fast_scan"
    assert 0.99 <= float(measured["recall_at_10"]) <= 1


def test_a_disk_that_refuses_is_told_as_such(tmp_path: Path, folder: Path) -> None:
    with door(refused, -1) as calls:
        write_neighbours(tmp_path / "whole", ROWS)
    last = len(calls.calls) - 1
    assert calls.calls == ["append"] * last + ["finish"]
    for fault in (refused, cut_short, failed_late):
        for at in (0, last // 2, last - 1, last):
            with door(fault, at), pytest.raises(OSError, match="No space left") as raised:
                write_neighbours(tmp_path / f"{fault.__name__} {at}", ROWS)
            assert raised.value.errno == errno.ENOSPC
    with pytest.raises(FileExistsError):
        write_neighbours(folder / "neighbours.faiss", ROWS)


def test_where_the_recall_cannot_be_had_nothing_is_written_and_all_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "RECALL", 1.1)
    index = write_vectors(tmp_path, ROWS, exact_bytes=1_000)
    assert [path.name for path in tmp_path.iterdir()] == ["vectors.npy"]
    assert index.measured == {"kind": "exact", "recall_at_10": 1.0}
    assert _recall(index) == 1
