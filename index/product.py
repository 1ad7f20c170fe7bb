"""The product of a tall matrix of small numbers and a narrow one, in 8 bits, on one core.

Where the processor has an instruction for it, ONNX Runtime takes 0.30 ms for 9,000 rows of 256 by 34
columns, and 0.62 for floats by half as many (bench/RESULTS.md, "Serving"). Knows nothing of what is
multiplied.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The graph `c = MatMulInteger(a, b)` of the tests, as onnx writes it: serving needs no onnx.
GRAPH = (
    b'\x08\n:b\n\x18\n\x01a\n\x01b\x12\x01c"\rMatMulInteger\x12\x01pZ\x15\n\x01a\x12\x10\n\x0e\x08\x02\x12\n\n\x03\x12\x01n\n\x03\x12\x01kZ\x15'
    b"\n\x01b\x12\x10\n\x0e\x08\x03\x12\n\n\x03\x12\x01k\n\x03\x12\x01mb\x15\n\x01c\x12\x10\n\x0e\x08\x06\x12\n\n\x03\x12\x01n\n\x03\x12\x01mB\x04\n\x00\x10\x15"
)


def product(tall: NDArray[np.uint8], narrow: NDArray[np.int8]) -> NDArray[np.int32]:
    """`tall @ narrow`, of shapes (rows, size) and (size, columns). Other threads run meanwhile.

    Nothing in `tall` is above 128: two products of more by a byte overflow the 16 bits in which an x86
    without VNNI adds them.
    """
    found: NDArray[np.int32] = _session().run(None, {"a": tall, "b": narrow})[0]
    return found


@lru_cache(maxsize=1)
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # What it would keep for the next product is of another size; the system's own allocator is as fast.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(GRAPH, options, providers=["CPUExecutionProvider"])
