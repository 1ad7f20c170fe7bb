"""Plain text: the file's own characters, and nothing else."""

from __future__ import annotations

from corpus.documents import Extraction
from corpus.reading.decoding import decode


def read_plain(data: bytes) -> Extraction:
    """The text as it stands; headings are left to be found in it."""
    return Extraction(decode(data))
