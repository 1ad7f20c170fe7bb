"""The generations that are there, and `CURRENT`, which names the one served. Opens no file of theirs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from index import disk
from index.errors import DamagedIndex, NoIndex, UnknownGeneration

CURRENT = "CURRENT"
# Before a pointer that is being written: swept when its build dies.
POINTER = ".current-"
# Beside the files of a generation, which no manifest names: it was served once, or it was kept from
# being served. Without either it is what a build left that died just before it ended.
SERVED, HELD = ".served", ".held"
_NAME = re.compile(r"g-[0-9a-zA-Z-]{1,64}")
# A pointer that lacks its end was not written whole, whatever it seems to name.
_END = "\n"
_Opened = TypeVar("_Opened")


def current(home: Path) -> Path:
    """The folder of the generation served. Raises NoIndex, or DamagedIndex."""
    name = _pointed(home)
    while not _is_there(home, name):
        again = _pointed(home)
        if again == name:
            raise DamagedIndex("CURRENT ne nomme aucune génération présente ; lancez : sourcier build")
        name = again  # a build served another one meanwhile, and dropped this one
    return home / "index" / name


def opened(home: Path, open_folder: Callable[[Path], _Opened]) -> _Opened:
    """What `open_folder` makes of the generation served.

    One that a build drops while it is being read is not damaged: then the one served now is
    opened. Raises NoIndex, and what `open_folder` raises.
    """
    while True:
        folder = current(home)
        try:
            return open_folder(folder)
        except DamagedIndex:
            if current(home) == folder:
                raise


def find(home: Path, name: str | None = None) -> Path:
    """The folder of a generation that is kept; None is the one that was served before the one served
    now first was or, where that is not kept, the newest one older that was served: none that was held.

    Raises UnknownGeneration.
    """
    present = names(home)
    if name is None:
        served = served_name(home)
        older = [each for each in present if served is None or each < served]
        marked = (each for each in older if is_marked(home / "index" / each, SERVED))
        before = served and _served_before(home / "index" / served)
        name = before if before in present else next(marked, None)
        if name is None:
            raise UnknownGeneration(
                "aucune génération plus ancienne n'est gardée ; pour les voir, lancez : sourcier generations"
            )
    # Never made a path before it is known for a name. Nor repeated: it may come from anybody.
    if name not in present:
        raise UnknownGeneration(
            "aucune génération gardée ne porte ce nom ; pour les voir, lancez : sourcier generations"
        )
    return home / "index" / name


def is_served(home: Path, name: str) -> bool:
    """Whether CURRENT names this generation. Raises DamagedIndex where that cannot be read."""
    try:
        return _pointed(home) == name
    except NoIndex:
        return False


def served_name(home: Path) -> str | None:
    """The name of the generation served; None where none can be told."""
    try:
        return current(home).name
    except (NoIndex, DamagedIndex):
        return None


def names(home: Path) -> list[str]:
    """The generations that are there, newest first."""
    folder = home / "index"
    if not folder.is_dir():
        return []
    return sorted((p.name for p in folder.iterdir() if _NAME.fullmatch(p.name) and p.is_dir()), reverse=True)


def serve(folder: Path) -> None:
    """Makes a generation the one served, durably: a reader sees the old name or the new one."""
    # The new one is marked once it is served: a build that dies before then leaves an orphan, not one
    # that a rollback would take for served. One that died just after left its own unmarked: it is now.
    before = served_name(folder.parent.parent)
    if before is not None:
        mark(folder.parent / before, SERVED)
    temporary = folder.parent / f"{POINTER}{secrets.token_hex(8)}"
    try:
        disk.write_bytes(temporary, f"{folder.name}{_END}".encode())
        disk.sync(temporary)
        disk.replace(temporary, folder.parent / CURRENT)
    finally:
        temporary.unlink(missing_ok=True)
    disk.sync(folder.parent)
    # It is served, marked or not.
    with suppress(OSError):
        mark(folder, SERVED, before or "")


def mark(folder: Path, name: str, content: str = "") -> None:
    """Marks a generation, durably; a mark that is there stays as it is."""
    if not is_marked(folder, name):
        disk.write_bytes(folder / name, content.encode())
        disk.sync(folder / name)
        disk.sync(folder)


def _served_before(folder: Path) -> str | None:
    """The generation that this one took the place of when it first was served, as its mark says."""
    try:
        return (folder / SERVED).read_text("utf-8") or None
    except (OSError, UnicodeDecodeError):
        return None


def is_marked(folder: Path, name: str) -> bool:
    """Whether a generation bears this mark."""
    return (folder / name).exists()


def _is_there(home: Path, name: str) -> bool:
    return _NAME.fullmatch(name) is not None and (home / "index" / name).is_dir()


def _pointed(home: Path) -> str:
    """What CURRENT names, which may be no generation; nothing, where it was not written whole."""
    try:
        written = (home / "index" / CURRENT).read_bytes().decode()
    except FileNotFoundError:
        raise NoIndex("aucun index n'est construit ; lancez : sourcier build") from None
    except (OSError, UnicodeDecodeError):
        raise DamagedIndex("CURRENT est illisible ; lancez : sourcier build") from None
    name, end, rest = written.partition(_END)
    return name if end and not rest else ""
