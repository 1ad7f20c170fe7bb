"""Where the passages of each document stand in a new index. Moves no passage itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.store import DocumentRows


class Layout:
    """Gives each document its rows, one document after another in the order of sources, whatever order
    they came to the folder in: so an index grown by small changes is the one that a build from
    nothing makes.

    `kept`: documents as they stand in the index before, each with its first row now.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.kept: list[tuple[DocumentRows, int]] = []
        self._passages: list[int] = []
        self._last = ""

    @property
    def document_count(self) -> int:
        """How many documents there are, those without a passage too."""
        return len(self._passages)

    @property
    def documents(self) -> NDArray[np.int32]:
        """The number of each row's document."""
        return np.repeat(np.arange(len(self._passages), dtype=np.int32), self._passages)

    def keep(self, document: DocumentRows) -> None:
        """The next document is one that stays as it was cut."""
        self.kept.append((document, self._next(document.id, document.passages)))

    def add(self, source: str, passages: int) -> int:
        """The next document is new, or was cut again; its first row."""
        return self._next(source, passages)

    def _next(self, source: str, passages: int) -> int:
        if source <= self._last:
            raise ValueError(f"{source} comes after {self._last}")
        first, self._last = self.rows, source
        self._passages.append(passages)
        self.rows += passages
        return first
