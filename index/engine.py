"""The searching side of a generation: a question in, hits and what they are worth out.

The Engine protocol is what `qa` knows of an index; EmbeddedEngine meets it with FAISS, the
word index and SQLite, on this machine.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.documents import Document, Passage, SetAside, Unread
from corpus.glossary import Meaning
from index import generation, vectors, words
from index.build import PHRASES, SENTENCES, STORE, VECTORS, WORDS
from index.embedding import Encoder, Vectors
from index.errors import DamagedIndex, IncompatibleIndex
from index.expansion import asked_meanings, expanded
from index.french import phrases, question_terms, terms
from index.generation import Manifest
from index.ranking import Candidate, fuse
from index.store import DocumentSummary, Store, StoredPassage
from index.vectors import VectorIndex
from index.words import WordIndex

# 96 % of PIAF's right passages are in the first 40 of a fused list; each searcher proposes more.
_PROPOSED = 100
# How near an unrelated passage of this index lies to a question: told by so many, drawn once.
_BACKGROUND_SAMPLE = 512
# What sharing all of a question's rare words is worth in cosine, when choosing a sentence.
# Measured on PIAF: bench/RESULTS.md, "Highlight".
SENTENCE_WORD_WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `found_by` names the searchers that proposed it ("vectors", "words").

    `sentence_scores` says, for each of the passage's sentences, how well it answers.
    """

    passage: Passage
    title: str
    page: int | None
    score: float
    found_by: tuple[str, ...]
    sentence_scores: tuple[float, ...]


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


@dataclass(frozen=True, slots=True)
class Search:
    """The hits of one question, best first, all of one generation."""

    hits: tuple[Hit, ...]
    signals: Signals
    generation: str


class Engine(Protocol):
    """What answering needs of an index. All methods are safe to call from several threads."""

    @property
    def manifest(self) -> Manifest: ...

    def search(self, question: str, limit: int) -> Search: ...
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
    ) -> None:
        self.manifest = manifest
        self._encoder = encoder
        self._store = store
        self._vectors = vector_index
        self._words = word_index
        self._phrases = phrase_index
        self._sentences = sentence_vectors
        count = len(vector_index)
        sample = np.random.default_rng(0).choice(count, min(count, _BACKGROUND_SAMPLE), replace=False)
        self._glossary = tuple(store.glossary())
        self._background = np.sort(sample).astype(np.int64)

    def search(self, question: str, limit: int) -> Search:
        """The `limit` best passages for a question, by meaning and by words together."""
        meant = expanded(question, self._glossary)
        vector = self._encoder.encode_question(meant)
        meant_terms = question_terms(meant)
        word_shares = self._words.shares(meant_terms)
        phrase_shares = self._phrases.shares(phrases(meant_terms))
        near, _ = self._vectors.nearest(vector, _PROPOSED)
        worded = _best_rows(word_shares, _PROPOSED)
        defining = self._defining(asked_meanings(question, self._glossary))
        rows = np.union1d(np.union1d(near, worded), sorted(defining)).astype(np.int64)
        cosines = self._vectors.cosines(vector, rows)
        candidates = fuse(rows, cosines, word_shares[rows], phrase_shares[rows])
        # What an acronym stands for is said by the texts: no likeness outweighs it.
        candidates = sorted(candidates, key=lambda c: c.row not in defining)[:limit]
        proposed = {"vectors": set(near.tolist()), "words": set(worded.tolist())}
        topic = self._rarities(question_terms(question))
        stored = self._store.passages([candidate.row for candidate in candidates])
        hits = tuple(
            self._hit(candidate, passage, vector, topic, proposed, defining)
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

    def _defining(self, meanings: Sequence[Meaning]) -> dict[int, frozenset[int]]:
        """The rows of the passages that define, and where their defining sentences start."""
        sentences: defaultdict[int, set[int]] = defaultdict(set)
        for meaning in meanings:
            for definition in meaning.definitions:
                row = self._store.row_at(definition.document_id, definition.start)
                if row is not None:
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
