"""The names of a generation's files."""

from __future__ import annotations

from dataclasses import dataclass

STORE = "store.sqlite"
# The rows themselves; and where there are many, an index that proposes among them.
VECTORS, NEIGHBOURS = "vectors.npy", "neighbours.faiss"
SENTENCES, SENTENCE_STARTS = "sentences.npy", "sentence_starts.npy"
# Only where the model has an interaction.
TOKENS, TOKEN_STARTS = "tokens.npy", "token_starts.npy"
DUPLICATES, LEXICON = "duplicates.npy", "lexicon.npz"
# Read by the next build alone.
PASSAGES, WORDING, PROBES = "passages.npz", "wording.npz", "probes.npz"


@dataclass(frozen=True, slots=True)
class WordFiles:
    """The files of one word index: by term, by posting, and by passage, these for the next build alone."""

    name: str

    @property
    def terms(self) -> str:
        return f"{self.name}_terms.npy"

    @property
    def starts(self) -> str:
        return f"{self.name}_starts.npy"

    @property
    def rows(self) -> str:
        return f"{self.name}_rows.npy"

    @property
    def weights(self) -> str:
        return f"{self.name}_weights.npy"

    @property
    def counts(self) -> str:
        return f"{self.name}_counts.npy"

    @property
    def count_starts(self) -> str:
        return f"{self.name}_count_starts.npy"


WORDS, PHRASES = WordFiles("words"), WordFiles("phrases")
