"""What is pending of a store that is damaged is an error of ours, whatever its bytes have become."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.changes import Changes
from index import generation
from index.errors import DamagedIndex
from index.files import STORE
from index.pending import pending


def flipped(place: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """The last `old` is `new`: after the schema, in the page of what is noted."""

    def damage(data: bytes) -> bytes:
        at = data.rindex(old)
        return data[:at] + new + data[at + len(old) :]

    return damage


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        pytest.param(flipped(3), "DatabaseError", id="the header"),
        pytest.param(flipped(103), "DatabaseError", id="the first page"),
        pytest.param(replaced(b"CREATE", b"CRE\xc1TE"), "UnicodeDecodeError", id="the schema"),
        pytest.param(replaced(b"ght.txt", b"ght\xa0txt"), "OperationalError", id="a name"),
        pytest.param(replaced(b"begun_ns1", b"begun_nsx"), "ValueError", id="a number"),
        pytest.param(replaced(b"begun_ns", b"degun_ns"), "IndexError", id="what is noted"),
        pytest.param(lambda _: b"", "OperationalError", id="everything"),
    ],
)
def test_a_damaged_store_is_told_as_one(
    texts: Path, home: Path, tmp_path: Path, damage: Callable[[bytes], bytes], error: str
) -> None:
    shutil.copytree(home, tmp_path / "home")
    assert pending(texts, tmp_path / "home") == Changes(unchanged=3)
    store = generation.current(tmp_path / "home") / STORE
    store.write_bytes(damage(store.read_bytes()))
    with pytest.raises(DamagedIndex, match=rf"ne s'ouvre pas \({error}\) ; lancez : sourcier build"):
        pending(texts, tmp_path / "home")
