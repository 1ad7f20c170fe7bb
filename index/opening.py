"""Opens a generation for searching, once it is verified. Writes nothing, and searches nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from index import generation, lexicon
from index.arrays import read_ragged
from index.cross_encoder import Reranker
from index.duplicates import Groups
from index.embedded import EmbeddedEngine
from index.embedding import Encoder
from index.errors import DamagedIndex, IncompatibleIndex
from index.files import (
    DUPLICATES,
    LEXICON,
    PHRASES,
    SENTENCE_STARTS,
    SENTENCES,
    STORE,
    TOKEN_STARTS,
    TOKENS,
    WORDS,
)
from index.mapped import open_array
from index.retrieval import Retriever
from index.store import Store
from index.vectors import open_vectors
from index.words import open_word_index


def open_engine(home: Path, encoder: Encoder, reranker: Reranker | None = None) -> EmbeddedEngine:
    """Opens the generation served: see `open_generation`. Raises NoIndex too."""
    return generation.opened(home, lambda folder: open_generation(folder, encoder, reranker))


def open_generation(folder: Path, encoder: Encoder, reranker: Reranker | None = None) -> EmbeddedEngine:
    """Opens a generation, once its files are verified.

    Raises DamagedIndex, or IncompatibleIndex when another model built it.
    """
    manifest = generation.verify(folder)
    if (manifest.fingerprint, manifest.dimension) != (encoder.fingerprint, encoder.dimension):
        raise IncompatibleIndex(
            f"l'index a été construit avec le modèle {manifest.model} ({manifest.fingerprint}), "
            f"pas avec {encoder.name} ({encoder.fingerprint}) ; lancez : sourcier build"
        )
    try:
        return EmbeddedEngine(
            manifest,
            encoder,
            Store(folder / STORE),
            open_retriever(folder),
            read_ragged(folder, SENTENCES, SENTENCE_STARTS),
            lexicon.from_bytes((folder / LEXICON).read_bytes()),
            reranker,
        )
    except (OSError, RuntimeError, ValueError, KeyError, sqlite3.Error) as error:
        # The bytes are as written, so what is wrong is the machine (memory, disk, rights).
        raise DamagedIndex(
            f"{folder.name} ne s'ouvre pas ({type(error).__name__}) ; relancez, ou : sourcier build"
        ) from error


def open_retriever(folder: Path) -> Retriever:
    """The arrays of a generation, the large ones read from disk as they are needed."""
    return Retriever(
        open_vectors(folder),
        open_word_index(folder, WORDS),
        open_word_index(folder, PHRASES),
        # In memory: it is read whole to find the members of each group.
        Groups(open_array(folder / DUPLICATES)[:]),
        read_ragged(folder, TOKENS, TOKEN_STARTS) if (folder / TOKENS).exists() else None,
    )
