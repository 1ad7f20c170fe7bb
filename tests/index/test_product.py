"""The product through ONNX Runtime is numpy's; its graph is the one that onnx writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from index.product import GRAPH, Floats, product


def drawn(*shape: int) -> Floats:
    return np.random.default_rng(shape).standard_normal(shape).astype(np.float32)


def test_the_graph_is_the_one_that_onnx_writes() -> None:
    names = {"a": ("n", "k"), "b": ("k", "m"), "c": ("n", "m")}
    a, b, c = (helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in names.items())
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "p", [a, b], [c])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    assert onnx.load_model_from_string(GRAPH) == model
    onnx.checker.check_model(model)


@pytest.mark.parametrize(
    ("rows", "size", "columns"), [(1, 1, 1), (7, 4, 1), (900, 256, 13), (3, 4, 0), (0, 4, 2)]
)
def test_it_is_the_product_of_numpy(rows: int, size: int, columns: int) -> None:
    tall, narrow = drawn(rows, size), drawn(size, columns)
    found = product(tall, narrow)
    assert (found.shape, found.dtype) == ((rows, columns), np.dtype(np.float32))
    assert np.allclose(found, tall @ narrow, rtol=0, atol=1e-4)


def test_threads_get_the_products_that_one_gets() -> None:
    talls = [drawn(300 + i, 64) for i in range(40)]
    narrow = drawn(64, 9)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda tall: product(tall, narrow), talls))
    assert all(
        np.array_equal(each, product(tall, narrow)) for each, tall in zip(together, talls, strict=True)
    )
