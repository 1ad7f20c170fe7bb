"""Writing, syncing and renaming what a commit makes: the one door between a commit and the disk.

Every failure is an OSError, a disk that takes fewer bytes than it was given included. Does not
know what is written, nor in what order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

_Piece = TypeVar("_Piece", contravariant=True)


class Growing(Protocol[_Piece]):
    """A new file that is written piece by piece. Raises OSError."""

    def write(self, piece: _Piece, /) -> None: ...

    def finish(self) -> None: ...


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Writes a new file, whole. Raises OSError: FileExistsError among them."""
    # A buffered file goes on after a short write until all is written, or an error says why not.
    with named(path), path.open("xb") as file:
        file.write(data)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Writes a new .npy file, whole, piece by piece. Raises OSError."""
    with named(path), path.open("xb") as file:
        np.save(_Writer(file.write), array, allow_pickle=False)


class ArrayFile:
    """A new .npy file that grows by rows; finished, it has the bytes that `save_array` writes of them all.

    `width` is the shape of one row. Raises OSError. Closed before it is finished, it stays as it is,
    for who made its folder to remove.
    """

    def __init__(self, path: Path, width: tuple[int, ...], dtype: DTypeLike) -> None:
        self.path = path
        self.rows = 0
        self._width, self._dtype = width, np.dtype(dtype)
        with named(path):
            self._file = path.open("xb")
        try:
            self._write_header()
            self._begin = self._file.tell()
        except OSError:
            self.close()
            raise

    def write(self, rows: NDArray[Any]) -> None:
        """Adds rows at the end: see `append`, by which a build goes."""
        with named(self.path):
            self._file.write(
                np.ascontiguousarray(rows, self._dtype).view(np.uint8).data if rows.size else b""
            )
        self.rows += len(rows)

    def mapped(self) -> NDArray[Any]:
        """All rows up to now, read from disk as they are needed."""
        if not self._file.closed:
            with named(self.path):
                self._file.flush()
        shape = (self.rows, *self._width)
        if not all(shape):
            return np.zeros(shape, self._dtype)
        return np.asarray(np.memmap(self.path, self._dtype, "r", self._begin, shape))

    def finish(self) -> None:
        """Says in the file how many rows it has, and closes it."""
        with named(self.path):
            self._file.seek(0)
            self._write_header()
            self._file.close()

    def close(self) -> None:
        """Lets go of the file, finished or not."""
        with suppress(OSError):
            self._file.close()

    def _write_header(self) -> None:
        described = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self.rows, *self._width),
        }
        with named(self.path):
            # NumPy leaves room in it for any number of rows: it can be written over.
            np.lib.format.write_array_header_1_0(_Writer(self._file.write), described)


class _BytesFile:
    """A new file that grows by bytes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with named(path):
            self._file = path.open("xb")

    def write(self, data: bytes) -> None:
        with named(self._path):
            self._file.write(data)

    def finish(self) -> None:
        with named(self._path):
            self._file.close()

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()


def append(file: Growing[_Piece], piece: _Piece) -> None:
    """Adds rows, or bytes, to a file that grows. Raises OSError."""
    file.write(piece)


def finish(file: Growing[Any]) -> None:
    """Completes and closes a file that grew. Raises OSError."""
    file.finish()


@contextmanager
def new_file(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Writes a new file from the bytes that the block gives, in order.

    Raises OSError: FileExistsError among them.
    """
    with closing(_BytesFile(path)) as file:
        yield lambda data: append(file, data)
        finish(file)


@contextmanager
def array_writer(path: Path, dtype: np.dtype[Any], *shape: int) -> Iterator[Callable[[NDArray[Any]], None]]:
    """Writes a new .npy file of this shape from the parts of it that the block gives, in order.

    The file is the one that `save_array` makes of the whole. Raises OSError, or ValueError when the
    parts are not as long as the whole.
    """
    with closing(ArrayFile(path, shape[1:], dtype)) as file:
        yield lambda rows: append(file, rows)
        if file.rows != shape[0]:
            raise ValueError(f"{path.name}: {file.rows} rows written of {shape[0]}")
        finish(file)


def sync(path: Path) -> None:
    """Returns once the bytes of a file, or the names in a folder, are on the disk."""
    with named(path):
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
def named(path: Path) -> Iterator[None]:
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
