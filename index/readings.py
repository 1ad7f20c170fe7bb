"""Texts that a build has read and not cut yet, put aside so that they never are in memory together.

A line is only known to recur once every text was read; so each text is read once, and cut when all are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.cleaning import edge_lines
from corpus.reading.folder import Read
from corpus.reading.packing import packed, unpacked
from index.spill import Spill


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text is, and its edge lines; `size` is its length in the file."""

    edges: int
    read: int
    size: int


class Readings:
    """What was read, by source. `folder` is where it goes when it is much: see Spill."""

    def __init__(self, folder: Path | None, prefix: str = "") -> None:
        self._spill = Spill(folder, prefix)
        self._places: dict[str, _Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, read: Read) -> None:
        """Puts a text aside. Raises OSError."""
        edges = self._spill.put(json.dumps(sorted(edge_lines(read.extraction.text))).encode())
        record = packed(read)
        self._places[read.source] = _Place(edges, self._spill.put(record), len(record))

    def sources(self) -> list[str]:
        """The texts that were read, sorted."""
        return sorted(self._places)

    def size(self, source: str) -> int:
        """How much a text says, as compared with another."""
        return self._places[source].size

    def get(self, source: str) -> Read:
        """A text as it was read."""
        read = unpacked(self._spill.get(self._places[source].read))
        if not isinstance(read, Read):
            raise TypeError(f"{source} was not read")
        return read

    def edges(self) -> Iterator[frozenset[str]]:
        """The edge lines of each text."""
        for place in self._places.values():
            yield frozenset(json.loads(self._spill.get(place.edges)))

    def close(self) -> None:
        """Forgets them all."""
        self._spill.close()
