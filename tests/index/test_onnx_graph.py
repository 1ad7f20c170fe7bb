"""The graph written operator by operator computes what BERT computes; in 8 bits, nearly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import numpy_helper

from index import onnx_graph
from index.onnx_graph import EMBEDDINGS, Architecture, build_graph, observed_names
from index.quantisation import Range
from tests.index import tiny_models

TOKENS = np.array([[2, 9, 30, 41, 3], [2, 8, 3, 0, 0]])
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], np.int32)
FED = {"tokens": TOKENS, "positions": np.broadcast_to(np.arange(5), (2, 5)), "mask": MASK}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A BERT of random weights."""
    from transformers import AutoModel

    folder = Path(tiny_models.save(tmp_path_factory.mktemp("bert")))
    return AutoModel.from_pretrained(folder, local_files_only=True, add_pooling_layer=False).eval()


@pytest.fixture
def weights(model: Any) -> dict[str, Any]:
    return {name: value.detach().numpy().copy() for name, value in model.state_dict().items()}


@pytest.fixture(scope="module")
def shape(model: Any) -> Architecture:
    return Architecture(tiny_models.HIDDEN, 2, 2, model.config.layer_norm_eps)


def run(graph: Any, outputs: list[str], fed: dict[str, Any] = FED) -> list[Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return list(session.run(outputs, fed))


def states_of(model: Any, fed: dict[str, Any] = FED) -> Any:
    import torch

    with torch.inference_mode():
        given = {
            "input_ids": torch.tensor(fed["tokens"]),
            "attention_mask": torch.tensor(fed["mask"]),
            "position_ids": torch.tensor(fed["positions"]),
        }
        return model(**given).last_hidden_state.numpy()


def ranges_of(weights: dict[str, Any], shape: Architecture) -> dict[str, Range]:
    names = observed_names(shape)
    seen = run(build_graph(weights, shape, observed=True), list(names))
    return {n: Range(v.min(axis=(0, 1)), v.max(axis=(0, 1))) for n, v in zip(names, seen, strict=True)}


def cosines(found: Any, expected: Any) -> Any:
    """Of the tokens that are read."""
    a, b = found[MASK == 1], expected[MASK == 1]
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def test_in_float32_the_states_are_those_of_the_model(
    model: Any, weights: dict[str, Any], shape: Architecture
) -> None:
    (states,) = run(build_graph(weights, shape), ["states"])
    assert states.shape == (2, 5, tiny_models.HIDDEN)
    assert states[MASK == 1] == pytest.approx(states_of(model)[MASK == 1], abs=1e-5)


def test_positions_are_those_that_are_given(model: Any, weights: dict[str, Any], shape: Architecture) -> None:
    moved = FED | {"positions": FED["positions"] + 7}
    (states,) = run(build_graph(weights, shape), ["states"], moved)
    expected = states_of(model, moved)
    assert states[MASK == 1] == pytest.approx(expected[MASK == 1], abs=1e-5)
    assert np.abs(expected - states_of(model)).max() > 0.1


def test_what_fills_up_a_row_is_not_read(weights: dict[str, Any], shape: Architecture) -> None:
    graph = build_graph(weights, shape)
    other = TOKENS.copy()
    other[1, 3:] = 40
    (states,), (filled,) = run(graph, ["states"]), run(graph, ["states"], FED | {"tokens": other})
    assert np.array_equal(states[MASK == 1], filled[MASK == 1])
    (read,) = run(graph, ["states"], FED | {"tokens": other, "mask": np.ones_like(MASK)})
    assert np.abs(read[1, :3] - states[1, :3]).max() > 0.01


def test_a_model_without_types_of_tokens_is_one_whose_types_are_zero(
    weights: dict[str, Any], shape: Architecture
) -> None:
    name = "embeddings.token_type_embeddings.weight"
    zeros = weights | {name: np.zeros_like(weights[name])}
    without = {key: value for key, value in weights.items() if key != name}
    assert np.array_equal(
        run(build_graph(without, shape), ["states"])[0], run(build_graph(zeros, shape), ["states"])[0]
    )


def test_what_each_product_reads_can_be_observed(weights: dict[str, Any], shape: Architecture) -> None:
    names = observed_names(shape)
    assert names == (
        *("0.states", "0.context", "0.attended", "0.activated"),
        *("1.states", "1.context", "1.attended", "1.activated"),
    )
    graph = build_graph(weights, shape, observed=True)
    assert [output.name for output in graph.graph.output] == ["states", *names]
    widths = [values.shape[2] for values in run(graph, list(names))]
    assert widths == [32, 32, 32, 64] * 2
    assert [output.name for output in build_graph(weights, shape).graph.output] == ["states"]


def test_in_8_bits_the_states_are_nearly_those_of_the_model(
    model: Any, weights: dict[str, Any], shape: Architecture
) -> None:
    graph = build_graph(weights, shape, ranges_of(weights, shape))
    (states,) = run(graph, ["states"])
    likeness = cosines(states, states_of(model))
    assert likeness.min() > 0.999
    assert likeness.max() < 1  # it is in 8 bits
    kinds = {constant.name: constant.data_type for constant in graph.graph.initializer}
    int8 = 3
    assert kinds[EMBEDDINGS] == int8
    products = [node.input[1] for node in graph.graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert len(products) == 2 * 6
    assert {kinds[name] for name in products} == {int8}
    assert "MatMul" not in {node.op_type for node in graph.graph.node}


def test_a_channel_much_larger_than_the_others_does_not_leave_them_without_bits(
    weights: dict[str, Any], shape: Architecture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As trained models have them: large in the activations, small in what reads them.
    weights["embeddings.LayerNorm.weight"][5] *= 20
    for part in ("query", "key", "value"):
        weights[f"encoder.layer.0.attention.self.{part}.weight"][:, 5] /= 20
    ranges = ranges_of(weights, shape)
    largest = np.maximum(-ranges["0.states"].low, ranges["0.states"].high)
    assert largest[5] > 15 * np.median(largest)
    (expected,) = run(build_graph(weights, shape), ["states"])

    def lost() -> float:
        (states,) = run(build_graph(weights, shape, ranges), ["states"])
        return float(1 - cosines(states, expected).min())

    smoothed = lost()
    monkeypatch.setattr(onnx_graph, "smoothing", lambda span, linears: np.ones_like(span.low))
    plain = lost()
    assert smoothed < 0.001 < plain


def test_a_value_beyond_its_range_is_clipped_to_it(weights: dict[str, Any], shape: Architecture) -> None:
    ranges = ranges_of(weights, shape)
    half = {name: Range(span.low / 2, span.high / 2) for name, span in ranges.items()}
    (states,), (expected,) = (run(build_graph(weights, shape, each), ["states"]) for each in (half, ranges))
    # Wrapped around, the largest values would have become the least.
    assert cosines(states, expected).min() > 0.8


def test_a_row_of_the_embeddings_that_is_zero_is_read_as_zero(
    model: Any, weights: dict[str, Any], shape: Architecture
) -> None:
    weights["embeddings.word_embeddings.weight"][9] = 0
    graph = build_graph(weights, shape)
    constants = {constant.name: numpy_helper.to_array(constant) for constant in graph.graph.initializer}
    assert not constants[EMBEDDINGS][9].any()
    assert constants["embeddings.steps"][9] == 1
    (states,) = run(graph, ["states"])
    assert np.isfinite(states).all()
