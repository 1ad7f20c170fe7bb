"""A hash of what turns a file's bytes into passages: the code, and the libraries that parse.

When it changes every text is read and cut again, so that no index holds what an older reader
made of a file. The vectors of passages that come out the same are still reused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

_PARSERS = (
    "charset-normalizer inscriptis lxml mammoth markdown-it-py mdit-py-plugins pdfminer.six PyYAML".split()
)


@lru_cache(maxsize=1)
def recipe() -> str:
    """The recipe of this room: 16 hexadecimal digits."""
    return hashed(Path(__file__).parent.rglob("*.py"), _PARSERS)


def hashed(sources: Iterable[Path], packages: Iterable[str]) -> str:
    """A hash of the bytes of source files and of the versions of installed packages."""
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for package in packages:
        digest.update(f"{package}=={version(package)}\n".encode())
    return digest.hexdigest()[:16]
