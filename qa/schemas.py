"""What goes over HTTP, and what `--json` prints: the contract's shapes, with examples.

Checks requests; does not search. Messages are French: the page shows them as they are.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated
from urllib.parse import quote as percent_encode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from corpus.documents import Document, SetAside
from index.engine import Engine
from index.store import DocumentSummary
from qa.answer import Answer, Citation

LONGEST_QUESTION = 2000
DEFAULT_TOP_K = 5
MOST_HITS = 50
_WHITE_CONTROLS = "\t\n\r"


def check_question(question: str) -> str:
    """The question without outer white space. Raises PydanticCustomError, in French."""
    question = question.strip()
    if not question:
        raise PydanticCustomError("question_blank", "la question est vide")
    if len(question) > LONGEST_QUESTION:
        raise PydanticCustomError("question_too_long", f"la question dépasse {LONGEST_QUESTION} caractères")
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in _WHITE_CONTROLS for c in question):
        raise PydanticCustomError(
            "question_control_characters", "la question contient des caractères de contrôle"
        )
    return question


class QuestionIn(BaseModel):
    """A question in plain language, and how many passages to give."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "Qu'est-ce qu'une CPTS ?", "top_k": 5}]},
    )

    question: Annotated[StrictStr, AfterValidator(check_question)] = Field(
        description=f"la question, {LONGEST_QUESTION} caractères au plus"
    )
    top_k: Annotated[StrictInt, Field(ge=1, le=MOST_HITS)] = DEFAULT_TOP_K


class QuoteOut(BaseModel):
    """Exact characters of the document: `text[start:end] == quote`, in code points."""

    start: int
    end: int
    quote: str


class CitationOut(BaseModel):
    """A passage that can be checked to the character, with its best sentences."""

    number: int
    source: str
    title: str
    headings: list[str]
    start: int
    end: int
    quote: str
    page: int | None
    highlights: list[QuoteOut]
    score: float
    found_by: list[str]
    url: str


class AnswerOut(BaseModel):
    """`text` is null when refused, and `reason` then says why."""

    text: str | None
    refused: bool
    reason: str | None
    confidence: float


class AskOut(BaseModel):
    """An answer made of the texts' own sentences, or an honest refusal, with its sources."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "Qu'est-ce qu'une CPTS ?",
                    "answer": {
                        "text": "Une CPTS réunit des professionnels d'un même territoire. [1]",
                        "refused": False,
                        "reason": None,
                        "confidence": 0.93,
                    },
                    "citations": [
                        {
                            "number": 1,
                            "source": "acteurs/cpts.md",
                            "title": "Les CPTS",
                            "headings": ["Définition"],
                            "start": 120,
                            "end": 176,
                            "quote": "Une CPTS réunit des professionnels d'un même territoire.",
                            "page": None,
                            "highlights": [
                                {
                                    "start": 120,
                                    "end": 176,
                                    "quote": "Une CPTS réunit des professionnels d'un même territoire.",
                                }
                            ],
                            "score": 0.97,
                            "found_by": ["vectors", "words"],
                            "url": "/source/acteurs/cpts.md?start=120&end=176#passage",
                        }
                    ],
                    "generation": "g-20260101T090000-1a2b3c4d",
                    "took_ms": 11.8,
                }
            ]
        }
    )

    question: str
    answer: AnswerOut
    citations: list[CitationOut]
    generation: str
    took_ms: float


class SearchOut(BaseModel):
    """The best passages, without an answer."""

    hits: list[CitationOut]
    generation: str


class DocumentOut(BaseModel):
    """One document, in the list of all."""

    source: str
    title: str
    format: str
    characters: int
    passages: int
    url: str


class DocumentsOut(BaseModel):
    """All documents of the index, by source, and the files that were not read."""

    documents: list[DocumentOut]
    unread: list[UnreadOut]
    generation: str


class UnreadOut(BaseModel):
    """A file of the folder that is not in the index, and why."""

    source: str
    reason: str
    failed: bool


class SetAsideOut(QuoteOut):
    """A span kept out of the passages, and why."""

    reason: str


class FactOut(BaseModel):
    """Something the document says about itself: its date, its author."""

    kind: str
    value: str


class DocumentFactsOut(DocumentOut):
    """What is known of one document, and what was set aside in it."""

    sha256: str
    pages: int | None
    facts: list[FactOut]
    set_aside: list[SetAsideOut]
    generation: str


class IndexOut(BaseModel):
    """The generation that answers."""

    generation: str
    built_at: str
    model: str
    dimension: int
    counts: dict[str, int]


class HealthOut(BaseModel):
    """`status` is "ok"."""

    status: str


def source_url(source: str, start: int | None = None, end: int | None = None) -> str:
    """Where the page shows a document, scrolled to a span when one is given."""
    path = "/source/" + percent_encode(source)
    return path if start is None else f"{path}?start={start}&end={end}#passage"


def citation_out(citation: Citation) -> CitationOut:
    """A citation as the contract has it."""
    return CitationOut(
        number=citation.number,
        source=citation.source,
        title=citation.title,
        headings=list(citation.headings),
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        page=citation.page,
        highlights=[QuoteOut(start=h.start, end=h.end, quote=h.quote) for h in citation.highlights],
        score=round(citation.score, 4),
        found_by=list(citation.found_by),
        url=source_url(citation.source, citation.start, citation.end),
    )


def ask_out(question: str, answer: Answer, took_ms: float) -> AskOut:
    """An answer as the contract has it."""
    return AskOut(
        question=question,
        answer=AnswerOut(
            text=answer.text,
            refused=answer.refused,
            reason=answer.reason,
            confidence=round(answer.confidence, 4),
        ),
        citations=[citation_out(citation) for citation in answer.citations],
        generation=answer.generation,
        took_ms=round(took_ms, 2),
    )


def document_out(summary: DocumentSummary) -> DocumentOut:
    """One line of the list of documents."""
    return DocumentOut(
        source=summary.id,
        title=summary.title,
        format=summary.format,
        characters=summary.characters,
        passages=summary.passages,
        url=source_url(summary.id),
    )


def documents_out(engine: Engine) -> DocumentsOut:
    """The list of documents, and of the files left out."""
    return DocumentsOut(
        documents=[document_out(summary) for summary in engine.documents()],
        unread=[UnreadOut(source=u.source, reason=u.reason, failed=u.failed) for u in engine.unread()],
        generation=engine.manifest.generation,
    )


def document_facts_out(document: Document, engine: Engine) -> DocumentFactsOut:
    """All that is known of one document."""
    return DocumentFactsOut(
        source=document.id,
        title=document.title,
        format=document.format,
        characters=len(document.text),
        passages=len(engine.passages_of(document.id)),
        url=source_url(document.id),
        sha256=document.sha256,
        pages=len(document.pages) or None,
        facts=[FactOut(kind=fact.kind, value=fact.value) for fact in document.facts],
        set_aside=[_set_aside_out(document, span) for span in engine.set_aside_of(document.id)],
        generation=engine.manifest.generation,
    )


def _set_aside_out(document: Document, span: SetAside) -> SetAsideOut:
    return SetAsideOut(
        start=span.start,
        end=span.end,
        quote=document.text[span.start : span.end],
        reason=span.reason.value,
    )


DocumentsOut.model_rebuild()
