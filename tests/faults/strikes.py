"""Makes one call to the disk of this process fail: through the door, or in the writes below it."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from unittest import mock

import numpy as np

from index import disk

_DOOR = ("write_bytes", "save_array", "append", "finish", "sync", "rename", "replace")
_FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

# Makes the call whose turn it is, or a part of it, or nothing; then fails.
Fault = Callable[[Callable[..., None], tuple[Any, ...]], None]


def refused(call: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Nothing is done."""
    raise _FULL


def cut_short(call: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Half is written; a call that writes nothing does nothing."""
    if call.__name__ == "append":
        file, rows = arguments
        call(file, rows[: len(rows) // 2])
    elif call.__name__ in ("write_bytes", "save_array"):
        path, data = arguments
        whole = io.BytesIO()
        np.save(whole, data) if call.__name__ == "save_array" else whole.write(data)
        path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    raise _FULL


def failed_late(call: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """All is done, and said to have failed."""
    call(*arguments)
    raise _FULL


@dataclass(slots=True)
class Blows:
    """The calls made within a build, by name, of which the `at`-th, from 0, is struck."""

    at: int
    calls: list[str] = field(default_factory=list)

    def is_struck(self, name: str) -> bool:
        """Counts a call, and says whether it is the one."""
        self.calls.append(name)
        return len(self.calls) - 1 == self.at

    @property
    def struck(self) -> bool:
        """Whether that call was made."""
        return len(self.calls) > self.at


@contextmanager
def door(fault: Fault, at: int) -> Iterator[Blows]:
    """Strikes a call of `index.disk`."""
    blows = Blows(at)

    def wrapped(call: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: Any) -> None:
            if blows.is_struck(call.__name__):
                fault(call, arguments)
            else:
                call(*arguments)

        return run

    with mock.patch.multiple(disk, **{name: wrapped(getattr(disk, name)) for name in _DOOR}):
        yield blows


@contextmanager
def writes(refuses: bool, at: int) -> Iterator[Blows]:
    """Strikes a write to a new file: it takes half; the next one takes the rest, or is refused."""
    blows = Blows(at)
    usual = Path.open

    class Short(io.FileIO):
        is_full = False

        def write(self, data: Any) -> int:
            if self.is_full:
                raise _FULL
            if not blows.is_struck("write"):
                return super().write(data)
            self.is_full = refuses
            return super().write(memoryview(data).cast("B")[: max(1, len(data) // 2)])

    def opened(path: Path, mode: str = "r", *rest: Any, **options: Any) -> IO[Any]:
        return io.BufferedWriter(Short(path, "xb")) if mode == "xb" else usual(path, mode, *rest, **options)

    with mock.patch.object(Path, "open", opened):
        yield blows
