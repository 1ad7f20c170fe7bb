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
from index.files import (
    PASSAGES,
    PHRASES,
    SENTENCE_STARTS,
    SENTENCES,
    TOKEN_STARTS,
    TOKENS,
    VECTORS,
    WORDS,
    WordFiles,
)
from index.ragged import BEFORE, EARLIER, NOW, Origins
from index.row_files import RaggedFile
from index.vectors import VectorIndex, index_vectors
from index.words import WordIndex, index_words


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
                closing(disk.ArrayFile(folder / VECTORS, (dimension,), np.float32))
            )
            # Half precision: sentence vectors only choose among a passage's own sentences.
            self._sentences = opened.enter_context(
                closing(RaggedFile(folder, SENTENCES, SENTENCE_STARTS, (dimension,), np.float16))
            )
            self._tokens = None
            if token_bytes is not None:
                self._tokens = opened.enter_context(
                    closing(RaggedFile(folder, TOKENS, TOKEN_STARTS, (token_bytes,), np.uint8))
                )
            self._terms = opened.enter_context(closing(_counts_file(folder, WORDS)))
            self._phrases = opened.enter_context(closing(_counts_file(folder, PHRASES)))
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
        """Completes all files and builds the indexes of them; `listen` is called before each index."""
        disk.finish(self._vectors)
        encodings = Encodings(
            self._vectors.mapped(),
            self._sentences.finish(),
            self._tokens.finish() if self._tokens else None,
            np.concatenate(self._truncated),
        )
        analyses = Analyses(
            np.concatenate(self._contents),
            np.concatenate(self._likenesses),
            TermCounts(self._terms.finish()),
            TermCounts(self._phrases.finish()),
        )
        listen()
        vectors = index_vectors(self._folder)
        listen()
        words = index_words(self._folder, WORDS)
        listen()
        phrases = index_words(self._folder, PHRASES)
        buffer = io.BytesIO()
        np.savez(
            buffer,
            contents=analyses.contents,
            likenesses=analyses.likenesses,
            truncated=encodings.truncated,
        )
        disk.write_bytes(self._folder / PASSAGES, buffer.getvalue())
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


def _counts_file(folder: Path, names: WordFiles) -> RaggedFile:
    return RaggedFile(folder, names.counts, names.count_starts, (), np.uint64)
