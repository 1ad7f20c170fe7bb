"""Which files of a folder are texts, and what each says. Names every file it leaves, and why.

Parses none itself: that is for the reader of its format.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from corpus.documents import Extraction, Unread
from corpus.errors import MissingTexts, UnreadableFile, said
from corpus.reading import READERS
from corpus.reading.opening import LEADS_OUT, open_inside

CHANGED = "modifié pendant la lecture ; la prochaine construction le relira"


@dataclass(frozen=True, slots=True)
class Read:
    """One file read: its path below the folder, what it says, and the hash of its bytes."""

    source: str
    extraction: Extraction
    sha256: str
    format: str


# A file's path and bytes → what gives the result of parsing them, begun by then or not.
Parse = Callable[[str, bytes], Callable[[], Read | Unread]]


def list_files(folder: Path) -> tuple[list[str], list[Unread]]:
    """The texts below `folder`, sorted, as paths with `/`; and what is not read, and why.

    Raises MissingTexts when there is no such folder.
    """
    if not folder.is_dir():
        raise MissingTexts(
            f"le dossier de textes {folder} n'existe pas ; créez-le ou indiquez-en un avec --texts"
        )
    root = folder.resolve()
    sources: list[str] = []
    left: list[Unread] = []
    for current, folders, files in os.walk(root, onerror=lambda error: left.append(_denied(root, error))):
        for name in sorted(folders):
            path = Path(current, name)
            if name.startswith("."):
                left.append(_left(root, path, "dossier caché"))
            elif path.is_symlink():
                left.append(_left(root, path, "lien vers un dossier : non suivi"))
        folders[:] = sorted(n for n in folders if not n.startswith("."))
        for name in sorted(files):
            path = Path(current, name)
            reason = _why_left(root, path)
            if reason is None:
                sources.append(path.relative_to(root).as_posix())
            else:
                left.append(_left(root, path, reason))
    return sorted(sources), sorted(left, key=lambda unread: unread.source)


def parse_when_asked(source: str, data: bytes) -> Callable[[], Read | Unread]:
    """Parses the bytes of a file when its result is asked for."""
    return partial(read_bytes, source, data)


def read_files(
    folder: Path,
    sources: Sequence[str],
    expected: Mapping[str, str] | None = None,
    parse: Parse = parse_when_asked,
    ahead: int = 0,
) -> Iterator[Read | Unread]:
    """Each file in turn, read or named with the reason why it could not be.

    A file whose bytes have not the hash that is `expected` of them is not read: it is CHANGED.
    `parse` begins so many files `ahead` of the one that is given.
    """
    root = folder.resolve()
    begun: deque[Callable[[], Read | Unread]] = deque()
    for source in sources:
        begun.append(_begun(root, source, None if expected is None else expected[source], parse))
        if len(begun) > ahead:
            yield begun.popleft()()
    while begun:
        yield begun.popleft()()


def _begun(root: Path, source: str, expected: str | None, parse: Parse) -> Callable[[], Read | Unread]:
    unread: Unread
    try:
        with open_inside(root, source) as file:
            data = file.read()
    except UnreadableFile as error:
        unread = Unread(source, str(error), failed=True)
    except OSError as error:
        unread = Unread(source, f"lecture impossible : {said(error)}", failed=True)
    else:
        if expected is None or hashlib.sha256(data).hexdigest() == expected:
            return parse(source, data)
        unread = Unread(source, CHANGED, failed=True)
    return lambda: unread


def read_bytes(source: str, data: bytes) -> Read | Unread:
    """What the bytes of a file say; `source` ends in an extension that READERS has."""
    file_format, reader = READERS[PurePosixPath(source).suffix.casefold()]
    try:
        if not data.strip():
            return Unread(source, "fichier vide", failed=False)
        extraction = reader(data)
    except UnreadableFile as error:
        return Unread(source, str(error), failed=True)
    except ImportError:
        raise  # a library that does not load is no fault of the file: no text is given up for it
    except Exception as error:  # noqa: BLE001 — parsers meet hostile bytes: one file never stops a build
        return Unread(source, f"lecture impossible ({type(error).__name__})", failed=True)
    if not extraction.text.strip():
        return Unread(source, "aucun texte dans le fichier", failed=False)
    return Read(source, extraction, hashlib.sha256(data).hexdigest(), file_format)


def _why_left(root: Path, path: Path) -> str | None:
    if path.name.startswith((".", "~$")):
        return "fichier caché"
    try:
        path.relative_to(root).as_posix().encode("utf-8")
    except UnicodeEncodeError:
        return "le nom du fichier n'est pas de l'UTF-8 ; renommez-le"
    # First of all: resolving a link that leads to itself raises.
    if not path.is_file():
        return "lien rompu" if path.is_symlink() else "pas un fichier ordinaire"
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        return LEADS_OUT
    if path.suffix.casefold() not in READERS:
        return f"type non pris en charge ({path.suffix or 'sans extension'})"
    return None


def _left(root: Path, path: Path, reason: str, failed: bool = False) -> Unread:
    name = path.relative_to(root).as_posix()
    return Unread(name.encode("utf-8", "backslashreplace").decode(), reason, failed)


def _denied(root: Path, error: OSError) -> Unread:
    return _left(root, Path(error.filename), f"dossier illisible : {said(error)}", failed=True)
