"""The searching side of a generation: a question in, hits and what they are worth out.

The Engine protocol is what `qa` knows of an index; EmbeddedEngine meets it with FAISS, the
word index and SQLite, on this machine.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.documents import Document, Passage, SetAside, Unread
from corpus.glossary import Meaning
from index import generation, vectors, words
from index.build import DUPLICATES, PHRASES, SENTENCES, STORE, VECTORS, WORDS
from index.duplicates import Groups, Place
from index.embedding import Encoder, Vectors
from index.errors import DamagedIndex, IncompatibleIndex
from index.expansion import asked_meanings, expanded
from index.filtering import NO_FILTERS, Allowed, Filters, allowed_rows
from index.french import phrases, question_terms, terms
from index.generation import Manifest
from index.ranking import Candidate, fuse
from index.store import DocumentSummary, Store, StoredPassage
from index.vectors import VectorIndex
from index.words import WordIndex

# 96 % of PIAF's right passages are in the first 40 of a fused list; each searcher proposes more.
_PROPOSED = 100
# Like passages take one another's place among them: at least so many that differ are proposed.
_FEWEST_DISTINCT = 50
# A notice may stand on every page of a site: a hit names at most so many other places.
_MOST_PLACES = 100
# How near an unrelated passage of this index lies to a question: told by so many, drawn once.
_BACKGROUND_SAMPLE = 512
# What sharing all of a question's rare words is worth in cosine, when choosing a sentence.
# Measured on PIAF: bench/RESULTS.md, "Highlight".
SENTENCE_WORD_WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `found_by` names the searchers that proposed it ("vectors", "words").

    `sentence_scores` says, for each of the passage's sentences, how well it answers. `also`:
    where passages that say the same thing stand.
    """

    passage: Passage
    title: str
    page: int | None
    score: float
    found_by: tuple[str, ...]
    sentence_scores: tuple[float, ...]
    also: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Signals:
    """What tells whether the texts answer the question at all.

    `cosine` is that of the best hit; `background_mean` and `background_deviation` describe the
    cosines of unrelated passages; `coverage` is the share of the question's terms, weighted by
    rarity, that the best hit holds, and `known` the share that occurs anywhere in the index.
    `defined`: the question asks what an acronym stands for, and the best hit says so.
    """

    cosine: float
    background_mean: float
    background_deviation: float
    coverage: float
    known: float
    defined: bool = False


NOTHING_FOUND = Signals(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Search:
    """The hits of one question, best first, all of one generation; none if no passage is allowed."""

    hits: tuple[Hit, ...]
    signals: Signals
    generation: str


class Engine(Protocol):
    """What answering needs of an index. All methods are safe to call from several threads."""

    @property
    def manifest(self) -> Manifest: ...

    def search(self, question: str, limit: int, filters: Filters = NO_FILTERS) -> Search: ...
    def document(self, document_id: str) -> Document | None: ...
    def documents(self) -> Sequence[DocumentSummary]: ...
    def passages_of(self, document_id: str) -> Sequence[Passage]: ...
    def set_aside_of(self, document_id: str) -> Sequence[SetAside]: ...
    def unread(self) -> Sequence[Unread]: ...
    def glossary(self) -> Sequence[Meaning]: ...
    def close(self) -> None: ...


class EmbeddedEngine:
    """One generation, opened; vectors and words in memory, texts read for the hits alone."""

    def __init__(
        self,
        manifest: Manifest,
        encoder: Encoder,
        store: Store,
        vector_index: VectorIndex,
        word_index: WordIndex,
        phrase_index: WordIndex,
        sentence_vectors: NDArray[np.float16],
        groups: Groups,
    ) -> None:
        self.manifest = manifest
        self._encoder = encoder
        self._store = store
        self._vectors = vector_index
        self._words = word_index
        self._phrases = phrase_index
        self._sentences = sentence_vectors
        self._groups = groups
        documents = store.document_rows()
        # One person asks several questions of the same folder.
        self._allowed = lru_cache(maxsize=16)(lambda filters: allowed_rows(filters, documents))
        count = len(vector_index)
        sample = np.random.default_rng(0).choice(count, min(count, _BACKGROUND_SAMPLE), replace=False)
        self._glossary = tuple(store.glossary())
        self._background = np.sort(sample).astype(np.int64)

    def search(self, question: str, limit: int, filters: Filters = NO_FILTERS) -> Search:
        """The `limit` best passages for a question, by meaning and by words together.

        Only among those that `filters` allow; of passages that say the same thing, the best.
        """
        allowed = self._allowed(filters)
        if allowed is not None and not allowed.any():
            return Search((), NOTHING_FOUND, self.manifest.generation)
        meant = expanded(question, self._glossary)
        vector = self._encoder.encode_question(meant)
        meant_terms = question_terms(meant)
        word_shares = self._words.shares(meant_terms)
        phrase_shares = self._phrases.shares(phrases(meant_terms))
        near, worded = self._proposals(vector, word_shares, limit, allowed)
        defining = self._defining(asked_meanings(question, self._glossary), allowed)
        rows = np.union1d(np.union1d(near, worded), sorted(defining)).astype(np.int64)
        cosines = self._vectors.cosines(vector, rows)
        candidates = fuse(rows, cosines, word_shares[rows], phrase_shares[rows])
        # What an acronym stands for is said by the texts: no likeness outweighs it.
        candidates = sorted(candidates, key=lambda c: c.row not in defining)
        best_of_groups = self._groups.best([candidate.row for candidate in candidates])
        candidates = [candidates[i] for i in best_of_groups[:limit]]
        proposed = {"vectors": set(near.tolist()), "words": set(worded.tolist())}
        topic = self._rarities(question_terms(question))
        stored = self._store.passages([candidate.row for candidate in candidates])
        hits = tuple(
            self._hit(candidate, passage, vector, topic, proposed, defining, allowed)
            for candidate, passage in zip(candidates, stored, strict=True)
        )
        signals = self._signals(vector, candidates[0], hits[0], self._rarities(meant_terms), bool(defining))
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

    def close(self) -> None:
        self._store.close()

    def _rarities(self, asked: Sequence[str]) -> dict[str, float]:
        return {term: self._words.rarity(term) for term in set(asked)}

    def _proposals(
        self, vector: Vectors, word_shares: NDArray[np.float32], limit: int, allowed: Allowed | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows that each searcher proposes: more when most of them say the same thing."""
        if allowed is not None:
            word_shares = word_shares * allowed
        count = _PROPOSED
        while True:
            near, _ = self._vectors.nearest(vector, count, allowed)
            if len(near) < count or self._groups.count(near) >= max(limit, _FEWEST_DISTINCT):
                return near, _best_rows(word_shares, count)
            count *= 4

    def _defining(self, meanings: Sequence[Meaning], allowed: Allowed | None) -> dict[int, frozenset[int]]:
        """The allowed rows of the passages that define, and where their defining sentences start."""
        sentences: defaultdict[int, set[int]] = defaultdict(set)
        for meaning in meanings:
            for definition in meaning.definitions:
                row = self._store.row_at(definition.document_id, definition.start)
                if row is not None and (allowed is None or allowed[row]):
                    sentences[row].add(definition.sentence_start)
        return {row: frozenset(starts) for row, starts in sentences.items()}

    def _hit(
        self,
        candidate: Candidate,
        stored: StoredPassage,
        vector: Vectors,
        rarities: dict[str, float],
        proposed: dict[str, set[int]],
        defining: Mapping[int, frozenset[int]],
        allowed: Allowed | None,
    ) -> Hit:
        passage = stored.passage
        last = stored.first_sentence + len(passage.sentences)
        cosines = self._sentences[stored.first_sentence : last].astype(np.float32) @ vector
        return Hit(
            passage,
            stored.title,
            stored.page,
            candidate.score,
            tuple(name for name, rows in proposed.items() if candidate.row in rows),
            tuple(
                float(cosine)
                + SENTENCE_WORD_WEIGHT * covered_share(passage.slice(sentence), rarities)
                + (sentence.start in defining.get(candidate.row, ()))
                for cosine, sentence in zip(cosines, passage.sentences, strict=True)
            ),
            self._also(candidate.row, allowed),
        )

    def _also(self, row: int, allowed: Allowed | None) -> tuple[Place, ...]:
        others = self._groups.others(row)
        if allowed is not None:
            others = others[allowed[others]]
        found = self._store.passages(others[:_MOST_PLACES].tolist())
        return tuple(
            Place(s.passage.document_id, s.title, s.passage.start, s.passage.end, s.passage.text)
            for s in found
        )

    def _signals(
        self,
        vector: Vectors,
        best: Candidate,
        hit: Hit,
        rarities: dict[str, float],
        defined: bool,
    ) -> Signals:
        background = self._vectors.cosines(vector, self._background)
        total = sum(rarities.values())
        known = sum(r for term, r in rarities.items() if term in self._words.vocabulary)
        read = " ".join([hit.title, *hit.passage.headings, hit.passage.text])
        return Signals(
            cosine=best.cosine,
            background_mean=float(background.mean()),
            background_deviation=float(background.std()),
            coverage=covered_share(read, rarities),
            known=known / total if total else 0.0,
            defined=defined,
        )


def covered_share(text: str, rarities: dict[str, float]) -> float:
    """The share of a question's terms that `text` holds, each weighing its rarity; 0 to 1."""
    total = sum(rarities.values())
    if not total:
        return 0.0
    found = set(terms(text))
    return sum(rarity for term, rarity in rarities.items() if term in found) / total


def open_engine(home: Path, encoder: Encoder) -> EmbeddedEngine:
    """Opens the generation served, once its files are verified.

    Raises NoIndex, DamagedIndex, or IncompatibleIndex when another model built it.
    """
    folder = generation.current(home)
    manifest = generation.verify(folder)
    if manifest.fingerprint != encoder.fingerprint:
        raise IncompatibleIndex(
            f"l'index a été construit avec le modèle {manifest.model}, pas avec {encoder.name} ; "
            "lancez : sourcier build"
        )
    try:
        return EmbeddedEngine(
            manifest,
            encoder,
            Store(folder / STORE),
            vectors.from_bytes((folder / VECTORS).read_bytes()),
            words.from_bytes((folder / WORDS).read_bytes()),
            words.from_bytes((folder / PHRASES).read_bytes()),
            np.load(folder / SENTENCES, mmap_mode="r", allow_pickle=False),
            Groups(np.load(folder / DUPLICATES, allow_pickle=False)),
        )
    except (OSError, RuntimeError, ValueError, KeyError, sqlite3.Error) as error:
        # The bytes are as written, so what is wrong is the machine (memory, disk, rights).
        raise DamagedIndex(
            f"{folder.name} ne s'ouvre pas ({type(error).__name__}) ; relancez, ou : sourcier build"
        ) from error


def _best_rows(scores: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
    """The rows of the `limit` highest scores above zero."""
    found = np.flatnonzero(scores > 0)
    if len(found) <= limit:
        return found
    return found[np.argpartition(-scores[found], limit)[:limit]]
