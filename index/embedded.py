"""The engine of one machine: FAISS, word index and SQLite of one generation.

A question in, hits and what they are worth out. Decides nothing, writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

import numpy as np

from corpus.documents import Document, Passage, SetAside, Unread
from corpus.glossary import Meaning
from index.cached import SearchCache
from index.calibration import Match, covered_share, match, read_text
from index.cross_encoder import READ, Reranker
from index.duplicates import Place
from index.embedding import Encoder
from index.engine import NOTHING_FOUND, Hit, Search, Signals
from index.expansion import NO_EXPANSION, Names
from index.filtering import NO_FILTERS, Allowed, Filters, allowed_rows
from index.french import question_terms
from index.generation import Manifest
from index.lexicon import Lexicon
from index.questions import is_english
from index.ragged import Ragged
from index.ranking import Candidates, reordered
from index.retrieval import Asked, Found, Retriever, ask
from index.stages import ENCODING, MENDING, READING, RERANKING, mark
from index.store import DocumentSummary, Store, StoredPassage

# What sharing all of a question's rare words is worth in cosine, when choosing a sentence.
# `python -m bench.fit_sentences PIAF`: bench/RESULTS.md, "Highlight".
SENTENCE_WORD_WEIGHT = 0.04
# A notice may stand on every page of a site: a hit names at most so many other places.
_MOST_PLACES = 100
# Encoded questions kept, 30 KB each: a follow-up is searched two or three times within its answer.
_MOST_ASKED = 64

Defining = Mapping[int, frozenset[int]]


class EmbeddedEngine:
    """One generation, opened; vectors, words and texts are read from disk as they are needed."""

    def __init__(
        self,
        manifest: Manifest,
        encoder: Encoder,
        store: Store,
        retriever: Retriever,
        sentence_vectors: Ragged,
        known_words: Lexicon,
        reranker: Reranker | None = None,
    ) -> None:
        self.manifest = manifest
        self._store = store
        self._retriever = retriever
        self._sentences = sentence_vectors
        self._lexicon = known_words
        self._reranker = reranker
        self._usual = Match(**manifest.level)
        documents = store.document_rows()
        # One person asks several questions of the same folder.
        self._allowed = lru_cache(maxsize=16)(lambda filters: allowed_rows(filters, documents))
        self._glossary = store.glossary()
        self._names = Names(self._glossary)
        self._asked = lru_cache(maxsize=_MOST_ASKED)(partial(ask, encoder))
        self._searches = SearchCache()

    def search(self, question: str, limit: int, filters: Filters = NO_FILTERS) -> Search:
        """The `limit` best passages for a question, by meaning and by words together.

        Only among those that `filters` allow; of passages that say the same thing, the best. A question
        asked lately is not searched again.
        """
        return self._searches.get(
            (question, limit, filters), lambda: self._searched(question, limit, filters)
        )

    def _searched(self, question: str, limit: int, filters: Filters) -> Search:
        allowed = self._allowed(filters)
        if allowed is not None and not allowed.any():
            return Search((), NOTHING_FOUND, self.manifest.generation)
        english = is_english(question)
        if not english:
            question = self._lexicon.mended(question)
        defining = self._defining(self._names.asked(question), allowed)
        more = self._names.expansion(question)
        mark(MENDING)
        asked = self._asked(question, more)
        mark(ENCODING)
        found = self._retriever.search(asked, limit, allowed, tuple(sorted(defining)))
        candidates = found.candidates
        # What an acronym stands for is said by the texts: no likeness outweighs it.
        ranked = sorted(range(len(candidates)), key=lambda i: candidates.rows[i] not in defining)
        best = [ranked[i] for i in self._retriever.groups.best(candidates.rows[ranked].tolist())]
        if self._reranker is not None and not defining:
            candidates = self._read(question, candidates.taken(best), self._reranker)
            best = list(range(len(candidates)))
        mark(RERANKING)
        found = Found(candidates.taken(best[:limit]), found.near, found.worded)
        hits = self._hits(question, asked, found, defining, allowed)
        signals = self._signals(asked, found, hits[0], english=english, defined=bool(defining))
        mark(READING)
        return Search(hits, signals, self.manifest.generation)

    def document(self, document_id: str) -> Document | None:
        return self._store.document(document_id)

    def documents(self) -> Sequence[DocumentSummary]:
        return self._store.summaries()

    def passages_of(self, document_id: str) -> Sequence[Passage]:
        return self._store.passages_of(document_id)

    def set_aside_of(self, document_id: str) -> Sequence[SetAside]:
        return self._store.set_aside_of(document_id)

    def unread(self) -> Sequence[Unread]:
        return self._store.unread()

    def glossary(self) -> Sequence[Meaning]:
        return self._glossary

    def likeness(self, text: str, places: Sequence[tuple[str, int]]) -> tuple[float, ...] | None:
        """See Engine. No passage is encoded again."""
        asked = self._asked(text, NO_EXPANSION)
        if not asked.tokens:
            return None
        rows = [self._store.row_at(document_id, offset) for document_id, offset in places]
        allowed = np.zeros(self.manifest.counts["passages"], np.bool_)
        allowed[[row for row in rows if row is not None]] = True
        found = self._retriever.search(asked, len(rows), allowed).candidates
        late = dict(zip(found.rows.tolist(), found.late.tolist(), strict=True))
        return tuple(0.0 if row is None else late[row] for row in rows)

    def close(self) -> None:
        self._store.close()

    def _read(self, question: str, candidates: Candidates, reranker: Reranker) -> Candidates:
        """The candidates, the first of them in the order of a cross-encoder."""
        first = list(range(min(READ, len(candidates))))
        stored = self._store.passages(candidates.rows[first].tolist())
        scores = reranker.scores(question, [read_text(s.title, s.passage) for s in stored])
        return reordered(candidates, scores)

    def _defining(self, meanings: Sequence[Meaning], allowed: Allowed | None) -> Defining:
        """The allowed rows of the passages that define, and where their defining sentences start."""
        sentences: defaultdict[int, set[int]] = defaultdict(set)
        for meaning in meanings:
            for definition in meaning.definitions:
                row = self._store.row_at(definition.document_id, definition.start)
                if row is not None and (allowed is None or allowed[row]):
                    sentences[row].add(definition.sentence_start)
        return {row: frozenset(starts) for row, starts in sentences.items()}

    def _hits(
        self, question: str, asked: Asked, found: Found, defining: Defining, allowed: Allowed | None
    ) -> tuple[Hit, ...]:
        rarity = self._retriever.words.rarity
        rarities = {term: rarity(term) for term in dict.fromkeys(question_terms(question))}
        candidates = found.candidates
        hits = []
        for row, score, stored in zip(
            candidates.rows.tolist(),
            candidates.scores.tolist(),
            self._store.passages(candidates.rows.tolist()),
            strict=True,
        ):
            passage = stored.passage
            sentences = zip(passage.sentences, self._sentence_cosines(stored, asked), strict=True)
            hits.append(
                Hit(
                    passage,
                    stored.title,
                    stored.page,
                    score,
                    tuple(
                        name
                        for name, rows in (("vectors", found.near), ("words", found.worded))
                        if row in rows
                    ),
                    tuple(
                        cosine
                        + SENTENCE_WORD_WEIGHT * covered_share(passage.slice(sentence), rarities)
                        + (sentence.start in defining.get(row, ()))
                        for sentence, cosine in sentences
                    ),
                    self._also(row, allowed),
                )
            )
        return tuple(hits)

    def _sentence_cosines(self, stored: StoredPassage, asked: Asked) -> list[float]:
        first, last = self._sentences.starts[stored.row : stored.row + 2]
        rows = self._sentences.values[first:last].astype(np.float32)
        return [float(cosine) for cosine in rows @ asked.vector]

    def _also(self, row: int, allowed: Allowed | None) -> tuple[Place, ...]:
        others = self._retriever.groups.others(row)
        if allowed is not None:
            others = others[allowed[others]]
        if not len(others):
            return ()
        found = self._store.passages(others[:_MOST_PLACES].tolist())
        return tuple(
            Place(s.passage.document_id, s.title, s.passage.start, s.passage.end, s.passage.text)
            for s in found
        )

    def _signals(self, asked: Asked, found: Found, hit: Hit, *, english: bool, defined: bool) -> Signals:
        vocabulary = self._retriever.words
        rarities = {term: vocabulary.rarity(term) for term in dict.fromkeys(asked.terms)}
        total = sum(rarities.values())
        known = sum(rarity for term, rarity in rarities.items() if term in vocabulary)
        return Signals(
            best=match(self._retriever, asked, found, read_text(hit.title, hit.passage)),
            usual=self._usual,
            known=known / total if total else 1.0,
            french=not english,
            defined=defined,
        )
