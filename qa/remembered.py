"""The last questions asked, kept on this machine only where that was switched on.

Keeps the questions and nothing about who asked or when. Does not ask them again: see `drift`.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import threading
from pathlib import Path

from filelock import FileLock

NAME = "asked.jsonl"
# Compacted beyond so many times what is kept: one rewrite in as many questions as are kept.
_SLACK = 2
# Seconds. Another process holds the file for one line (0.05 ms) or one rewrite (80 ms with 10,000
# questions of 100 characters, 2 cores). Waiting longer would keep a person from an answer.
_WAIT, _POLL = 0.5, 0.005
_log = logging.getLogger(__name__)


def asked_path(home: Path) -> Path:
    """Where the questions are kept, whether or not there are any."""
    return home / NAME


class Remembered:
    """The last `most` different questions asked of a home; with 0 nothing is kept, and nothing read.

    Several threads and several processes may share a file. A question given again moves to the
    end. What is there when this is switched off stays there: only its owner deletes it.
    """

    def __init__(self, home: Path, most: int) -> None:
        self._path = asked_path(home)
        self._most = most
        self._thread_lock = threading.Lock()
        self._process_lock = FileLock(
            home / ".asked.lock", timeout=_WAIT, mode=0o600, poll_interval=_POLL, thread_local=False
        )
        # What this process last saw of the file: which one, how far, how many lines.
        self._inode, self._size, self._lines = 0, 0, 0

    def remember(self, question: str) -> None:
        """Keeps a question. Never fails: what cannot be kept is left, and the reason logged."""
        if not self._most:
            return
        try:
            with self._thread_lock, self._process_lock:
                self._append(question)
                if self._lines > _SLACK * self._most:
                    self._compact()
        except (OSError, ValueError) as error:
            # The kind of error alone: the text of some holds what was to be written.
            _log.warning("une question reçue n'a pas pu être gardée (%s)", type(error).__name__)

    def questions(self) -> tuple[str, ...]:
        """The last `most` different questions, the newest last. A torn line is left out."""
        if not self._most:
            return ()
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return ()
        newest_first = dict.fromkeys(q for q in map(_question, reversed(lines)) if q is not None)
        return tuple(reversed(list(newest_first)[: self._most]))

    def _append(self, question: str) -> None:
        line = _line(question)
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            status = os.fstat(file.fileno())
            if status.st_ino != self._inode or status.st_size < self._size:
                self._inode, self._size, self._lines = status.st_ino, 0, 0
            # What other processes added since.
            file.seek(self._size)
            added = file.read()
            torn = bool(status.st_size) and not (added or b"\n").endswith(b"\n")
            file.write(b"\n" * torn + line)
            self._lines += added.count(b"\n") + torn + 1
            self._size = os.fstat(file.fileno()).st_size

    def _compact(self) -> None:
        """Rewrites the file with what is kept: the old one or the new one is there at any moment."""
        kept = b"".join(map(_line, self.questions()))
        # mkstemp gives 0600. Beside the file: a rename is atomic only within one filesystem.
        descriptor, temporary = tempfile.mkstemp(prefix=".asked-", dir=self._path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(kept)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def _line(question: str) -> bytes:
    return json.dumps({"question": question}, ensure_ascii=False).encode() + b"\n"


def _question(line: bytes) -> str | None:
    """The question of a line, or None where the line is none: cut short, or blank."""
    try:
        question = json.loads(line)["question"]
    except (ValueError, TypeError, KeyError):
        return None
    return question if isinstance(question, str) else None
