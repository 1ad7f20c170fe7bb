"""Follows a folder of texts: says when a burst of changes in it is over. Builds nothing itself.

Events come from the filesystem, by watchfiles. They can be lost (a full queue of the kernel's, a
network drive, a folder that cannot be watched), so that the sizes and dates of the texts are
also looked at from time to time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import watchfiles
from watchfiles._rust_notify import WatchfilesRustInternalError  # no public module has it

from corpus.errors import MissingTexts, SourcierError, said
from corpus.reading.survey import NOTHING_KNOWN, glance
from index.pending import pending
from qa.config import Settings, texts_of

SETTLE = 0.25  # seconds without an event: editors save in several steps, milliseconds apart
LONGEST = 5.0  # seconds: a folder that never rests is indexed all the same
RECHECK = 30.0  # seconds between two looks at every file; one takes 22 ms for 1,518 files
_RETRY = 0.5  # seconds before a folder that is gone, or that cannot be watched, is tried again
# Milliseconds. An event is known within two steps; the end of a burst, within one timeout more.
_STEP, _TIMEOUT = 25, 50

# What programs write beside the text they save, then rename or remove; no reader takes these.
_TEMPORARY_ENDS = ("~", ".tmp", ".temp", ".part", ".partial", ".crdownload", ".swp", ".swo", ".swx")
_VIM_PROBE = "4913"  # the file by which vim tries whether it may write in the folder

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Burst:
    """When a series of events began and when it was last added to, in seconds of one clock."""

    first: float | None = None
    last: float = 0.0

    def add(self, now: float) -> None:
        """Notes an event."""
        self.first = now if self.first is None else self.first
        self.last = now

    def is_over(self, now: float, settle: float, longest: float) -> bool:
        """Whether there is one, and it has been quiet for `settle` or has lasted `longest`."""
        return self.first is not None and (now - self.last >= settle or now - self.first >= longest)


def watch(
    settings: Settings,
    on_change: Callable[[], None],
    stop: threading.Event,
    settle: float = SETTLE,
    longest: float = LONGEST,
    recheck: float = RECHECK,
    has_failed: Callable[[], bool] = lambda: False,
) -> None:
    """Calls `on_change` once a burst of changes in the folder of texts is over, until `stop` is set.

    A burst is over after `settle` seconds without an event, or `longest` seconds after its
    first. Also calls it at the start when the index is behind the folder, and when the sizes and
    dates of the texts have changed without an event, which is looked at every `recheck` seconds
    and when a folder that was gone is back. What `on_change` raises is logged, and watching goes
    on; so it does while the folder is gone. It is called again, `recheck` seconds later at the
    soonest, when it raised or when what it set off is said by `has_failed` to have failed.
    """
    follower = _Follower(settings, on_change, stop, settle, longest, recheck, has_failed)
    while not stop.is_set():
        follower.follow()


class _Follower:
    """What must be remembered from one watched folder to the next, and from one failure to the next."""

    def __init__(
        self,
        settings: Settings,
        on_change: Callable[[], None],
        stop: threading.Event,
        settle: float,
        longest: float,
        recheck: float,
        has_failed: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._on_change = on_change
        self._stop = stop
        self._settle, self._longest, self._recheck = settle, longest, recheck
        self._texts: Path | None = None
        self._seen: Mapping[str, str] | None = None  # the texts' stamps, at the last change told
        self._said: str | None = None
        self._has_failed = has_failed
        self._raised = False  # whether the last change could not even be told
        self._told = time.monotonic()  # when it was

    def follow(self) -> None:
        """Watches the folder until it is another one, is gone, or cannot be watched any more."""
        texts = texts_of(self._settings)
        if texts != self._texts:
            self._texts, self._seen = texts, None
        if not texts.is_dir():
            self._say_once(f"le dossier de textes {texts} a disparu ; il sera suivi dès son retour")
            self._stop.wait(_RETRY)
            return
        try:
            self._follow_events(texts)
        except (OSError, WatchfilesRustInternalError) as error:
            # Too many folders for the kernel, one that may not be read, a name that is not UTF-8:
            # looking at every file again and again is slower than events, and needs none.
            self._say_once(
                f"le dossier {texts} ne peut pas être suivi ({_why(error)}) ; il est relu sans cesse"
            )
            self._look(texts)
            self._stop.wait(_RETRY)

    def _follow_events(self, texts: Path) -> None:
        identity = _identity(texts)
        burst, looked = Burst(), None
        for is_event in self._events(texts):
            if _identity(texts) != identity:
                return
            now = time.monotonic()
            if is_event:
                burst.add(now)
            if burst.is_over(now, self._settle, self._longest):
                burst = Burst()
                self._change(texts)
            # Only once events are heard: what changes during the look is then not lost.
            elif looked is None or now - looked >= self._recheck:
                self._said = None
                self._look(texts)
                looked = time.monotonic()
                if texts_of(self._settings) != texts:
                    return

    def _events(self, texts: Path) -> Iterator[bool]:
        """Whether something happened, about twenty times a second, until stopped."""
        root, home = texts.resolve(), self._settings.home.resolve()
        for changes in watchfiles.watch(
            root,
            watch_filter=None,  # with one, events of no interest would keep a burst from being over
            debounce=_TIMEOUT,
            step=_STEP,
            stop_event=self._stop,
            rust_timeout=_TIMEOUT,
            yield_on_timeout=True,
        ):
            yield any(is_of_interest(Path(path), root, home) for _, path in changes)

    def _look(self, texts: Path) -> None:
        """Tells of a change that no event told of.

        Once told, a difference between index and folder is not told again: the gate may hold the
        new index, or someone may have gone back to an older one, and both are meant.
        """
        try:
            if self._seen is None:
                differs = is_behind(texts, self._settings.home)
            else:
                differs = glance(texts, NOTHING_KNOWN) != self._seen
        except MissingTexts:
            return  # the next round says so
        if differs or self._is_to_tell_again():
            self._change(texts)
        elif self._seen is None:
            self._seen = glance(texts, NOTHING_KNOWN)

    def _change(self, texts: Path) -> None:
        self._told, self._raised = time.monotonic(), True
        try:
            self._seen = glance(texts, NOTHING_KNOWN)
            self._on_change()
            self._raised = False
        except (SourcierError, OSError) as error:
            _log.error("l'index n'a pas pu suivre le dossier : %s", said(error))

    def _is_to_tell_again(self) -> bool:
        # A disk has room again, a model is back: nothing in the folder tells of either.
        is_due = time.monotonic() - self._told >= self._recheck
        return is_due and (self._raised or self._has_failed())

    def _say_once(self, sentence: str) -> None:
        if sentence != self._said:
            _log.warning("%s", sentence)
        self._said = sentence


def is_of_interest(path: Path, root: Path, home: Path) -> bool:
    """Whether an event at `path` may change the index of `root`, or the list of what it leaves out.

    A file of a type that is not read is of interest: the report names it. Hidden files, what
    programs write beside a text and, where the home lies among the texts, the index itself
    are not.
    """
    if path.is_relative_to(home) and not root.is_relative_to(home):
        return False
    if not path.is_relative_to(root):
        return False
    *folders, name = ("", *path.relative_to(root).parts)
    return not (
        any(folder.startswith(".") for folder in folders)
        or name.startswith((".", "~$"))
        or name.casefold().endswith(_TEMPORARY_ENDS)
        or (name.startswith("#") and name.endswith("#"))  # Emacs
        or name == _VIM_PROBE
    )


def is_behind(texts: Path, home: Path) -> bool:
    """Whether the index differs from the folder, or cannot be read, which a build mends.

    Raises MissingTexts, and OSError.
    """
    try:
        return bool(pending(texts, home))
    except MissingTexts:
        raise
    except SourcierError:
        return True


def _why(error: OSError | WatchfilesRustInternalError) -> str:
    """Why a folder cannot be watched, in French: watchfiles gives sentences, and no numbers."""
    if isinstance(error, OSError) and error.errno:
        return said(error)
    if isinstance(error, PermissionError):
        return "accès refusé"
    return "trop de dossiers pour le système" if "limit" in str(error) else "un nom illisible peut-être"


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which folder the path leads to now, or None; another one may have taken its name."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
