"""An array on disk gives only bytes that are as written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.errors import DamagedIndex
from index.mapped import BLOCK, CheckedArray, blocks_of, open_array, write_blocks

# 96 bytes a row: some rows stand in two blocks.
ARRAY = np.arange(24 * 2_000, dtype=np.float32).reshape(2_000, 24)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The array written, with the digests of its blocks."""
    path = tmp_path / "tokens.npy"
    np.save(path, ARRAY)
    write_blocks(path)
    return path


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def _row_at(array: NDArray[np.float32], byte: int) -> int:
    """The row that this byte of the file belongs to."""
    return (byte - 128) // (array.itemsize * array.shape[1])


def test_rows_and_slices_are_those_written(path: Path) -> None:
    array = open_array(path)
    assert isinstance(array, CheckedArray)
    assert (array.shape, array.dtype, len(array)) == (ARRAY.shape, ARRAY.dtype, 2_000)
    rows = np.array([3, 1_999, 3, -1])
    mask = np.arange(2_000) % 700 == 5
    for key in (slice(None), slice(5, 90), slice(0, 0), slice(10, 2_000, 300), rows, mask, 7, [], [4, 2]):
        assert np.array_equal(array[key], ARRAY[key])
        assert type(array[key]) is np.ndarray
    assert array[[]].shape == (0, 24)


def test_without_digests_an_array_is_an_ordinary_one_on_disk(tmp_path: Path) -> None:
    np.save(tmp_path / "starts.npy", ARRAY)
    array = open_array(tmp_path / "starts.npy")
    assert type(array) is np.ndarray
    assert isinstance(array.base, np.memmap)
    assert np.array_equal(array, ARRAY)


def test_a_damaged_block_is_refused_by_name_and_the_others_are_given(path: Path) -> None:
    assert np.array_equal(open_array(path)[:], ARRAY)
    _flip(path, 3 * BLOCK + 100)
    array, row = open_array(path), _row_at(ARRAY, 3 * BLOCK + 100)
    told = rf"{path.parent.name}/tokens\.npy : le bloc à l'octet {3 * BLOCK} n'est pas celui du manifeste"
    for key in (slice(row, row + 1), np.array([0, row]), slice(None), row, np.arange(2_000) == row):
        with pytest.raises(DamagedIndex, match=told):
            array[key]
    assert np.array_equal(array[: row - 200], ARRAY[: row - 200])
    assert np.array_equal(array[[0, 1_999]], ARRAY[[0, 1_999]])


@pytest.mark.parametrize("block", range(12))
def test_damage_anywhere_in_a_block_is_refused_when_it_is_read(path: Path, block: int) -> None:
    place = min(block * BLOCK + 5_000, path.stat().st_size - 1)
    assert path.stat().st_size > 11 * BLOCK
    _flip(path, place)
    if block == 0:
        place = 128 + 5_000
    row = _row_at(ARRAY, place)
    with pytest.raises(DamagedIndex, match="tokens"):
        open_array(path)[row : row + 1]


def test_what_numpy_reads_to_open_the_file_is_checked_before(path: Path) -> None:
    open_array(path)
    _flip(path, 20)
    with pytest.raises(DamagedIndex, match=r"tokens\.npy : le bloc à l'octet 0"):
        open_array(path)


@pytest.mark.parametrize(
    "read",
    [
        np.asarray,
        np.linalg.norm,
        lambda array: np.einsum("ij,j->i", array, np.ones(24, np.float32)),
        lambda array: np.concatenate([array, array]),
        lambda array: np.ascontiguousarray(array, np.float64),
        lambda array: list(array),
    ],
    ids=["asarray", "norm", "einsum", "concatenate", "ascontiguousarray", "list"],
)
def test_what_takes_it_for_an_array_reads_all_of_it_checked(
    path: Path, read: Callable[[NDArray[np.float32]], object]
) -> None:
    assert np.array_equal(np.asarray(read(open_array(path))), np.asarray(read(ARRAY)))
    _flip(path, 3 * BLOCK + 100)
    with pytest.raises(DamagedIndex, match=r"tokens\.npy : le bloc"):
        read(open_array(path))


def test_it_is_copied_when_it_is_read(path: Path) -> None:
    array = open_array(path)
    copy = np.array(array, np.float64)
    copy[0] = 7
    assert np.array_equal(array[:], ARRAY)
    assert copy.dtype == np.float64
    with pytest.raises(ValueError, match="copied"):
        np.array(array, copy=False)


def test_nothing_reads_past_the_check(path: Path) -> None:
    array = open_array(path)
    with pytest.raises(TypeError):
        array @ np.ones(24, np.float32)
    with pytest.raises(TypeError):
        array + 1
    with pytest.raises(TypeError, match="gives rows"):
        array[3, 2]
    for name in ("astype", "tobytes", "reshape", "sum", "view"):
        with pytest.raises(AttributeError):
            getattr(array, name)


def test_an_array_of_no_rows_is_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "none.npy", ARRAY[:0])
    write_blocks(tmp_path / "none.npy")
    assert blocks_of(tmp_path / "none.npy").name == "none.npy.blocks"
    assert open_array(tmp_path / "none.npy")[:].shape == (0, 24)
