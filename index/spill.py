"""Records put aside while a build goes on: in memory while they are few, then in a file without a name.

Does not know what they say.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from index.disk import named

# Bytes. A changed text or a small folder never touches the disk; more than this never fills the memory.
_IN_MEMORY = 64 * 2**20


class Spill:
    """Bytes by place, written once. The file has no name where the system can do without one, so that a
    build that is killed leaves none; elsewhere `prefix` begins it.

    One thread may read while no other writes. Raises OSError.
    """

    def __init__(self, folder: Path | None, prefix: str = "", in_memory: int = _IN_MEMORY) -> None:
        """`folder` is where the file goes; None is where the system keeps what is temporary."""
        self._folder = folder
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 — closed by `close`
            max_size=in_memory, prefix=prefix, dir=None if folder is None else str(folder)
        )
        self._end = 0

    def put(self, record: bytes) -> int:
        """Adds a record, and returns its place."""
        place = self._end
        with named(self._folder or Path(tempfile.gettempdir())):
            self._file.seek(place)
            self._file.write(len(record).to_bytes(8, "little"))
            self._file.write(record)
            # A disk that is full says so now, and not when the record is read.
            self._file.flush()
        self._end += 8 + len(record)
        return place

    def get(self, place: int) -> bytes:
        """The record of a place."""
        self._file.seek(place)
        return self._file.read(int.from_bytes(self._file.read(8), "little"))

    def close(self) -> None:
        """Forgets everything."""
        # What could not be written cannot be at the end either.
        with suppress(OSError):
            self._file.close()
