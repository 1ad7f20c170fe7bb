"""What the tests of surveys share: a clock that stands still, a folder of two texts, short names."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from io import BufferedReader
from pathlib import Path

import pytest

from corpus.reading import survey as module
from corpus.reading.survey import Survey

SECOND = 1_000_000_000


class Clock:
    """Stands for `time`; moves only when somebody sleeps, and then something may happen."""

    def __init__(self) -> None:
        self.start = self.now = 1_700_000_000 * SECOND
        self.slept: list[float] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def time_ns(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return (self.now - self.start) / SECOND

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += round(seconds * SECOND)
        self.meanwhile()


def stopped(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that surveys look at from now on."""
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def two_texts(tmp_path: Path) -> Path:
    """A folder with `b.md` and `dossier/a.md`."""
    texts = tmp_path / "textes"
    (texts / "dossier").mkdir(parents=True)
    (texts / "b.md").write_text("Le lit est libre.", "utf-8")
    (texts / "dossier" / "a.md").write_text("La salle est fermée.", "utf-8")
    return texts


def watched(monkeypatch: pytest.MonkeyPatch, act: Callable[[str], object]) -> None:
    """`act` is told each source that a survey is about to open."""
    real = module.open_inside

    def acted(root: Path, source: str) -> BufferedReader:
        act(source)
        return real(root, source)

    monkeypatch.setattr(module, "open_inside", acted)


def later(found: Survey, seconds: float = 10.0) -> Survey:
    """The same survey, begun so long after its last file was saved."""
    last = max(file.stamp.changed_ns for file in found.files.values())
    return replace(found, begun_ns=last + round(seconds * SECOND))


def save(path: Path, text: str, at_ns: int) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, ns=(at_ns, at_ns))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hashes(found: Survey) -> dict[str, str]:
    return {source: file.sha256 for source, file in found.files.items()}
