"""What a build takes over from the index served before it. Decides nothing, writes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import recipe as reading
from corpus.cleaning import normalised_line
from index import generation, lexicon, probes
from index.arrays import Analyses, Encodings, read_arrays
from index.embedding import EncodedQuestion, Encoder
from index.errors import DamagedIndex, IncompatibleIndex, NoIndex
from index.files import PASSAGES, PROBES, STORE, WORDING
from index.generation import Manifest
from index.lexicon import NO_WORDING, Wording
from index.store import Store

# What follows from one text alone comes from these files, and from corpus.
_ANALYSIS = (
    "calibration.py",
    "counting.py",
    "duplicates.py",
    "encoding.py",
    "french.py",
    "previous.py",
    "probes.py",
    "spellings.py",
    "tokenisation.py",
    "windows.py",
)


def recipe() -> str:
    """A hash of the code and the libraries that make passages, terms and keys of a text."""
    here = Path(__file__).parent
    return reading.recipe() + reading.hashed(
        (here / name for name in _ANALYSIS), ["PyStemmer", "sentencepiece", "tokenizers"]
    )


@dataclass(frozen=True, slots=True)
class Previous:
    """A sound index of the same model. `same_recipe`: its texts were read and cut as they would be now."""

    folder: Path
    manifest: Manifest
    store: Store
    same_recipe: bool
    recurring: frozenset[str]

    def arrays(self) -> tuple[Encodings, Analyses]:
        """What it knows of each of its passages."""
        return read_arrays(self.folder)

    def contents(self) -> NDArray[np.uint8]:
        """What it read of each of its passages: see `index.encoding.contents`."""
        with np.load(self.folder / PASSAGES, allow_pickle=False) as passages:
            return np.asarray(passages["contents"])

    def wording(self) -> Wording:
        """How its texts write their words; nothing, where words were told apart in another way."""
        if not self.same_recipe:
            return NO_WORDING
        return lexicon.wording_from_bytes((self.folder / WORDING).read_bytes())

    def probes(self) -> dict[str, EncodedQuestion]:
        """The sentences that its calibration asked, encoded."""
        return probes.known_from_bytes((self.folder / PROBES).read_bytes())

    def holding(self, sources: Iterable[str], lines: frozenset[str]) -> Iterator[str]:
        """Those of its documents in which one of these normalised lines stands."""
        for source in sources:
            document = self.store.document(source)
            if document and any(normalised_line(line) in lines for line in document.text.splitlines()):
                yield source

    def close(self) -> None:
        """Frees the store."""
        self.store.close()


def open_previous(home: Path, encoder: Encoder) -> Previous | None:
    """The index served, every file checked; None without one, or one that cannot be built upon.

    Nothing is ever taken over from a damaged index, nor from one of another model or format.
    """
    try:
        manifest = generation.opened(home, generation.verify_whole)
    except (NoIndex, DamagedIndex, IncompatibleIndex):
        return None
    folder = home / "index" / manifest.generation
    if manifest.fingerprint != encoder.fingerprint:
        return None
    store = Store(folder / STORE)
    return Previous(
        folder,
        manifest,
        store,
        store.fact("recipe") == recipe(),
        frozenset(json.loads(store.fact("recurring"))),
    )


@dataclass(frozen=True, slots=True)
class Wordings:
    """The texts in which words are counted, of some documents of a store, of all where none are named:
    of each its title, its headings and its passages, each once. Read anew at each turn.
    """

    store: Store
    sources: Sequence[str] | None = None

    def __iter__(self) -> Iterator[str]:
        sources = self.sources
        if sources is None:
            sources = [document.id for document in self.store.document_rows()]
        for title, passages in self.store.texts_of(sources):
            yield from dict.fromkeys(part for p in passages for part in (title, *p.headings, p.text))
