"""What was read of a file as bytes, and back, to the character. Opens and parses no file."""

from __future__ import annotations

import json

from corpus.documents import Extraction, Fact, Heading, Page, Reason, Span, Unread
from corpus.reading.folder import Read


def packed(read: Read | Unread) -> bytes:
    """JSON; in ASCII, as a text may hold half of a surrogate pair, which UTF-8 cannot."""
    if isinstance(read, Unread):
        return json.dumps([read.source, read.reason, read.failed]).encode()
    extraction = read.extraction
    headings = extraction.headings
    record = [
        read.source,
        read.sha256,
        read.format,
        extraction.text,
        extraction.title,
        None if headings is None else [(h.start, h.end, h.level, h.text) for h in headings],
        [(p.number, p.start) for p in extraction.pages],
        [(span.start, span.end, reason.value) for span, reason in extraction.furniture],
        [(f.kind, f.value) for f in extraction.facts],
    ]
    return json.dumps(record).encode()


def unpacked(record: bytes) -> Read | Unread:
    """What `packed` was given."""
    source, *fields = json.loads(record)
    if len(fields) == 2:
        return Unread(source, *fields)
    sha256, file_format, text, title, headings, pages, furniture, facts = fields
    extraction = Extraction(
        text,
        title,
        None if headings is None else tuple(Heading(*heading) for heading in headings),
        tuple(Page(*page) for page in pages),
        tuple((Span(start, end), Reason(reason)) for start, end, reason in furniture),
        tuple(Fact(*fact) for fact in facts),
    )
    return Read(source, extraction, sha256, file_format)
