"""What answering needs of an index: the Engine protocol, and the records that cross it.

`embedded` meets it on this machine. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.documents import Document, Passage, SetAside, Unread
from corpus.glossary import Meaning
from index.calibration import Match
from index.duplicates import Place
from index.filtering import NO_FILTERS, Filters
from index.generation import Manifest
from index.store import DocumentSummary


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

    `best` is the fit of the first hit, `usual` that of questions which this index cannot answer.
    `known` is the share of the question's terms, weighted by rarity, that occur anywhere in the
    index. `french`: the question is in the language of the texts, so that its words can be found.
    `defined`: the question asks what an acronym stands for, and the first hit says so.
    """

    best: Match
    usual: Match
    known: float
    french: bool = True
    defined: bool = False


NOTHING_FOUND = Signals(best=Match(0.0, 0.0, 0.0), usual=Match(0.0, 0.0, 0.0), known=0.0)


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

    def likeness(self, text: str, places: Sequence[tuple[str, int]]) -> tuple[float, ...] | None:
        """How near a text is to the passage at each place (a document's id and an offset), 0 to about 1.

        0 where no passage is. None where the index has no tokens: nothing was learned to tell.
        """
        ...

    def close(self) -> None: ...
