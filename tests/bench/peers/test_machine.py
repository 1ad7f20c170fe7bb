from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from bench.peers import machine
from bench.peers.machine import FLOAT, FLOP_PER_TOKEN, INT8, ceilings


def test_a_token_costs_what_twelve_layers_of_the_model_do() -> None:
    # 1,769,472 weights a layer, each one multiplication and one addition.
    assert FLOP_PER_TOKEN == 12 * 2 * 1_769_472


def test_every_shape_is_timed_and_all_of_them_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SHAPES", ((8, 16), (16, 8)))
    monkeypatch.setattr(machine, "ROWS", (3,))
    monkeypatch.setattr(machine, "_SECONDS", 0.0001)
    found = list(ceilings((1,)))
    assert [(c.kind, c.rows, c.shape, c.threads) for c in found] == [
        (kind, 3, shape, 1) for kind in (FLOAT, INT8) for shape in ((8, 16), (16, 8), None)
    ]
    assert all(len(c.gflops) == 5 and min(c.gflops) > 0 for c in found)


def test_all_shapes_together_are_as_fast_as_their_times_say() -> None:
    # 2 × 3 rows × 12 layers × 8 × 16 in 1 ms, and as much in 3 ms: twice the work in four times the time.
    work = 2e-9 * 3 * 12 * 8 * 16
    assert machine._rates(3, ((8, 16), (16, 8)), [[0.001], [0.003]]) == (pytest.approx(2 * work / 0.004),)


def test_eight_bits_give_nearly_what_floats_do() -> None:
    x = np.random.default_rng(2).normal(size=(4, 64)).astype(np.float32)
    exact, rounded = (
        onnxruntime.InferenceSession(machine._graph(kind, 64, 32), providers=["CPUExecutionProvider"]).run(
            None, {"x": x}
        )
        for kind in (FLOAT, INT8)
    )
    assert len(exact) == len(rounded) == 12
    assert all(0 < np.abs(e - r).max() < 0.03 * np.abs(e).max() for e, r in zip(exact, rounded, strict=True))
