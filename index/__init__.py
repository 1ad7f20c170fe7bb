"""Passages become searchable. Imports corpus."""

import os

# Before numpy is loaded. Its threads and torch's would wait for one another: with two of each a
# question takes 39 ms (95 % below 124), with one of numpy's 16 (21). `python -m bench.speed`.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Before ONNX Runtime is loaded, of which 1.31 otherwise tells its maker that it is used, and keeps a
# number of the machine in ~/.cache: nothing leaves the machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
