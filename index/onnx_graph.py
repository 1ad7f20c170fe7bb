"""BERT as one ONNX graph, written operator by operator: in 8 bits where ranges are given, else in float32.

Written rather than exported and then fused by pattern: the weights of BERT and XLM-R have known
names, and each operator here is the fastest that was measured (bench/RESULTS.md, "Encoder"): a layer
norm of its own after an addition is nine times faster on a CPU than the fused one.

What 8 bits are chosen is in `quantisation`. Reads and runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.quantisation import Coding, Floats, Linear, Range, smoothing, split, steps_of

if TYPE_CHECKING:
    import onnx

# Raised whenever another graph, vocabulary or tokenizer would be written from the same model, or
# `tokenisation` would cut otherwise: nothing else tells that a passage's vectors are not what they were.
RECIPE = 2
# com.microsoft's operators are part of every build of ONNX Runtime.
_MICROSOFT = "com.microsoft"
_OPSETS = {"": 21, _MICROSOFT: 1}
_IR_VERSION = 10
EMBEDDINGS = "embeddings"


@dataclass(frozen=True, slots=True)
class Architecture:
    """The shape of a model of the BERT family."""

    hidden: int
    layers: int
    heads: int
    epsilon: float


def build_graph(
    weights: Mapping[str, Floats],
    shape: Architecture,
    ranges: Mapping[str, Range] | None = None,
    *,
    observed: bool = False,
) -> onnx.ModelProto:
    """The graph of a model whose weights have transformers' names.

    Inputs: `tokens` and `positions` (batch, length) int64, `mask` (batch, length) int32, 1 where a
    token is read. Output: `states` (batch, length, hidden). `observed` adds the input of each
    product as an output, by the name that it has in `ranges`.
    """
    graph = _Graph()
    state = _embedded(graph, weights, shape)
    for layer in range(shape.layers):
        named = {
            name.removeprefix(f"encoder.layer.{layer}."): value
            for name, value in weights.items()
            if name.startswith(f"encoder.layer.{layer}.")
        }
        state = _Layer(graph, f"{layer}", named, shape, ranges).add(state)
    graph.add("Identity", [state], "states")
    observable = observed_names(shape) if observed else ()
    return graph.model(["states", *observable])


def observed_names(shape: Architecture) -> tuple[str, ...]:
    """The inputs of products, as `ranges` names them."""
    kinds = ("states", "context", "attended", "activated")
    return tuple(f"{layer}.{kind}" for layer in range(shape.layers) for kind in kinds)


class _Graph:
    """Nodes and constants, as they are added."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._constants[name] = numpy_helper.from_array(np.asarray(value, order="C"), name)
        return name

    def add(self, operator: str, inputs: Sequence[str], output: str, domain: str = "", **options: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **options))
        return output

    def model(self, outputs: Sequence[str]) -> onnx.ModelProto:
        from onnx import TensorProto, helper

        sizes = ["batch", "length"]
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [
                helper.make_tensor_value_info("tokens", TensorProto.INT64, sizes),
                helper.make_tensor_value_info("positions", TensorProto.INT64, sizes),
                helper.make_tensor_value_info("mask", TensorProto.INT32, sizes),
            ],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = _IR_VERSION
        return model

    def normed(self, name: str, left: str, right: str, weights: Mapping[str, Floats], epsilon: float) -> str:
        """The layer norm of a sum; `weights` are the norm's own."""
        scale = self.constant(f"{name}.scale", weights["weight"])
        bias = self.constant(f"{name}.bias", weights["bias"])
        total = self.add("Add", [left, right], f"{name}.sum")
        return self.add("LayerNormalization", [total, scale, bias], name, epsilon=epsilon)


def _embedded(graph: _Graph, weights: Mapping[str, Floats], shape: Architecture) -> str:
    """Words and positions. A word's row is in 8 bits with its own step: a quarter of the space."""
    from onnx import TensorProto

    rows = weights["embeddings.word_embeddings.weight"]
    steps = steps_of(np.abs(rows).max(axis=1))
    graph.constant(EMBEDDINGS, np.rint(rows / steps[:, None]).astype(np.int8))
    graph.constant("embeddings.steps", steps[:, None])
    codes = graph.add("Gather", [EMBEDDINGS, "tokens"], "words.codes")
    values = graph.add("Cast", [codes], "words.values", to=TensorProto.FLOAT)
    scales = graph.add("Gather", ["embeddings.steps", "tokens"], "words.steps")
    words = graph.add("Mul", [values, scales], "words")
    table = weights["embeddings.position_embeddings.weight"]
    types = weights.get("embeddings.token_type_embeddings.weight")
    # One text at a time: every token is of the first type.
    graph.constant("positions.table", table if types is None else table + types[0])
    places = graph.add("Gather", ["positions.table", "positions"], "places")
    return graph.normed("0.states", words, places, _under(weights, "embeddings.LayerNorm"), shape.epsilon)


class _Layer:
    """One layer: attention, then two products with a GELU between."""

    def __init__(
        self,
        graph: _Graph,
        name: str,
        weights: Mapping[str, Floats],
        shape: Architecture,
        ranges: Mapping[str, Range] | None,
    ) -> None:
        self._graph, self._name, self._weights, self._shape = graph, name, weights, shape
        self._ranges = ranges

    def add(self, state: str) -> str:
        attended = self._attended(state)
        graph, name, epsilon = self._graph, self._name, self._shape.epsilon
        inner, outer = self._linear("intermediate.dense"), self._linear("output.dense")
        coding = None
        if self._ranges is not None:
            inner, outer, coding = split(inner, outer, self._ranges[f"{name}.activated"])
        wide = self._product(attended, [inner], ["wide"], self._coding("attended", [inner]))[0]
        activated = graph.add("Gelu", [wide], f"{name}.activated", _MICROSOFT)
        narrow = self._product(activated, [outer], ["narrow"], coding)[0]
        norm = _under(self._weights, "output.LayerNorm")
        return graph.normed(f"{int(name) + 1}.states", narrow, attended, norm, epsilon)

    def _attended(self, state: str) -> str:
        graph, name = self._graph, self._name
        query, key, value = (self._linear(f"attention.self.{part}") for part in ("query", "key", "value"))
        output = self._linear("attention.output.dense")
        context, coding = f"{name}.context", self._coding("context", [output])
        if coding is not None:
            # The context is linear in the values: its scale is that of their columns, at no cost.
            value = Linear(value.weight / coding.scale, value.bias / coding.scale)
            coding = replace(coding, is_scaled=True)
        linears, parts = [query, key, value], ["query", "key", "value"]
        heads = self._product(state, linears, parts, self._coding("states", linears))
        count = self._shape.heads
        graph.add("MultiHeadAttention", [*heads, "", "mask"], context, _MICROSOFT, num_heads=count)
        projected = self._product(context, [output], ["projected"], coding)[0]
        norm = _under(self._weights, "attention.output.LayerNorm")
        return graph.normed(f"{name}.attended", projected, state, norm, self._shape.epsilon)

    def _linear(self, name: str) -> Linear:
        return Linear(self._weights[f"{name}.weight"].T, self._weights[f"{name}.bias"])

    def _coding(self, kind: str, linears: Sequence[Linear]) -> Coding | None:
        if self._ranges is None:
            return None
        span = self._ranges[f"{self._name}.{kind}"]
        return Coding(span, smoothing(span, linears))

    def _product(
        self, given: str, linears: Sequence[Linear], outputs: Sequence[str], coding: Coding | None
    ) -> list[str]:
        """The products of one input with some weights: in 8 bits, by a coding, or as they are."""
        names = [f"{self._name}.{output}" for output in outputs]
        if coding is None:
            return [self._exact(given, linear, name) for linear, name in zip(linears, names, strict=True)]
        graph, scale = self._graph, coding.scale
        step, zero = coding.steps()
        steps, zeros = graph.constant(f"{given}.step", step), graph.constant(f"{given}.zero", zero)
        if not coding.is_scaled:
            inverse = graph.constant(f"{given}.smoothing", 1 / scale)
            given = graph.add("Mul", [given, inverse], f"{given}.smoothed")
        codes = graph.add("QuantizeLinear", [given, steps, zeros], f"{given}.codes")
        return [
            self._coded(codes, steps, zeros, Linear(linear.weight * scale[:, None], linear.bias), name)
            for linear, name in zip(linears, names, strict=True)
        ]

    def _exact(self, given: str, linear: Linear, name: str) -> str:
        graph = self._graph
        product = graph.add(
            "MatMul", [given, graph.constant(f"{name}.weight", linear.weight)], f"{name}.product"
        )
        return graph.add("Add", [product, graph.constant(f"{name}.bias", linear.bias)], name)

    def _coded(self, codes: str, step: str, zero: str, linear: Linear, name: str) -> str:
        graph = self._graph
        steps = steps_of(np.abs(linear.weight).max(axis=0))
        weight = graph.constant(f"{name}.weight", np.rint(linear.weight / steps).astype(np.int8))
        zeros = graph.constant(f"{name}.zeros", np.zeros(len(steps), np.int8))
        column = graph.constant(f"{name}.steps", steps)
        bias = graph.constant(f"{name}.bias", linear.bias)
        inputs = [codes, weight, step, column, zero, zeros, bias]
        return graph.add("MatMulIntegerToFloat", inputs, name, _MICROSOFT)


def _under(weights: Mapping[str, Floats], prefix: str) -> dict[str, Floats]:
    return {kind: weights[f"{prefix}.{kind}"] for kind in ("weight", "bias")}
