"""Writes what a new index knows of each passage, row by row: taken over from the index before, or new.

However many rows there are, few of them are in memory. Makes none of what it writes.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import disk
from index.arrays import Analyses, Encodings
from index.counting import TermCounts
from index.duplicates import DIGEST
from index.files import PASSAGES, PHRASES, SENTENCE_STARTS, SENTENCES, TOKEN_STARTS, TOKENS, WORDS
from index.ragged import BEFORE, EARLIER, NOW, Origins
from index.row_files import RaggedFile
from index.vectors import VectorIndex, write_vectors
from index.words import WordIndex, write_word_index

# What the indexes are made of, until they are.
_VECTORS, _TERMS, _PHRASES = "vectors.rows", "words.rows", "phrases.rows"


@dataclass(frozen=True, slots=True)
class Searchable:
    """The indexes built from encodings and analyses."""

    vectors: VectorIndex
    words: WordIndex
    phrases: WordIndex


@dataclass(frozen=True, slots=True)
class Written:
    """All rows of the new index, the large arrays mapped, and the indexes of them."""

    encodings: Encodings
    analyses: Analyses
    searchable: Searchable


class ArraysWriter:
    """The files of all rows of a new index in `folder`, from the first row to the last; close it.

    What was not finished is left there, for the caller to remove. Raises OSError.
    """

    def __init__(
        self,
        folder: Path,
        dimension: int,
        token_bytes: int | None,
        before: tuple[Encodings, Analyses] | None = None,
    ) -> None:
        """`token_bytes`: the size of a token's code, None without an interaction. `before`: what the
        index before knows.
        """
        self._folder, self._before = folder, before
        with ExitStack() as opened:
            self._vectors = opened.enter_context(
                closing(disk.ArrayFile(folder / _VECTORS, (dimension,), np.float32))
            )
            # Half precision: sentence vectors only choose among a passage's own sentences.
            self._sentences = opened.enter_context(
                closing(RaggedFile(folder / SENTENCES, (dimension,), np.float16))
            )
            self._tokens = None
            if token_bytes is not None:
                self._tokens = opened.enter_context(
                    closing(RaggedFile(folder / TOKENS, (token_bytes,), np.uint8))
                )
            self._terms = opened.enter_context(closing(RaggedFile(folder / _TERMS, (), np.uint64)))
            self._phrases = opened.enter_context(closing(RaggedFile(folder / _PHRASES, (), np.uint64)))
            self._opened = opened.pop_all()
        self._truncated: list[NDArray[np.bool_]] = [np.zeros(0, bool)]
        self._contents: list[NDArray[np.uint8]] = [np.zeros((0, DIGEST), np.uint8)]
        self._likenesses: list[NDArray[np.uint8]] = [np.zeros((0, DIGEST), np.uint8)]

    def keep(self, first: int, last: int) -> None:
        """The rows from `first` to `last` of the index before come next, with all that is known of them."""
        if self._before is None:
            raise ValueError("nothing was before")
        encodings, analyses = self._before
        self._copy(encodings, first, last)
        self._terms.append(analyses.terms.rows.part(first, last))
        self._phrases.append(analyses.phrases.rows.part(first, last))
        self._contents.append(analyses.contents[first:last])
        self._likenesses.append(analyses.likenesses[first:last])

    def add(self, analyses: Analyses, encoded: Encodings, origins: Origins) -> None:
        """New rows come next: `origins` says whence each has its encodings, NOW being `encoded`."""
        known = {NOW: encoded}
        if self._before is not None:
            known[BEFORE] = self._before[0]
        if (origins.part == EARLIER).any():
            # Once for all runs: it maps every file anew.
            known[EARLIER] = self._written()
        for part, first, last in origins.runs():
            self._copy(known[part], first, last)
        self._terms.append(analyses.terms.rows)
        self._phrases.append(analyses.phrases.rows)
        self._contents.append(analyses.contents)
        self._likenesses.append(analyses.likenesses)

    def finish(self, listen: Callable[[], None] = lambda: None) -> Written:
        """Builds the indexes and completes all files; `listen` is called before each."""
        disk.finish(self._vectors)
        sentences = self._sentences.finish()
        tokens = self._tokens.finish() if self._tokens else None
        encodings = Encodings(self._vectors.mapped(), sentences, tokens, np.concatenate(self._truncated))
        analyses = Analyses(
            np.concatenate(self._contents),
            np.concatenate(self._likenesses),
            TermCounts(self._terms.finish()),
            TermCounts(self._phrases.finish()),
        )
        listen()
        vectors = write_vectors(self._folder, encodings.vectors)
        listen()
        words = write_word_index(self._folder, WORDS, analyses.terms)
        listen()
        phrases = write_word_index(self._folder, PHRASES, analyses.phrases)
        disk.save_array(self._folder / SENTENCE_STARTS, sentences.starts)
        if tokens is not None:
            disk.save_array(self._folder / TOKEN_STARTS, tokens.starts)
        buffer = io.BytesIO()
        np.savez(
            buffer,
            contents=analyses.contents,
            likenesses=analyses.likenesses,
            truncated=encodings.truncated,
        )
        disk.write_bytes(self._folder / PASSAGES, buffer.getvalue())
        self.close()
        for name in (_VECTORS, _TERMS, _PHRASES):
            # What is mapped of them stays.
            (self._folder / name).unlink()
        return Written(encodings, analyses, Searchable(vectors, words, phrases))

    def close(self) -> None:
        """Lets go of the files."""
        self._opened.close()

    def _copy(self, encodings: Encodings, first: int, last: int) -> None:
        disk.append(self._vectors, encodings.vectors[first:last])
        self._sentences.append(encodings.sentences.part(first, last))
        if self._tokens and encodings.tokens is not None:
            self._tokens.append(encodings.tokens.part(first, last))
        self._truncated.append(encodings.truncated[first:last])

    def _written(self) -> Encodings:
        """The rows of the new index up to now."""
        self._truncated = [np.concatenate(self._truncated)]
        return Encodings(
            self._vectors.mapped(),
            self._sentences.written(),
            self._tokens.written() if self._tokens else None,
            self._truncated[0],
        )


def write_arrays(folder: Path, encodings: Encodings, analyses: Analyses) -> Searchable:
    """Writes the files of rows that are all known, and returns the indexes that are in them."""
    tokens = encodings.tokens
    token_bytes = None if tokens is None else tokens.values.shape[1]
    with closing(ArraysWriter(folder, encodings.vectors.shape[1], token_bytes)) as writer:
        rows = np.arange(len(encodings.vectors))
        writer.add(analyses, encodings, Origins(np.full(len(rows), NOW, np.int8), rows))
        return writer.finish().searchable
