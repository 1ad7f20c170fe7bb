"""The records that reading and cutting pass on. Nothing here reads, cuts or decides.

Offsets count Unicode code points in `Document.text`, the end excluded, everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a document's text: `text[start:end]`."""

    start: int
    end: int


def trimmed(text: str, start: int, end: int) -> Span:
    """The span `text[start:end]` without the white space at its ends."""
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


class Reason(StrEnum):
    """Why a span is kept out of the passages. The values are part of the HTTP contract."""

    HEADING = "heading"  # travels beside the passages of its section
    TITLE_REPEATED = "title_repeated"
    SEE_ALSO = "see_also"
    SHARING = "sharing"
    SUBSCRIPTION = "subscription"
    COMMENTS = "comments"
    NEWS_TICKER = "news_ticker"
    DOWNLOAD = "download"
    CREDIT = "credit"
    CAPTION = "caption"
    BYLINE = "byline"  # its content is kept as a Fact where it can be told
    MENU = "menu"
    RECURRING = "recurring"  # the same line in many documents, or on many pages
    MARKUP = "markup"  # front matter, rules, comments: not prose
    SEPARATOR = "separator"


@dataclass(frozen=True, slots=True)
class SetAside:
    """A span kept out of the index, and why."""

    document_id: str
    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Heading:
    """A title or heading. `level` 1 is the outermost; `text` is without its mark-up."""

    start: int
    end: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page begins, for the formats that have pages. Numbers start at 1."""

    number: int
    start: int


def page_at(pages: Sequence[Page], offset: int) -> int | None:
    """The number of the page, of `pages` in order, that holds `offset`; None without pages."""
    return next((page.number for page in reversed(pages) if page.start <= offset), None)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a line says about the document itself: `kind` is "date" or "author"."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one reader makes of one file's bytes.

    `headings` is None where the format marks none, so that they are looked for in the text.
    """

    text: str
    title: str | None = None
    headings: tuple[Heading, ...] | None = None
    pages: tuple[Page, ...] = ()
    furniture: tuple[tuple[Span, Reason], ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says. `id` is its path below the folder of texts, with `/`.

    `text` is never altered after reading; `sha256` is that of the file's bytes.
    """

    id: str
    title: str
    text: str
    sha256: str
    format: str
    pages: tuple[Page, ...] = ()
    facts: tuple[Fact, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The number of the page that holds `offset`; None where the format has no pages."""
        return page_at(self.pages, offset)


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable stretch of one section: `text == document.text[start:end]`, always.

    `headings` lead to its section, outermost first, without the document's title; they are
    never part of `text`. `sentences` lie inside [start, end), in order.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    sentences: tuple[Span, ...]

    def slice(self, span: Span) -> str:
        """The characters of a span of the document that lies inside the passage."""
        return self.text[span.start - self.start : span.end - self.start]


@dataclass(frozen=True, slots=True)
class CutDocument:
    """A document with all its characters accounted for: passages, set aside, or white space."""

    document: Document
    passages: tuple[Passage, ...]
    set_aside: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that was not read, with a French sentence that says why.

    `failed` tells a file that should have been readable (corrupt, encrypted, forbidden) from
    one that was left alone on purpose (hidden, empty, of an unknown type).
    """

    source: str
    reason: str
    failed: bool


def uncovered(cut: CutDocument) -> tuple[Span, ...]:
    """The spans that are neither in a passage, nor set aside, nor white space: none, ever."""
    text = cut.document.text
    covered = sorted([(p.start, p.end) for p in cut.passages] + [(s.start, s.end) for s in cut.set_aside])
    gaps, position = [], 0
    for start, end in [*covered, (len(text), len(text))]:
        if text[position:start].strip():
            gaps.append(Span(position, start))
        position = max(position, end)
    return tuple(gaps)
