"""Arrays that stay on disk until they are needed, the large ones checked block by block as they are.

A generation of a million passages holds 25 GB: hashing that before the first answer would take half
a minute. So a large array has beside it the digests of its blocks, a small file that the manifest
vouches for, and each block is compared with its digest the first time that a request reads it. Does
not know what the arrays mean, nor the manifest.
"""

from __future__ import annotations

import hashlib
import io
import os
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from index import disk
from index.errors import DamagedIndex

# A passage's tokens are 18 KB: of larger blocks more would be hashed than is read, and of smaller ones
# the digests of 18 GB of tokens would be no small file. Here a block takes 16 µs, the digests 18 MB.
BLOCK = 16_384
DIGEST = 16
SUFFIX = ".blocks"
# Read at once to compute digests.
_READ = 1 << 24


def blocks_of(path: Path) -> Path:
    """The file of the digests of a file's blocks."""
    return path.with_name(path.name + SUFFIX)


def write_blocks(path: Path) -> None:
    """Writes the digests of a file's blocks beside it. Raises OSError."""
    disk.save_array(blocks_of(path), block_digests(path))


def blocks_sha256(path: Path) -> str:
    """The sha256 that the file of the digests should have, computed from the file itself."""
    buffer = io.BytesIO()
    np.save(buffer, block_digests(path), allow_pickle=False)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def block_digests(path: Path) -> NDArray[np.uint8]:
    """The digests of a file's blocks, in order; shape (blocks, DIGEST). Raises OSError."""
    return np.frombuffer(b"".join(_digests(path)), np.uint8).reshape(-1, DIGEST)


def _digests(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while read := memoryview(file.read(_READ)):
            yield from (_digest(read[at : at + BLOCK]) for at in range(0, len(read), BLOCK))


def _digest(block: bytes | memoryview) -> bytes:
    return hashlib.sha256(block).digest()[:DIGEST]


def open_array(path: Path) -> NDArray[Any]:
    """A .npy file, read from disk as it is needed; a CheckedArray where the digests of its blocks are
    beside it. Raises DamagedIndex.

    The caller has checked the file of the digests; the whole file, where it has none.
    """
    blocks = _Blocks(path) if blocks_of(path).exists() else None
    if blocks is not None:
        blocks.check(0, 1)  # what NumPy reads of a file to open it
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    # NumPy's own class of mapped arrays costs 1 µs a slice, and a question takes many.
    plain = cast(NDArray[Any], mapped.view(np.ndarray))
    # Who reads rows of one reads rows of the other; what only an array has is an error, not unchecked.
    return plain if blocks is None else cast(NDArray[Any], CheckedArray(plain, blocks, mapped.offset))


class CheckedArray:
    """An array on disk, each block of which is compared with its digest before it is given.

    It gives slices and rows, copied, as ordinary arrays. No array itself, of which NumPy would read the
    memory past the check: where a function takes it for one, all of it is read and compared. There is
    no arithmetic: take `array[:]`. Safe to read from several threads.
    """

    # NumPy then refuses arithmetic one side of which is here.
    __array_ufunc__ = None

    def __init__(self, plain: NDArray[Any], blocks: _Blocks, offset: int) -> None:
        """Reads `plain`, which begins at this byte of the file of these blocks."""
        self.shape, self.dtype, self.ndim = plain.shape, plain.dtype, plain.ndim
        self._plain, self._blocks, self._offset = plain, blocks, offset
        self._row = plain.strides[0]

    def __len__(self) -> int:
        return len(self._plain)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of it. Raises DamagedIndex; ValueError where it may not be copied."""
        if copy is False:
            raise ValueError("what is on disk is copied when it is read")
        return np.array(self[:], dtype, copy=copy)

    def __getitem__(self, key: Any) -> Any:
        """The rows of a slice, of an array or a list of rows, or one. Raises DamagedIndex, which names
        the file.
        """
        if isinstance(key, tuple):
            raise TypeError("a checked array gives rows: take columns of those")
        if isinstance(key, slice):
            first, last, step = key.indices(len(self))
            if step != 1:
                return self[np.arange(first, last, step)]
            if first >= last:
                return self._plain[key]
            read = self._blocks.read(self._offset + first * self._row, self._offset + last * self._row)
            return np.frombuffer(read, self.dtype).reshape(-1, *self.shape[1:])
        rows = np.asarray(key)
        if rows.dtype == np.bool_:
            rows = np.flatnonzero(rows)
        elif not rows.size:
            rows = rows.astype(np.int64)  # an empty list is one of floats
        begin = self._offset + np.where(rows < 0, rows + len(self), rows).ravel() * self._row
        self._blocks.check_each(begin, self._row)
        return self._plain[rows]


class _Blocks:
    """Which blocks of a file were compared with their digests."""

    def __init__(self, path: Path) -> None:
        self._name = f"{path.parent.name}/{path.name}"
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._digests = np.load(blocks_of(path), allow_pickle=False)
        self._checked = np.zeros(len(self._digests), np.bool_)

    def check(self, begin: int, end: int) -> None:
        """Compares the blocks of the bytes from `begin` to `end` that were not compared yet."""
        first, last = begin // BLOCK, (end - 1) // BLOCK + 1
        if not self._checked[first:last].all():
            self._compare(first + np.flatnonzero(~self._checked[first:last]))

    def read(self, begin: int, end: int) -> bytes:
        """The bytes from `begin` to `end`, compared.

        Mapped, each would bring what stands around it into the memory of the process, and sixty passages
        a question all of the tokens in the end.
        """
        self.check(begin, end)
        return b"".join(self._pieces(begin, end))

    def _pieces(self, begin: int, end: int) -> Iterator[bytes]:
        while begin < end and (piece := os.pread(self._file, end - begin, begin)):
            yield piece
            begin += len(piece)

    def check_each(self, begin: NDArray[np.int64], size: int) -> None:
        """Compares the blocks of the `size` bytes at each of these places."""
        first, last = begin // BLOCK, (begin + size - 1) // BLOCK
        blocks = np.concatenate([np.minimum(first + i, last) for i in range((size - 1) // BLOCK + 2)])
        unchecked = blocks[~self._checked[blocks]]
        if len(unchecked):
            self._compare(np.unique(unchecked))

    def _compare(self, blocks: NDArray[np.int64]) -> None:
        for block in blocks.tolist():
            read = b"".join(self._pieces(block * BLOCK, (block + 1) * BLOCK))
            if _digest(read) != self._digests[block].tobytes():
                raise DamagedIndex(
                    f"{self._name} : le bloc à l'octet {block * BLOCK} n'est pas celui du manifeste ; "
                    "lancez : sourcier rollback, ou : sourcier build"
                )
            self._checked[block] = True
