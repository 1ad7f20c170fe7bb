"""What a build would find changed, told without one. Reads no text."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from corpus.changes import Changes, compare
from corpus.errors import said
from corpus.reading.survey import Survey, glance
from index import generation
from index.errors import DamagedIndex
from index.files import STORE
from index.store import Store


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
    except OSError as error:
        raise DamagedIndex(
            f"{folder.name} ne s'ouvre pas ({said(error)}) ; lancez : sourcier build"
        ) from None
