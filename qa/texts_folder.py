"""Writes and deletes one text in the folder of texts: whole or not at all, and nowhere else.

A text arrives in a hidden file beside its place, is read once, synced, and renamed over the old
one. Folders are opened one after another from the root, and no link is followed, not even one
that appears meanwhile. Knows nothing of HTTP and builds no index.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from corpus.documents import Unread
from corpus.errors import MissingTexts, SourcierError, said
from corpus.reading.apart import read_apart
from qa.open_folders import Place, UnknownText, known_name, opened, regular_file
from qa.text_names import BadName, UnsupportedFormat, check_format, components_of

TEMPORARY = ".sourcier-"  # hidden: neither the reader nor the watcher looks at it
# Bytes of a text that still arrives are younger; what is older belonged to a process that died.
STALE_SECONDS = 3600.0
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class TextTooLarge(SourcierError):
    """More bytes arrive than a text may have."""

    @classmethod
    def of(cls, largest: int) -> TextTooLarge:
        """The error for a limit in bytes."""
        size = f"{largest // 2**20} Mio"
        return cls(f"le texte dépasse {size} ; coupez-le ou réglez SOURCIER_LARGEST_TEXT")


class UnreadableText(SourcierError):
    """The bytes that arrived hold no text that could be read; the old text stays."""


class NoReader(SourcierError):
    """No process could be begun to read the bytes that arrived."""


class FolderChanged(SourcierError):
    """A folder on the way was moved or replaced while the text arrived."""


class UnwritableTexts(SourcierError):
    """The system does not let the folder of texts be changed: full, or read-only."""


@dataclass(frozen=True, slots=True)
class Written:
    """One text written: its source as the folder has it, and the hash of its bytes."""

    source: str
    created: bool
    sha256: str


def write_text(texts: Path, source: str, chunks: Iterable[bytes], largest: int) -> Written:
    """Puts the bytes of `chunks`, at most `largest` of them, where `source` says; makes its folders.

    On any error, also one that `chunks` raises, what was there before stays and nothing is left.
    Raises BadName, UnsupportedFormat, TextTooLarge, UnreadableText, NoReader, FolderChanged,
    UnwritableTexts, MissingTexts.
    """
    *folders, typed = components_of(source)
    check_format(typed)
    with _told(), opened(texts, folders, make=True) as place:
        _drop_stale(place.descriptor)
        name = known_name(place.descriptor, typed)
        old = regular_file(place.descriptor, name)
        with _temporary(place.descriptor) as (file, temporary):
            sha256 = _receive(chunks, file, largest)
            _check_readable(file, typed)
            if old is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode))
            os.fsync(file.fileno())
            _check_unmoved(texts, place, file, temporary)
            os.rename(temporary, name, src_dir_fd=place.descriptor, dst_dir_fd=place.descriptor)
            os.fsync(place.descriptor)
    return Written("/".join((*place.names, name)), old is None, sha256)


def delete_text(texts: Path, source: str) -> str:
    """Removes one text; returns its source as the folder had it. Its folder stays, even empty.

    Raises BadName, UnknownText, UnwritableTexts, MissingTexts.
    """
    *folders, typed = components_of(source)
    try:
        check_format(typed)
    except UnsupportedFormat:
        raise UnknownText() from None  # a file that is no text is not ours to remove
    with _told(), opened(texts, folders, make=False) as place:
        name = known_name(place.descriptor, typed)
        if regular_file(place.descriptor, name) is None:
            raise UnknownText()
        os.unlink(name, dir_fd=place.descriptor)
        os.fsync(place.descriptor)
    return "/".join((*place.names, name))


_MOVED = "le dossier ou le fichier provisoire a été remplacé pendant l'envoi ; recommencez"


@contextmanager
def _told() -> Iterator[None]:
    """Turns what the system refuses into an error that names no path."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = "le disque est plein, le dossier de textes n'a pas changé ; libérez de la place"
        else:
            message = (
                f"le dossier de textes ne peut pas être changé : {said(error)} ; "
                "donnez-en le droit au service"
            )
        raise UnwritableTexts(message) from error


@contextmanager
def _temporary(folder: int) -> Iterator[tuple[BinaryIO, str]]:
    """A new hidden file, open, and its name; gone afterwards unless it was renamed."""
    name = TEMPORARY + secrets.token_hex(8)
    with os.fdopen(os.open(name, _NEW_FILE, 0o644, dir_fd=folder), "w+b") as file:
        try:
            yield file, name
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)


def _receive(chunks: Iterable[bytes], file: BinaryIO, largest: int) -> str:
    """Writes the chunks as they arrive; returns their sha256."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > largest:
            raise TextTooLarge.of(largest)
        digest.update(chunk)
        file.write(chunk)
    file.flush()
    return digest.hexdigest()


def _check_readable(file: BinaryIO, name: str) -> None:
    file.seek(0)
    data = file.read()
    try:
        result = read_apart(name, data)
    except OSError as error:
        raise NoReader(f"le service n'a pas pu lancer la lecture : {said(error)} ; recommencez") from error
    if isinstance(result, Unread):
        raise UnreadableText(result.reason)


def _check_unmoved(texts: Path, place: Place, file: BinaryIO, temporary: str) -> None:
    """An open folder stays open when it is moved, out of the folder of texts too; so does a file."""
    try:
        with opened(texts, place.names, make=False) as again:
            named = os.stat(temporary, dir_fd=again.descriptor, follow_symlinks=False)
            is_same = os.path.samestat(named, os.fstat(file.fileno()))
    except (BadName, UnknownText, MissingTexts, FileNotFoundError):
        is_same = False
    if not is_same:
        raise FolderChanged(_MOVED)


def _drop_stale(folder: int) -> None:
    """Removes what a process that was killed left here."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(TEMPORARY):
                with suppress(OSError):  # another upload was quicker; or it is a folder
                    if time.time() - entry.stat(follow_symlinks=False).st_mtime > STALE_SECONDS:
                        os.unlink(entry.name, dir_fd=folder)
