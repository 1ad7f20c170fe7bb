"""Rows of unlike length written one after another are those that are read, while they are written too."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.ragged import Ragged, ragged
from index.row_files import RaggedFile

EMPTY = np.zeros((0, 2), np.int16)
ROWS = [[1, 2], [], [3], [4, 5, 6], []]


def of(rows: list[list[int]]) -> Ragged:
    return ragged([np.array([(n, -n) for n in row], np.int16).reshape(-1, 2) for row in rows], EMPTY)


def read(rows: Ragged) -> list[list[int]]:
    assert np.array_equal(rows.values[:, 1], -rows.values[:, 0])
    edges = zip(rows.starts, rows.starts[1:], strict=False)
    return [rows.values[first:last, 0].tolist() for first, last in edges]


def test_rows_are_read_as_they_were_written_at_any_moment(tmp_path: Path) -> None:
    with closing(RaggedFile(tmp_path, "rows.npy", "starts.npy", (2,), np.int16)) as file:
        assert read(file.written()) == []
        file.append(of(ROWS))
        # A part of others, whose first value is not the first of all.
        file.append(of(ROWS).part(2, 4))
        expected = [*ROWS, *ROWS[2:4]]
        assert read(file.written()) == expected
        file.append(of([]))
        file.append(of([[9]]))
        found = file.finish()
    assert read(found) == [*expected, [9]]
    assert (found.values.dtype, found.starts.dtype) == (np.dtype(np.int16), np.dtype(np.int64))
    assert np.array_equal(np.load(tmp_path / "rows.npy"), found.values)
    assert np.load(tmp_path / "starts.npy").tolist() == found.starts.tolist()


def test_where_rows_start_is_written_once_all_are_there(tmp_path: Path) -> None:
    with closing(RaggedFile(tmp_path, "rows.npy", "starts.npy", (2,), np.int16)) as file:
        file.append(of(ROWS))
    assert [path.name for path in tmp_path.iterdir()] == ["rows.npy"]
    assert len(np.load(tmp_path / "rows.npy")) == 0
    with pytest.raises(FileExistsError):
        RaggedFile(tmp_path, "rows.npy", "starts.npy", (2,), np.int16)
