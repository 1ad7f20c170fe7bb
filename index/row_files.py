"""Rows of unlike length on disk, written one after another: a file of their values, one of where each
starts. Knows nothing of passages.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from index import disk
from index.ragged import Ragged


class RaggedFile:
    """The rows of a file of values that grows; where each starts is in memory, 8 bytes a row, until all
    are there. `width` is the shape of one value. Raises OSError: FileExistsError among them.
    """

    def __init__(
        self, folder: Path, values: str, starts: str, width: tuple[int, ...], dtype: DTypeLike
    ) -> None:
        """`values` and `starts` are the names of the two files."""
        self._values = disk.ArrayFile(folder / values, width, dtype)
        self._starts_path = folder / starts
        self._ends: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]

    def append(self, rows: Ragged) -> None:
        """Adds rows at the end. Raises OSError."""
        begin = int(rows.starts[0])
        self._ends.append(rows.starts[1:] - begin + self._values.rows)
        disk.append(self._values, rows.values[begin : int(rows.starts[-1])])

    def written(self) -> Ragged:
        """All rows up to now; the values are read from disk as they are needed."""
        return Ragged(self._values.mapped(), self._starts())

    def finish(self) -> Ragged:
        """All rows, both files complete and closed."""
        disk.finish(self._values)
        rows = self.written()
        disk.save_array(self._starts_path, rows.starts)
        return rows

    def close(self) -> None:
        """Lets go of a file that will not be finished."""
        self._values.close()

    def _starts(self) -> NDArray[np.int64]:
        self._ends = [np.concatenate(self._ends)]
        return self._ends[0]
