"""The product through ONNX Runtime is numpy's; its graph is the one that onnx writes."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from index.product import GRAPH, product

ROOT = Path(__file__).resolve().parents[2]


def levels(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(shape).integers(0, 129, shape).astype(np.uint8)


def signed(*shape: int) -> NDArray[np.int8]:
    return np.random.default_rng(shape).integers(-128, 128, shape).astype(np.int8)


def test_the_graph_is_the_one_that_onnx_writes() -> None:
    a = helper.make_tensor_value_info("a", TensorProto.UINT8, ("n", "k"))
    b = helper.make_tensor_value_info("b", TensorProto.INT8, ("k", "m"))
    c = helper.make_tensor_value_info("c", TensorProto.INT32, ("n", "m"))
    graph = helper.make_graph([helper.make_node("MatMulInteger", ["a", "b"], ["c"])], "p", [a, b], [c])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    assert onnx.load_model_from_string(GRAPH) == model
    onnx.checker.check_model(model)


@pytest.mark.parametrize(
    ("rows", "size", "columns"), [(1, 1, 1), (7, 4, 1), (900, 256, 13), (3, 4, 0), (0, 4, 2)]
)
def test_it_is_the_product_of_numpy(rows: int, size: int, columns: int) -> None:
    tall, narrow = levels(rows, size), signed(size, columns)
    found = product(tall, narrow)
    assert (found.shape, found.dtype) == ((rows, columns), np.dtype(np.int32))
    assert np.array_equal(found, tall.astype(np.int32) @ narrow)


# A processor with VNNI passes it with any numbers.
def test_the_largest_numbers_do_not_overflow() -> None:
    tall = np.full((40, 256), 128, np.uint8)
    for narrow in (np.full((256, 20), -128, np.int8), np.full((256, 20), 127, np.int8)):
        assert np.array_equal(product(tall, narrow), tall.astype(np.int32) @ narrow)


def test_threads_get_the_products_that_one_gets() -> None:
    talls = [levels(300 + i, 64) for i in range(40)]
    narrow = signed(64, 9)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda tall: product(tall, narrow), talls))
    for each, tall in zip(together, talls, strict=True):
        assert np.array_equal(each, product(tall, narrow))


def test_onnx_runtime_tells_its_maker_nothing_and_keeps_no_number_of_the_machine(tmp_path: Path) -> None:
    # Without what tells it that this is a test, in which it tells nothing either.
    alone = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    script = "from index import product; product._session()"
    subprocess.run([sys.executable, "-c", script], check=True, env=alone, cwd=ROOT)
    assert list(tmp_path.iterdir()) == []
