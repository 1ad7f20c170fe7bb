"""What the tests of the holder share: engines that note what is done to them, and a home of such."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from index.engine import Engine
from qa.serving import EngineHolder

FIRST = {"pluie.txt": "La pluie tombe sur Rennes au printemps."}
SECOND = {"vent.txt": "Le vent du nord souffle sur Dunkerque en hiver."}


class FakeManifest:
    def __init__(self, generation: str) -> None:
        self.generation = generation


class FakeEngine:
    """An engine that says which generation it is, what it was asked, and whether it was closed."""

    def __init__(self, generation: str) -> None:
        self.manifest = FakeManifest(generation)
        self.asked: list[tuple[str, int]] = []
        self.closed = 0

    def search(self, question: str, limit: int) -> None:
        self.asked.append((question, limit))

    def close(self) -> None:
        self.closed += 1


class FakeIndex:
    """A home whose CURRENT is written by hand; what it names opens as a FakeEngine."""

    def __init__(self, home: Path) -> None:
        self.pointer = home / "index" / "CURRENT"
        self.pointer.parent.mkdir()
        self.engines: list[FakeEngine] = []
        self.before_opening: Callable[[str], None] = lambda name: None
        self.holder = EngineHolder(home, self._open)
        self.point("g-1")

    def point(self, name: str) -> None:
        """Replaced whole, as a build does: written in place, it could be read empty."""
        new = self.pointer.with_name("CURRENT.new")
        new.write_text(name + "\n")
        new.replace(self.pointer)

    def _open(self) -> Engine:
        name = self.pointer.read_text().strip()
        self.before_opening(name)
        self.engines.append(FakeEngine(name))
        return cast("Engine", self.engines[-1])

    @property
    def opened(self) -> list[str]:
        return [engine.manifest.generation for engine in self.engines]


def served(holder: EngineHolder) -> str:
    with holder.lease() as engine:
        return engine.manifest.generation


def sources(holder: EngineHolder) -> list[str]:
    with holder.lease() as engine:
        return [document.id for document in engine.documents()]


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.005)
