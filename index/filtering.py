"""Which passages a search may find: by folder, by file, by format. Searches and ranks nothing."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from index.store import DocumentRows

Allowed = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a passage's document must be: any of each kind, and of every kind that is given.

    `folders` are paths below the folder of texts and hold all that is below them; `sources` are
    whole paths; `formats` are as the index names them ("pdf", "md", …). An empty kind asks nothing.
    """

    folders: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()


NO_FILTERS = Filters()


def allowed_rows(filters: Filters, documents: Sequence[DocumentRows]) -> Allowed | None:
    """One truth value a passage, by row; None when nothing is asked, so that all may be found."""
    if filters == NO_FILTERS:
        return None
    folders = {_folder(folder) for folder in filters.folders}
    sources = {_composed(source) for source in filters.sources}
    formats = {name.strip().casefold().removeprefix(".") for name in filters.formats}
    allowed = np.zeros(sum(document.passages for document in documents), bool)
    for document in documents:
        source = _composed(document.id)
        allowed[document.first_row : document.first_row + document.passages] = (
            (not folders or not folders.isdisjoint(_ancestors(source)))
            and (not sources or source in sources)
            and (not formats or document.format in formats)
        )
    return allowed


def _folder(path: str) -> str:
    """A folder as `_ancestors` has it: "notes/" for "notes", "./notes" and "notes/"."""
    path = posixpath.normpath(_composed(path)).strip("/")
    return "" if path in ("", ".") else path + "/"


def _ancestors(source: str) -> list[str]:
    """The folders a source is below, the outermost first: "" (the texts), "notes/", "notes/2019/"."""
    return list(accumulate((f"{name}/" for name in source.split("/")[:-1]), initial=""))


def _composed(path: str) -> str:
    """File systems and keyboards write accents composed or decomposed: both name one file."""
    return unicodedata.normalize("NFC", path)
