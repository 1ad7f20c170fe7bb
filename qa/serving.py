"""Holds the engine that answers, and follows the index: a new generation is opened when
`CURRENT` changes, between two questions. Does not build.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from corpus.errors import SourcierError
from index.engine import Engine
from index.errors import NoIndex

OpenEngine = Callable[[], Engine]
_log = logging.getLogger(__name__)


class EngineHolder:
    """Gives the current engine. The old one is freed when its last question is answered."""

    def __init__(self, home: Path, open_current: OpenEngine) -> None:
        self._pointer = home / "index" / "CURRENT"
        self._open = open_current
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._error: SourcierError | None = None
        self._seen: tuple[int, int] | None = None

    def engine(self) -> Engine:
        """The engine of the generation that `CURRENT` names now.

        While another thread opens a new generation, the one at hand goes on answering; so it
        does when the new one cannot be opened, which is logged. Without one at hand, raises
        NoIndex, DamagedIndex or IncompatibleIndex.
        """
        is_stale = self._stamp() != self._seen or (self._engine is None and self._error is None)
        # Whoever has an engine at hand does not wait for the one who opens the next.
        if is_stale and self._lock.acquire(blocking=self._engine is None):
            try:
                self._follow()
            finally:
                self._lock.release()
        if self._engine is None:
            raise self._error or NoIndex("aucun index n'est construit ; lancez : sourcier build")
        return self._engine

    def _follow(self) -> None:
        stamp = self._stamp()
        if stamp == self._seen and (self._engine or self._error):
            return  # another thread did it while this one waited
        try:
            self._engine, self._error = self._open(), None
        except SourcierError as error:
            self._error = error
            if self._engine is not None:
                _log.error("la nouvelle génération ne s'ouvre pas, l'ancienne répond : %s", error)
        self._seen = stamp

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._pointer.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino
