"""What an index knows of each passage, row by row, and how a new index takes it over from the old.

Everything here follows from one passage alone, so that it can be moved with it; what follows
from all of them (groups, rarities, spellings) is derived anew. Reads no text.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import disk, vectors, words
from index.embedding import Vectors
from index.files import (
    PASSAGES,
    PHRASES,
    SENTENCE_STARTS,
    SENTENCES,
    TOKEN_STARTS,
    TOKENS,
    VECTORS,
    WORDS,
)
from index.ragged import Origin, Ragged, merged, merged_ragged
from index.vectors import VectorIndex, build_vector_index
from index.words import TermCounts, WordIndex, build_word_index, merged_counts


@dataclass(frozen=True, slots=True)
class Encodings:
    """What the model made of passages: `vectors` (rows, dimension), `sentences` a vector a sentence,
    `tokens` a code a token (None without an interaction), `truncated` where it did not read all.
    """

    vectors: Vectors
    sentences: Ragged
    tokens: Ragged | None
    truncated: NDArray[np.bool_]

    def merged(self, new: Encodings, origin: Origin) -> Encodings:
        """The rows of `origin`, taken from these and from `new`."""
        return Encodings(
            merged(self.vectors, new.vectors, origin),
            merged_ragged(self.sentences, new.sentences, origin),
            None
            if self.tokens is None or new.tokens is None
            else merged_ragged(self.tokens, new.tokens, origin),
            merged(self.truncated, new.truncated, origin),
        )


@dataclass(frozen=True, slots=True)
class Analyses:
    """What was found in the words of passages. `contents` is a digest of all that the model and the
    word index read of a passage, `likenesses` one of what must be equal in two that say the same.
    """

    contents: NDArray[np.uint8]
    likenesses: NDArray[np.uint8]
    terms: TermCounts
    phrases: TermCounts

    def merged(self, new: Analyses, origin: Origin) -> Analyses:
        """The rows of `origin`, taken from these and from `new`."""
        return Analyses(
            merged(self.contents, new.contents, origin),
            merged(self.likenesses, new.likenesses, origin),
            merged_counts(self.terms, new.terms, origin),
            merged_counts(self.phrases, new.phrases, origin),
        )


@dataclass(frozen=True, slots=True)
class Searchable:
    """The indexes built from encodings and analyses."""

    vectors: VectorIndex
    words: WordIndex
    phrases: WordIndex


def write_arrays(folder: Path, encodings: Encodings, analyses: Analyses) -> Searchable:
    """Writes the files of all rows, and returns the indexes that are in them."""
    searchable = Searchable(
        build_vector_index(encodings.vectors),
        build_word_index(analyses.terms),
        build_word_index(analyses.phrases),
    )
    disk.write_bytes(folder / VECTORS, searchable.vectors.to_bytes())
    disk.write_bytes(folder / WORDS, searchable.words.to_bytes())
    disk.write_bytes(folder / PHRASES, searchable.phrases.to_bytes())
    disk.save_array(folder / SENTENCES, encodings.sentences.values)
    disk.save_array(folder / SENTENCE_STARTS, encodings.sentences.starts)
    if encodings.tokens is not None:
        disk.save_array(folder / TOKENS, encodings.tokens.values)
        disk.save_array(folder / TOKEN_STARTS, encodings.tokens.starts)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        contents=analyses.contents,
        likenesses=analyses.likenesses,
        truncated=encodings.truncated,
    )
    disk.write_bytes(folder / PASSAGES, buffer.getvalue())
    return searchable


def read_arrays(folder: Path) -> tuple[Encodings, Analyses]:
    """What `write_arrays` wrote; the large arrays are read from disk as they are needed.

    The caller has checked the files' hashes.
    """
    with np.load(folder / PASSAGES, allow_pickle=False) as passages:
        contents, likenesses = passages["contents"], passages["likenesses"]
        truncated = passages["truncated"]
    tokens = read_ragged(folder, TOKENS, TOKEN_STARTS) if (folder / TOKENS).exists() else None
    encodings = Encodings(
        vectors.from_bytes((folder / VECTORS).read_bytes()).vectors(),
        read_ragged(folder, SENTENCES, SENTENCE_STARTS),
        tokens,
        truncated,
    )
    return encodings, Analyses(
        contents,
        likenesses,
        words.from_bytes((folder / WORDS).read_bytes()).term_counts(),
        words.from_bytes((folder / PHRASES).read_bytes()).term_counts(),
    )


def read_ragged(folder: Path, values: str, starts: str) -> Ragged:
    """Rows whose values stay on disk until they are needed."""
    return Ragged(
        np.load(folder / values, mmap_mode="r", allow_pickle=False),
        np.load(folder / starts, allow_pickle=False),
    )
