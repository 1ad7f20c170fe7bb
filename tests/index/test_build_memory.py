"""What a build holds in memory grows by little a text and a passage, and not by what they say."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

import index.build
import index.postings
import index.readings
import index.words
from index.build import build
from index.embedding import Vectors
from index.lexicon import build_lexicon
from index.spill import Spill
from index.windows import windows
from tests.conftest import FakeEncoder, fake_interaction

_WORDS = "lit salle nord sud médecin infirmière hôpital territoire soins garde nuit jour".split()
_PASSAGES = 12
# Bytes. A build grows by 577 a passage, all told, and by 1,015 where texts read stay in memory; these
# two together allow 708.
_A_TEXT, _A_PASSAGE = 2500, 500


class Quick(FakeEncoder):
    """One direction a text, not one a word: encoding is not what is measured. Tokens are many."""

    def __init__(self) -> None:
        super().__init__(fake_interaction())
        self._directions = np.random.default_rng(1).standard_normal((64, self.dimension)).astype(np.float32)

    def _vector(self, text: str) -> Vectors:
        direction = self._directions[crc32(text.encode()) % 64]
        return np.asarray(direction / np.linalg.norm(direction), np.float32)

    def _tokens(self, text: str) -> Vectors:
        return self._directions[np.arange(len(text)) % 64]


def write(folder: Path, numbers: Sequence[int]) -> Path:
    """Texts of twelve passages each, none like another."""
    folder.mkdir()
    for n in numbers:
        sections = []
        for section in range(_PASSAGES):
            words = " ".join(_WORDS[(n * 7 + section * 5 + i * (n % 5 + 1)) % len(_WORDS)] for i in range(40))
            sections.append(f"## Partie {n} {section}\n\nLe texte {n} dit {section} : {words}.")
        (folder / f"{n:05}.md").write_text("\n\n".join([f"# Titre {n}", *sections]), "utf-8")
    return folder


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held at once, a hundredth of what it is: texts, passages, counts."""
    monkeypatch.setattr(index.build, "windows", partial(windows, size=32))
    monkeypatch.setattr(index.readings, "Spill", partial(Spill, in_memory=1 << 14))
    monkeypatch.setattr(index.postings, "_AT_ONCE", 1 << 12)
    monkeypatch.setattr(index.words, "postings", partial(index.postings.postings, at_once=1 << 12))


def peak(texts: Path, home: Path) -> int:
    """The bytes that a build holds at most, more than before it."""
    encoder = Quick()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        report = build(texts, home, encoder)
        assert report.encoded == report.passages == _PASSAGES * report.documents
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("_small")
def test_more_texts_take_some_hundred_bytes_more_a_passage_and_two_thousand_a_text(tmp_path: Path) -> None:
    build_lexicon([])  # the words of French are there for ever
    few = write(tmp_path / "few", range(40))
    many = write(tmp_path / "many", range(160))
    build(few, tmp_path / "warm", Quick())
    small = peak(few, tmp_path / "home")
    large = peak(many, tmp_path / "home 2")
    assert large - small <= 120 * (_A_TEXT + _PASSAGES * _A_PASSAGE)
