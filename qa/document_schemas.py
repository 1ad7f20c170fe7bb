"""What goes over HTTP about documents: their list, their facts, the glossary mined from them.

Shapes only. Those of questions are in `schemas`, those of the index in `index_schemas`.
"""

from __future__ import annotations

from pydantic import BaseModel

from qa.schemas import QuoteOut


class DocumentOut(BaseModel):
    """One document, in the list of all."""

    source: str
    title: str
    format: str
    characters: int
    passages: int
    url: str


class UnreadOut(BaseModel):
    """A file of the folder that is not in the index, and why."""

    source: str
    reason: str
    failed: bool


class DocumentsOut(BaseModel):
    """All documents of the index, by source, and the files that were not read."""

    documents: list[DocumentOut]
    unread: list[UnreadOut]
    generation: str


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


class DefinitionOut(QuoteOut):
    """Where the texts say it: the sentence that defines, with its place."""

    source: str
    url: str


class MeaningOut(BaseModel):
    """One thing an acronym stands for; an ambiguous acronym comes several times."""

    acronym: str
    expansion: str
    definitions: list[DefinitionOut]


class GlossaryOut(BaseModel):
    """What the texts say their acronyms stand for."""

    meanings: list[MeaningOut]
    generation: str
