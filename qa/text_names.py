"""Which names a text sent over HTTP may have. Pure: looks at no folder.

A name is refused rather than repaired, so that what was asked for and what is written never differ.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from corpus.errors import SourcierError
from corpus.reading import READERS

LONGEST_COMPONENT = 255  # bytes: what Linux and macOS accept for one name
LONGEST_PATH = 4096  # bytes: PATH_MAX of Linux
# Every folder on the way is held open while the text arrives; no folder of texts is as deep.
DEEPEST = 32


class BadName(SourcierError):
    """The name of a text cannot be one: it leaves the folder, hides, or some system refuses it."""


class UnsupportedFormat(SourcierError):
    """What is sent is of no format that Sourcier reads."""


# Windows opens a device for these, whatever the extension; texts are shared with such machines.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE)
_DRIVE = re.compile(r"[a-z]:", re.IGNORECASE)
# An encoded ".", "/", "\", NUL or "%" that is still there was encoded twice, to pass one check more.
_ENCODED_TWICE = re.compile(r"%(2e|2f|5c|00|25)", re.IGNORECASE)
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
# They make a name read as another one: "\u202etxt.exe".
_DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_REPLACEMENT = "\ufffd"  # what a server decodes bytes to that are not UTF-8


def components_of(source: str) -> tuple[str, ...]:
    """The folders and the file that a source names, outermost first.

    Raises BadName, which repeats nothing of the name.
    """
    if any(unicodedata.category(c) in _UNPRINTABLE for c in source) or _REPLACEMENT in source:
        raise BadName("le nom contient des caractères de contrôle ou n'est pas de l'UTF-8 ; corrigez-le")
    if any(unicodedata.bidirectional(c) in _DIRECTIONS for c in source):
        raise BadName("le nom contient des caractères qui changent le sens de lecture ; ôtez-les")
    if len(source.encode()) > LONGEST_PATH:
        raise BadName(f"le nom dépasse {LONGEST_PATH} octets ; raccourcissez-le")
    if "\\" in source:
        raise BadName("le nom contient « \\ » ; séparez les dossiers par « / »")
    if _ENCODED_TWICE.search(source):
        raise BadName("le nom est encodé deux fois pour l'adresse ; encodez-le une seule fois")
    components = tuple(source.split("/"))
    if len(components) > DEEPEST:
        raise BadName(f"le nom a plus de {DEEPEST} niveaux de dossiers ; rapprochez le texte")
    for component in components:
        _check(component)
    return components


def check_format(name: str) -> None:
    """Raises UnsupportedFormat, naming the formats, when no file of this name is read."""
    if PurePosixPath(name).suffix.casefold() not in READERS:
        formats = ", ".join(sorted(READERS))
        raise UnsupportedFormat(f"ce type de fichier n'est pas lu ; les types lus : {formats}")


def _check(component: str) -> None:
    if component in ("", ".", ".."):
        raise BadName("le nom doit être un chemin sous le dossier de textes, sans « .. » ni partie vide")
    if component.startswith((".", "~$")):
        raise BadName("le nom commence par « . » ou « ~$ », comme un fichier caché ; renommez le texte")
    if component.endswith(".") or component != component.rstrip():
        raise BadName("le nom finit par un point ou une espace ; ôtez-les")
    if len(component.encode()) > LONGEST_COMPONENT:
        raise BadName(f"une partie du nom dépasse {LONGEST_COMPONENT} octets ; raccourcissez-la")
    if _DRIVE.match(component) or _DEVICE.fullmatch(component):
        raise BadName("Windows réserve ce nom à un disque ou à un appareil ; renommez le texte")
