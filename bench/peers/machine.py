"""What this machine can do: the encoder's matrix products alone, by ONNX Runtime.

A graph holds one product for each of the encoder's layers, each with weights of its own, so that
they come from where the encoder's come from; nothing stands between the products. Times them;
compares nothing.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bench.peers.records import Ceiling

LAYERS = 12
# Of each layer: queries, keys and values; attention's output; the two of the feed-forward network.
SHAPES = ((384, 1152), (384, 384), (384, 1536), (1536, 384))
# Tokens of a question, of a passage, of a batch of eight.
ROWS = (20, 150, 1200)
FLOAT, INT8 = "float32", "int8"
# Weights and biases aside, each weight is one multiplication and one addition a token.
FLOP_PER_TOKEN = 2 * LAYERS * sum(k * n for k, n in SHAPES)
_SECONDS, _REPETITIONS = 0.15, 5


def ceilings(threads: tuple[int, ...]) -> Iterator[Ceiling]:
    """For each kind, number of rows and of threads: each shape, then all of them."""
    for kind in (FLOAT, INT8):
        for count in threads:
            sessions = {shape: _session(kind, shape, count) for shape in SHAPES}
            for rows in ROWS:
                took = {shape: _seconds(session, rows, shape[0]) for shape, session in sessions.items()}
                for shape, seconds in took.items():
                    yield Ceiling(kind, rows, shape, count, _rates(rows, (shape,), [seconds]))
                yield Ceiling(kind, rows, None, count, _rates(rows, SHAPES, list(took.values())))


def _rates(rows: int, shapes: tuple[tuple[int, int], ...], seconds: list[list[float]]) -> tuple[float, ...]:
    """GFLOP a second of each repetition, the shapes one after another."""
    work = 2e-9 * rows * LAYERS * sum(k * n for k, n in shapes)
    return tuple(work / sum(each) for each in zip(*seconds, strict=True))


def _session(kind: str, shape: tuple[int, int], threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return onnxruntime.InferenceSession(_graph(kind, *shape), options, ["CPUExecutionProvider"])


def _graph(kind: str, k: int, n: int) -> bytes:
    random = np.random.default_rng(0)
    nodes, weights, outputs = [], [], []
    for layer in range(LAYERS):
        w, s, y = (f"{name}{layer}" for name in "wsy")
        matrix = random.normal(scale=0.05, size=(k, n)).astype(np.float32)
        if kind == FLOAT:
            weights.append(numpy_helper.from_array(matrix, w))
            nodes.append(helper.make_node("MatMul", ["x", w], [y]))
        else:
            scales = (np.abs(matrix).max(axis=0) / 127).astype(np.float32)
            weights.append(numpy_helper.from_array(np.rint(matrix / scales).astype(np.int8), w))
            weights.append(numpy_helper.from_array(scales, s))
            nodes.append(helper.make_node("DynamicQuantizeMatMul", ["x", w, s], [y], domain="com.microsoft"))
        outputs.append(helper.make_tensor_value_info(y, TensorProto.FLOAT, ["rows", n]))
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", k])
    graph = helper.make_graph(nodes, "products", [x], outputs, weights)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    serialized: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString()
    return serialized


def _seconds(session: onnxruntime.InferenceSession, rows: int, k: int) -> list[float]:
    """Seconds a run, the median of each repetition."""
    x: NDArray[np.float32] = np.random.default_rng(1).normal(size=(rows, k)).astype(np.float32)
    # Bound, so that no result is copied into an array of numpy's.
    binding = session.io_binding()
    binding.bind_cpu_input("x", x)
    for output in session.get_outputs():
        binding.bind_output(output.name)
    session.run_with_iobinding(binding)
    repetitions = []
    for _ in range(_REPETITIONS):
        took: list[float] = []
        while sum(took) < _SECONDS:
            started = time.perf_counter()
            session.run_with_iobinding(binding)
            took.append(time.perf_counter() - started)
        repetitions.append(statistics.median(took))
    return repetitions
