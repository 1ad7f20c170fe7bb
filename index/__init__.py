"""Passages become searchable. Imports corpus."""

import os

# Before numpy is loaded. Its threads and torch's would wait for one another: with two of each a
# question takes 39 ms (95 % below 124), with one of numpy's 16 (21). `python -m bench.speed`.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
