"""Finds and orders passages by row: vectors, words, then token by token. Reads no text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

from corpus import cores
from index.duplicates import Groups
from index.embedding import QuestionEncoder, Vectors
from index.expansion import NO_EXPANSION, Expansion
from index.filtering import Allowed
from index.french import phrases, question_terms
from index.interaction import AskedTokens, late_scores
from index.questions import specifics
from index.ragged import Ragged
from index.ranking import Candidates, Rows, fuse, rerank
from index.stages import PROPOSING, mark
from index.vectors import ASKED, VectorIndex
from index.words import AskedWords, WordIndex

# Like passages take one another's place among them: at least so many that differ are proposed.
_FEWEST_DISTINCT = 50
# So many meet the question token by token: 97 % of PIAF's right passages are among them.
RERANKED = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the searchers need it. `tokens` are its tokens, and those with the other names
    of what it names; none where the model has no interaction.

    `specifics` are the terms of its names and figures.
    """

    vector: Vectors
    tokens: tuple[AskedTokens, ...]
    terms: tuple[str, ...]
    specifics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, best first, and which rows each searcher proposed."""

    candidates: Candidates
    near: frozenset[int]
    worded: frozenset[int]


def ask(encoder: QuestionEncoder, question: str, expansion: Expansion = NO_EXPANSION) -> Asked:
    """Encodes a question and finds its terms, with those of the other names of what it names."""
    encoded = encoder.encode_question(question, expansion.text)
    tokens: tuple[AskedTokens, ...] = ()
    if encoder.interaction is not None:
        # A passage says a thing by one name or by the other: it need not have both.
        readings = [encoded.tokens, np.concatenate([encoded.tokens, encoded.aside])]
        tokens = tuple(encoder.interaction.asked(reading) for reading in readings[: 1 + bool(expansion.text)])
    # A text may have either name of what a question names: neither is missing.
    named = specifics(question) - expansion.of
    return Asked(encoded.vector, tokens, tuple(question_terms(question + expansion.text)), named)


class Retriever:
    """The arrays of one generation. `tokens` are the codes of each passage, None where the index was
    built without them."""

    def __init__(
        self,
        vectors: VectorIndex,
        words: WordIndex,
        phrase_index: WordIndex,
        groups: Groups,
        tokens: Ragged | None,
    ) -> None:
        self.words = words
        self.groups = groups
        self._vectors = vectors
        self._phrases = phrase_index
        self._tokens = tokens

    def search(
        self, asked: Asked, limit: int, allowed: Allowed | None = None, always: tuple[int, ...] = ()
    ) -> Found:
        """At least `limit` passages that differ, if there are; `always` are rows to rank in any case."""
        words = self.words.asked(asked.terms)
        near, worded = self._proposals(asked, words, limit, allowed)
        rows = np.union1d(np.union1d(near, worded), always).astype(np.int64)
        fused = fuse(
            rows,
            self._vectors.cosines(asked.vector, rows),
            words.shares(rows),
            self._phrases.asked(phrases(asked.terms)).shares(rows),
        )
        mark(PROPOSING)
        if self._tokens is not None and asked.tokens and len(fused):
            fused = self._reranked(fused, asked.tokens, self._tokens, limit, always)
        return Found(fused, frozenset(near.tolist()), frozenset(worded.tolist()))

    def _reranked(
        self,
        fused: Candidates,
        readings: tuple[AskedTokens, ...],
        tokens: Ragged,
        limit: int,
        always: tuple[int, ...],
    ) -> Candidates:
        # Stable: what must be ranked goes before the others, which keep their order.
        kept = np.argsort(~np.isin(fused.rows, always), kind="stable")
        fused = fused.taken(kept)
        count = self._distinct(fused.rows, max(RERANKED, limit + len(always)))
        codes, starts = tokens.taken(fused.rows[:count])
        return rerank(fused, np.max([late_scores(asked, codes, starts) for asked in readings], axis=0))

    def _distinct(self, rows: Rows, wanted: int) -> int:
        """How many of the first rows hold `wanted` groups of like passages; all, if fewer do."""
        best = self.groups.best(rows.tolist())
        return len(rows) if len(best) <= wanted else best[wanted]

    def _proposals(
        self, asked: Asked, words: AskedWords, limit: int, allowed: Allowed | None
    ) -> tuple[Rows, Rows]:
        """The rows that each searcher proposes: more when most of them say the same thing."""
        # 96 % of PIAF's right passages are in the first 40 of a fused list; each searcher proposes more.
        count = ASKED
        while True:
            near, worded = self._both(asked, words, count, allowed)
            if len(near) < count or self.groups.count(near) >= max(limit, _FEWEST_DISTINCT):
                return near, worded
            count *= 4

    def _both(
        self, asked: Asked, words: AskedWords, count: int, allowed: Allowed | None
    ) -> tuple[Rows, Rows]:
        """The rows nearest by meaning and the best by words, found at the same moment where they are many."""
        if not self._vectors.is_large:
            near, _ = self._vectors.nearest(asked.vector, count, allowed)
            return near, words.best(count, allowed)
        finding = _beside().submit(self._vectors.nearest, asked.vector, count, allowed)
        worded = words.best(count, allowed)
        return finding.result()[0], worded


@cache
def _beside() -> ThreadPoolExecutor:
    """Of 800,000 passages FAISS takes 6 ms without the interpreter, and words 3 with it."""
    return ThreadPoolExecutor(cores.count(), thread_name_prefix="vectors")
