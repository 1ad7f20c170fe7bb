"""What an index knows of each passage, row by row, and how it is read back for the next one.

Everything here follows from one passage alone, so that it can be moved with it; what follows
from all of them (groups, rarities, spellings) is derived anew. Reads no text; writes nothing: see
`array_writing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.counting import TermCounts
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
from index.mapped import open_array
from index.ragged import Ragged
from index.words import read_term_counts


@dataclass(frozen=True, slots=True)
class Encodings:
    """What the model made of passages: `vectors` (rows, dimension), `sentences` a vector a sentence,
    `tokens` a code a token (None without an interaction), `truncated` where it did not read all.
    """

    vectors: Vectors
    sentences: Ragged
    tokens: Ragged | None
    truncated: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Analyses:
    """What was found in the words of passages. `contents` is a digest of all that the model and the
    word index read of a passage, `likenesses` one of what must be equal in two that say the same.
    """

    contents: NDArray[np.uint8]
    likenesses: NDArray[np.uint8]
    terms: TermCounts
    phrases: TermCounts


def read_arrays(folder: Path) -> tuple[Encodings, Analyses]:
    """What `ArraysWriter` wrote; the large arrays are read from disk as they are needed.

    The caller has checked the files' hashes.
    """
    with np.load(folder / PASSAGES, allow_pickle=False) as passages:
        contents, likenesses = passages["contents"], passages["likenesses"]
        truncated = passages["truncated"]
    tokens = read_ragged(folder, TOKENS, TOKEN_STARTS) if (folder / TOKENS).exists() else None
    encodings = Encodings(
        # No index of neighbours is opened: who verifies must not parse it, and no build takes it over.
        open_array(folder / VECTORS),
        read_ragged(folder, SENTENCES, SENTENCE_STARTS),
        tokens,
        truncated,
    )
    return encodings, Analyses(
        contents,
        likenesses,
        read_term_counts(folder, WORDS),
        read_term_counts(folder, PHRASES),
    )


def read_ragged(folder: Path, values: str, starts: str) -> Ragged:
    """Rows whose values stay on disk until they are needed."""
    return Ragged(
        open_array(folder / values),
        # In memory: a question takes 60 of them, one by one.
        np.array(open_array(folder / starts)[:]),
    )
