"""What a build would find changed, told without one. Reads no text."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from corpus.changes import Changes, compare
from corpus.errors import said
from corpus.reading.survey import Survey, glance
from index import generation
from index.errors import DamagedIndex
from index.files import STORE
from index.store import Store

# What a store with other bytes raises: SQLite where its pages say nothing, the others where they say
# something else. Its hash, which would tell, takes a second for a large one.
_DAMAGE = (sqlite3.Error, ValueError, LookupError, TypeError)


def pending(texts: Path, home: Path) -> Changes:
    """What a build would find changed, as far as sizes and dates tell.

    Raises MissingTexts, NoIndex, DamagedIndex or IncompatibleIndex.
    """
    before = generation.opened(home, _surveyed)
    hashes = {source: file.sha256 for source, file in before.files.items()}
    return compare(hashes, glance(texts, before))


def _surveyed(folder: Path) -> Survey:
    generation.read_manifest(folder)
    try:
        with closing(Store(folder / STORE)) as store:
            return store.survey()
    except (OSError, *_DAMAGE) as error:
        why = said(error) if isinstance(error, OSError) else type(error).__name__
        raise DamagedIndex(f"{folder.name} ne s'ouvre pas ({why}) ; lancez : sourcier build") from None
