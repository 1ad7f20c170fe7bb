"""Holds the engine that answers and lends it to requests; follows the index, so that the next
generation is opened beside the one that answers, and takes its place between two requests.

Does not build, and knows no HTTP.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from corpus.errors import SourcierError
from index import allocator
from index.engine import Engine
from index.errors import NoIndex, Overloaded

OpenEngine = Callable[[], Engine]
# Seconds between two looks at CURRENT. Every process that serves has the new generation within a
# second: at most 0.1 to see it, the rest to open it. A look reads one small file, some 20 µs.
LOOK_EVERY = 0.1
# Seconds before a generation that would not open is tried again: its files may have come late, or
# the machine have been short of memory. Reading them all again takes most of what a look costs.
RETRY_EVERY = 5.0
# The first question put to an engine is several times slower than the next.
_WARM_UP = "échauffement"
_logger = logging.getLogger(__name__)


class Stopping(SourcierError):
    """The service ends: nothing is answered any more."""


class Phase(StrEnum):
    """What a service can do at a moment. While SWAPPING it answers, from the generation at hand."""

    CLOSED = "closed"
    STARTING = "starting"
    READY = "ready"
    SWAPPING = "swapping"
    STOPPING = "stopping"


@dataclass(slots=True)
class _Shared:
    """An engine, and how many requests are using it now."""

    engine: Engine
    users: int = 0


class EngineHolder:
    """Lends the engine of the moment; a replaced one is closed when its last user is done."""

    def __init__(self, home: Path, open_current: OpenEngine) -> None:
        self._pointer = home / "index" / "CURRENT"
        self._open = open_current
        self._following = threading.Lock()  # one opening at a time: held for as long as it takes
        self._guard = threading.Lock()  # the engine at hand and its users: held for an instant
        self._shared: _Shared | None = None
        # What CURRENT said when what it names could not be opened, and why; and when that was.
        self._refused: str | None = None
        self._error: Exception | None = None
        self._tried = 0.0
        self._is_opening = False
        self._stop = threading.Event()
        self._follower: threading.Thread | None = None

    @property
    def is_open(self) -> bool:
        """An engine is at hand: `lease` does not wait."""
        return self._shared is not None

    @property
    def phase(self) -> Phase:
        """CLOSED, when there is no engine and nobody is opening one: `lease` will say why."""
        if self._stop.is_set():
            return Phase.STOPPING
        if self._shared is not None:
            return Phase.SWAPPING if self._is_opening else Phase.READY
        return Phase.STARTING if self._is_opening else Phase.CLOSED

    def lends(self, engine: Engine) -> bool:
        """Whether this is the engine at hand: giving it back closes nothing."""
        shared = self._shared
        return shared is not None and shared.engine is engine

    @contextmanager
    def lease(self) -> Iterator[Engine]:
        """The engine at hand, the same one until the end of the block, and not closed before.

        Never waits when one is at hand. Otherwise opens one, or waits for the thread that does;
        raises NoIndex, DamagedIndex, IncompatibleIndex or ModelUnavailable when that fails.
        """
        if self._shared is None:
            self.follow()
        with self._guard:
            shared = self._shared
            if shared is not None:
                shared.users += 1
        if shared is None:
            raise self._reason()
        try:
            yield shared.engine
        finally:
            with self._guard:
                shared.users -= 1
                is_last = shared.users == 0 and shared is not self._shared
            if is_last:
                shared.engine.close()

    def follow(self) -> None:
        """Opens and warms the generation that CURRENT names, then puts it in the old one's place.

        Does nothing when that one is at hand already. When it cannot be opened, the old one goes on,
        which is logged once, and it is tried again every RETRY_EVERY seconds. What is unforeseen is
        raised, once too.
        """
        with self._following:
            while not self._stop.is_set():
                named = self._named()
                if named == self._served():
                    self._refused = self._error = None
                    return
                is_refused = named == self._refused
                if is_refused and time.monotonic() - self._tried < RETRY_EVERY:
                    return
                try:
                    self._is_opening = True
                    engine = self._opened()
                except Exception as error:
                    if isinstance(error, SourcierError) and self._named() != named:
                        continue  # replaced meanwhile, and its files perhaps dropped
                    self._refused, self._error, self._tried = named, error, time.monotonic()
                    if not is_refused and not isinstance(error, SourcierError):
                        raise
                    if not is_refused and self._shared is not None:
                        _logger.warning(
                            "la nouvelle génération ne s'ouvre pas, l'ancienne répond : %s", error
                        )
                    return
                else:
                    self._put(_Shared(engine))
                    allocator.trim()
                finally:
                    self._is_opening = False

    def start(self) -> None:
        """Follows from now on, in a thread of its own, until `stop`."""
        self._stop.clear()
        # A daemon: a second Ctrl-C ends the process without calling `stop`.
        self._follower = threading.Thread(target=self._keep_following, name="follower", daemon=True)
        self._follower.start()

    def stop(self) -> None:
        """Ends the following and frees the engine; those who use it still may finish."""
        self._stop.set()
        if self._follower is not None:
            self._follower.join()
            self._follower = None
        self._put(None)

    def _keep_following(self) -> None:
        while True:
            try:
                self.follow()
            except Exception:
                _logger.exception("la nouvelle génération ne s'ouvre pas")
            if self._stop.wait(LOOK_EVERY):
                return

    def _opened(self) -> Engine:
        engine = self._open()
        try:
            engine.search(_WARM_UP, 1)
        except Overloaded:
            # The questions that fill the queue keep the model warm, and the new engine is as good cold.
            _logger.debug("échauffement sauté : trop de questions attendent")
        except BaseException:
            engine.close()
            raise
        return engine

    def _put(self, shared: _Shared | None) -> None:
        with self._guard:
            old, self._shared = self._shared, shared
            is_idle = old is not None and old.users == 0
        if old is not None and is_idle:
            old.engine.close()

    def _served(self) -> str | None:
        return None if self._shared is None else self._shared.engine.manifest.generation

    def _named(self) -> str:
        """What CURRENT says; nothing, where it cannot be read."""
        try:
            return self._pointer.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _reason(self) -> Exception:
        if self._stop.is_set():
            return Stopping("le service s'arrête ; réessayez dans un instant")
        if self._error is None:
            return NoIndex("aucun index n'est construit ; lancez : sourcier build")
        # Raised by every request: each would add its own frames to the traceback.
        return self._error.with_traceback(None)
