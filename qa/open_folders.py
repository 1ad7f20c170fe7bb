"""Opens the folders on the way to a text, one after another from the root, and follows no link.

What is opened stays the same folder whatever happens to its name meanwhile. Reads and writes no file.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import MissingTexts, SourcierError
from qa.text_names import BadName

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_LINKED = "un dossier de ce chemin est un lien ou un fichier ; passez par le vrai dossier"


class UnknownText(SourcierError):
    """The folder of texts has no text of this name."""

    def __init__(self) -> None:
        super().__init__("le dossier de textes n'a aucun texte de ce nom ; voyez /v1/documents")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder below the folder of texts: its descriptor, and its names from the root down."""

    descriptor: int
    names: tuple[str, ...]


@contextmanager
def opened(texts: Path, folders: Sequence[str], make: bool) -> Iterator[Place]:
    """Opens the folders one in another; those that it makes are removed again when the body fails.

    Raises BadName where a folder is a link or a file, UnknownText where it is missing and not to be
    made, MissingTexts, OSError.
    """
    with ExitStack() as stack:
        try:
            here = os.open(texts, _FOLDER)
        except (FileNotFoundError, NotADirectoryError):
            raise MissingTexts(
                "le dossier de textes n'existe pas ; créez-le ou réglez SOURCIER_TEXTS"
            ) from None
        stack.callback(os.close, here)
        names: list[str] = []
        for typed in folders:
            name = known_name(here, typed)
            if make and _made(here, name):
                stack.push(_remove_after_failure(here, name))
            try:
                here = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            except FileNotFoundError:
                raise UnknownText() from None
            except OSError as error:
                # Linux answers "not a folder" to a link, others "too many links".
                if error.errno in (errno.ENOTDIR, errno.ELOOP):
                    raise BadName(_LINKED) from None
                raise
            stack.callback(os.close, here)
            names.append(name)
        yield Place(here, tuple(names))


def _made(parent: int, name: str) -> bool:
    """Makes a folder unless something has its name; whether it did."""
    try:
        os.mkdir(name, dir_fd=parent)
    except FileExistsError:
        return False
    os.fsync(parent)
    return True


def _remove_after_failure(parent: int, name: str) -> Callable[..., None]:
    def remove(kind: object, *_: object) -> None:
        if kind is not None:
            with suppress(OSError):  # another text may have come into it
                os.rmdir(name, dir_fd=parent)

    return remove


def known_name(folder: int, typed: str) -> str:
    """The name that the folder has for what was typed: accents may be composed in one, not in the other."""
    if typed.isascii() or _exists(folder, typed):
        return typed
    wanted = unicodedata.normalize("NFC", typed)
    with os.scandir(folder) as entries:
        same = [entry.name for entry in entries if unicodedata.normalize("NFC", entry.name) == wanted]
    return min(same, default=wanted)


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def regular_file(folder: int, name: str) -> os.stat_result | None:
    """The status of a file, None where there is none. Raises BadName for a folder, a link, a pipe."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise BadName("ce nom est celui d'un dossier ou d'un lien ; choisissez-en un autre")
    return status
