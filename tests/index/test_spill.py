"""Records come back as they were put; a disk that takes no more is told by its name."""

from __future__ import annotations

import errno
import resource
from contextlib import closing
from pathlib import Path

import pytest

from index.spill import Spill

RECORDS = [b"", b"a", bytes(range(256)), b"\0" * 5000]


@pytest.mark.parametrize("in_memory", [1, 300, 1 << 20])
def test_records_come_back_by_place_whatever_is_in_memory(tmp_path: Path, in_memory: int) -> None:
    with closing(Spill(tmp_path, in_memory=in_memory)) as spill:
        places = [spill.put(record) for record in RECORDS]
        assert [spill.get(place) for place in reversed(places)] == RECORDS[::-1]
        places.append(spill.put(b"encore"))
        assert [spill.get(place) for place in places] == [*RECORDS, b"encore"]


def test_little_never_touches_the_disk(tmp_path: Path) -> None:
    with closing(Spill(tmp_path / "absent")) as spill:
        assert spill.get(spill.put(b"peu")) == b"peu"


def test_more_than_memory_may_hold_goes_to_the_folder(tmp_path: Path) -> None:
    with closing(Spill(tmp_path / "absent", in_memory=10)) as spill, pytest.raises(FileNotFoundError):
        spill.put(bytes(11))


def test_a_file_that_may_not_grow_is_told_with_its_folder(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(Spill(tmp_path, in_memory=10)) as spill:
        assert spill.put(bytes(2000)) == 0
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        try:
            with pytest.raises(OSError, match="File too large") as told:
                spill.put(bytes(20_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (told.value.errno, told.value.filename) == (errno.EFBIG, str(tmp_path))
