"""What flows through an evaluation: questions, documents, outcomes. Computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.errors import SourcierError


class BadQuestions(SourcierError):
    """Questions, or the results of an evaluation, cannot be used as they are."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words the right passage must hold, and the source it must come from."""

    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    """One question; without evidence it must be refused.

    `relevant` grades (above 0) the right documents by source; where it is empty the words of
    the evidence tell the right passage, else they are only shown. `answer_starts`: for a
    right document, where annotated answers start in its text, as offsets.
    """

    id: str
    question: str
    evidence: tuple[Evidence, ...]
    kind: str = ""
    relevant: Mapping[str, int] = field(default_factory=dict)
    answer_starts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def answerable(self) -> bool:
        """The indexed texts hold an answer."""
        return bool(self.evidence)


@dataclass(frozen=True, slots=True)
class DatasetDocument:
    """A document of a question set; `text` is what its file will hold, title first.

    `article` names the whole that it is a part of.
    """

    source: str
    article: str
    text: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A question set that brings its own texts."""

    name: str
    documents: tuple[DatasetDocument, ...]
    questions: tuple[EvaluationQuestion, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The first citation: `document.text[start:end] == quote`."""

    source: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    `rank` is that of the first right citation (of the first right document, where documents
    are judged), from 1; None when none was found. `right`: the first citation is a right one.
    `highlight_right`: the best highlight of a right first citation holds the first character
    of an annotated answer; None where that cannot be said. `answer_holds_evidence`: likewise,
    the answer's text holds words of the evidence. `scores`: retrieval measures by name, none
    for a question without answer. `not_verbatim` counts the citations that are not, or whose
    further places are not, the exact slice of their document.
    """

    id: str
    question: str
    kind: str
    answerable: bool
    rank: int | None
    confidence: float
    refused: bool
    right: bool
    highlight_right: bool | None
    answer_holds_evidence: bool | None
    scores: Mapping[str, float]
    citations: int
    not_verbatim: int
    milliseconds: float
    first: Found | None
    expected: tuple[Evidence, ...]
