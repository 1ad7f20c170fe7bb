"""What the files of a folder are now, by the hash of their bytes. Parses none of them.

A file whose size, dates and inode are those of the last survey is not read again, unless it
was saved so shortly before that survey that the clock cannot tell (git's "racy" rule).
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import Unread
from corpus.errors import UnreadableFile, said
from corpus.reading.folder import list_files
from corpus.reading.opening import open_inside

# Some file systems keep dates to two seconds.
_COARSEST_CLOCK_NS = 2_000_000_000
# How long a survey waits for files that are being written, all together.
_LONGEST_WAIT = 2.0
_PAUSE = 0.02
_STILL_WRITTEN = "en cours d'écriture ; il sera lu quand il ne changera plus"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file; dates in nanoseconds. `changed_ns` no program can set."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class FileState:
    """One file: its path below the folder, its stamp, and the sha256 of its bytes."""

    source: str
    stamp: Stamp
    sha256: str


@dataclass(frozen=True, slots=True)
class Survey:
    """Every text of a folder by source, sorted; the files left out, and why; when it was begun."""

    files: Mapping[str, FileState]
    left: tuple[Unread, ...]
    begun_ns: int


NOTHING_KNOWN = Survey({}, (), 0)


def survey(
    folder: Path, before: Survey = NOTHING_KNOWN, settle: float = 0.0, progress: Progress = lambda *_: None
) -> Survey:
    """The state of each text below `folder`. Raises MissingTexts when there is no such folder.

    A file saved less than `settle` seconds ago is waited for; one that goes on changing keeps
    the state it had `before`, or is left out.
    """
    begun = time.time_ns()
    sources, left = list_files(folder)
    root = folder.resolve()
    deadline = time.monotonic() + _LONGEST_WAIT
    files = {}
    for done, source in enumerate(sources):
        progress(done, len(sources))
        try:
            found = _state(root, source, before, settle, deadline)
        except FileNotFoundError:
            continue  # removed since it was listed
        except (OSError, UnreadableFile) as error:
            left.append(Unread(source, f"lecture impossible : {said(error)}", failed=True))
            continue
        if found is not None:
            files[source] = found
        else:
            left.append(Unread(source, _STILL_WRITTEN, failed=False))
    progress(len(sources), len(sources))
    return Survey(files, tuple(sorted(left, key=lambda u: u.source)), begun)


def glance(folder: Path, before: Survey) -> dict[str, str]:
    """The hash of each text as far as stamps tell it, by source; nothing is read.

    A file whose stamp is another has its stamp for a hash, so that it compares as changed; one
    moved with its stamp has the hash it had.
    """
    sources, _ = list_files(folder)
    root = folder.resolve()
    # A rename changes a file's `changed_ns`, and neither its inode nor its bytes.
    moved = {_unmoved(state.stamp): state.sha256 for state in before.files.values()}
    found = {}
    for source in sources:
        try:
            stamp = stamp_of(root / source)
        except OSError:
            continue
        known = before.files.get(source)
        if known is not None and known.stamp == stamp:
            found[source] = known.sha256
        else:
            found[source] = moved.get(_unmoved(stamp), repr(stamp)) if known is None else repr(stamp)
    return found


def stamp_of(path: Path) -> Stamp:
    """The stamp of a file. Raises OSError."""
    status = path.stat()
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _unmoved(stamp: Stamp) -> tuple[int, int, int]:
    return stamp.size, stamp.modified_ns, stamp.inode


def _state(root: Path, source: str, before: Survey, settle: float, deadline: float) -> FileState | None:
    """A file's state; None for one that is being written and was not known before."""
    path, known = root / source, before.files.get(source)
    while True:
        stamp = stamp_of(path)
        if known is not None and known.stamp == stamp and _told_apart(stamp, before.begun_ns):
            return known
        youth = settle - (time.time_ns() - stamp.modified_ns) / 1e9
        if 0 < youth <= settle:
            if time.monotonic() + youth > deadline:
                return known
            time.sleep(youth)
            continue
        with open_inside(root, source) as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
        if stamp_of(path) == stamp and size == stamp.size:
            return FileState(source, stamp, sha256)
        if time.monotonic() > deadline:
            return known
        time.sleep(_PAUSE)


def _told_apart(stamp: Stamp, surveyed_ns: int) -> bool:
    """Whether a later change would have had another stamp."""
    return stamp.changed_ns < surveyed_ns - _COARSEST_CLOCK_NS
