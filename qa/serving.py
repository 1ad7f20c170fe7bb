"""Holds the engine that answers, and follows the index: a new generation is opened when
`CURRENT` changes, between two questions. Does not build.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from corpus.errors import SourcierError
from index.engine import Engine
from index.errors import NoIndex

OpenEngine = Callable[[], Engine]


class EngineHolder:
    """Gives the current engine. The old one is freed when its last question is answered."""

    def __init__(self, home: Path, open_current: OpenEngine) -> None:
        self._pointer = home / "index" / "CURRENT"
        self._open = open_current
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._seen: tuple[int, int] | None = None

    def engine(self) -> Engine:
        """The engine of the generation that `CURRENT` names now.

        Raises NoIndex, or DamagedIndex and IncompatibleIndex when there is no engine to go
        on with; where there is one, it goes on answering from the generation it has.
        """
        stamp = self._stamp()
        if self._engine is None or stamp != self._seen:
            with self._lock:
                if self._engine is None or stamp != self._seen:
                    self._reopen(stamp)
        if self._engine is None:
            raise NoIndex("aucun index n'est construit ; lancez : sourcier build")
        return self._engine

    def _reopen(self, stamp: tuple[int, int] | None) -> None:
        try:
            self._engine = self._open()
        except SourcierError:
            if self._engine is None:
                raise
        self._seen = stamp

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._pointer.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino
