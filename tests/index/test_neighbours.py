"""Proposals hold nearly all of the exact nearest, and the recall that is told is the one there is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import neighbours
from index.neighbours import Neighbours, open_neighbours, write_neighbours
from index.vectors import VectorIndex, write_vectors

Floats = NDArray[np.float32]
COUNT = 5_000


def _unit(vectors: NDArray[np.float64]) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _clustered(random: np.random.Generator, count: int) -> Floats:
    """Vectors around a hundred centres, as texts of a hundred subjects have."""
    centres = np.random.default_rng(1).standard_normal((100, 32))
    return _unit(centres[random.integers(0, 100, count)] + 0.6 * random.standard_normal((count, 32)))


ROWS = _clustered(np.random.default_rng(2), COUNT)
QUESTIONS = _clustered(np.random.default_rng(3), 100)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("neighbours")
    write_vectors(folder, ROWS, exact_limit=1_000)
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


def test_only_allowed_rows_are_proposed(proposer: Neighbours) -> None:
    allowed = np.random.default_rng(6).random(COUNT) < 0.3
    for limit in (5, 100, 2_000):
        proposed = proposer.propose(QUESTIONS[1], limit, allowed)
        assert len(proposed) >= min(limit, 100)
        assert allowed[proposed].all()
    assert proposer.propose(QUESTIONS[1], 5, np.zeros(COUNT, bool)).tolist() == []


def test_the_same_rows_give_the_same_file_and_measure(tmp_path: Path, folder: Path) -> None:
    measured = write_neighbours(tmp_path / "again", ROWS)
    assert measured is not None
    assert (tmp_path / "again").read_bytes() == (folder / "neighbours.faiss").read_bytes()
    assert (measured["kind"], measured["lists"]) == ("ivf_sq8", 280)
    assert 1 <= int(measured["probes"]) <= 280
    assert 0.99 <= float(measured["recall_at_10"]) <= 1


def test_where_the_recall_cannot_be_had_nothing_is_written_and_all_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "RECALL", 1.1)
    index = write_vectors(tmp_path, ROWS, exact_limit=1_000)
    assert [path.name for path in tmp_path.iterdir()] == ["vectors.npy"]
    assert index.measured == {"kind": "exact", "recall_at_10": 1.0}
    assert _recall(index) == 1
