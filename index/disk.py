"""Writing, syncing and renaming what a commit makes: the one door between a commit and the disk.

Every failure is an OSError, a disk that takes fewer bytes than it was given included. Does not
know what is written, nor in what order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Writes a new file, whole. Raises OSError: FileExistsError among them."""
    # A buffered file goes on after a short write until all is written, or an error says why not.
    with _named(path), path.open("xb") as file:
        file.write(data)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Writes a new .npy file, whole, piece by piece. Raises OSError."""
    with _named(path), path.open("xb") as file:
        np.save(_Writer(file.write), array, allow_pickle=False)


def sync(path: Path) -> None:
    """Returns once the bytes of a file, or the names in a folder, are on the disk."""
    with _named(path):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Gives a file or a folder another name of the same filesystem."""
    source.rename(target)


def replace(source: Path, target: Path) -> None:
    """Puts a file in the place of another: a reader sees the old one or the new one."""
    source.replace(target)


def make_folder(path: Path) -> None:
    """Makes a folder and those above it that are missing, each one durably named in its parent."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync(path.parent)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """An error of the block names the file: the system says which one when it opens, not when it writes."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise


class _Writer:
    """A file that NumPy does not take for one.

    Into a true file NumPy writes with C's buffers, and a write that fails when they are emptied
    is lost: of an array of 4,000 bytes, a file limited to 4,096 kept 4,096 without a word
    (NumPy 2, tests/index/test_disk.py).
    """

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self.write = write
