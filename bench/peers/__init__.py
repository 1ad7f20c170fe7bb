"""This project beside its peers: the same encoder, the same texts, the same questions, one run.

`python -m bench.peers` (`make bench`). Each `*_peer` module runs in that peer's own environment
(`make peers`); the others run in ours.
"""
