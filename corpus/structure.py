"""Headings and sections, also where the text has no mark-up. Does not cut passages.

In plain text a heading is a short line with no final stop, an empty line around it, and
content below. What only looks like one and leads to nothing stays body text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile

from corpus.documents import Extraction, Heading, Reason, Span
from corpus.folding import fold
from corpus.lines import Line, continues, hard_wrap_width, split_lines
from corpus.sentences import split_sentences

# The longest heading in the field's web pages that was read had 118 characters.
LONGEST_HEADING = 150
# More headings than this in a row are a list of short lines, or verse.
_MOST_STACKED = 3
_NUMBERING = re.compile(
    r"(?:(?P<decimal>\d{1,2}(?:\.\d{1,2})*)[.)]?|(?P<roman>[IVX]{1,5})[.)\s–-]|(?P<letter>[A-H])[.)])\s*\S"
)
_PART = re.compile(r"(?:titre|partie|chapitre|section|article|annexe)\s+\S+", re.IGNORECASE)
_PART_LEVELS = {"titre": 1, "partie": 1, "chapitre": 2, "section": 3, "annexe": 1, "article": 4}


@dataclass(frozen=True, slots=True)
class Section:
    """A run of body lines under the same headings, with no furniture inside."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A text's title, headings and sections; `wrap_width` as in `lines.hard_wrap_width`."""

    title: str
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]
    wrap_width: int | None


def outline(
    extraction: Extraction, furniture: tuple[tuple[Span, Reason], ...], fallback_title: str
) -> Outline:
    """The outline of a text. `fallback_title` serves where the text has no title at all."""
    lines = split_lines(extraction.text)
    wrap_width = hard_wrap_width(lines)
    taken = [span for span, _ in furniture]
    if extraction.headings is None:
        headings = infer_headings(_without(lines, taken), wrap_width)
    else:
        headings = _leading_to_content(_told_headings(extraction.headings, taken), lines, taken)
    body = _without(lines, [*taken, *_spans(headings)])
    title = extraction.title or _title(headings, body) or fallback_title
    sections = _sections(body, headings, title, furniture)
    return Outline(title, headings, sections, wrap_width)


def infer_headings(body: list[Line], wrap_width: int | None) -> tuple[Heading, ...]:
    """The headings of a text without mark-up. `body` is its lines without the furniture."""
    looks = [_looks_like_heading(body, i, wrap_width) for i in range(len(body))]
    kept: list[int] = []
    i = 0
    while i < len(body):
        run = i
        while run < len(body) and looks[run]:
            run += 1
        at_start = i == 0
        if run > i and run < len(body) and (run - i <= _MOST_STACKED or at_start):
            kept += range(i, run) if run - i <= _MOST_STACKED else [0]
        i = max(run, i + 1)
    levels = _levels([body[i] for i in kept], [i + 1 in kept for i in kept])
    if kept and kept[0] == 0 and not _is_numbered(body[0]):
        levels[0] = 1  # the title
    return tuple(
        Heading(body[i].start, body[i].end, level, body[i].text)
        for i, level in zip(kept, levels, strict=True)
    )


def _looks_like_heading(body: list[Line], i: int, wrap_width: int | None) -> bool:
    line = body[i]
    first = i == 0
    if (
        len(line.text) > LONGEST_HEADING
        or line.text[-1] in ".;,:…"
        or (line.is_bullet and not (line.blank_before and line.blank_after and _NUMBERING.match(line.text)))
    ):
        return False
    begins = line.text.lstrip("«“\"'([ \u00a0\u202f")
    if not begins or not (begins[0].isupper() or begins[0].isdigit()):
        return False
    if not any(c.isalpha() for c in line.text) or len(split_sentences(line.text)) > 1:
        return False
    if first:
        # A title may stand right above its text, where the text visibly begins anew.
        return line.blank_after or (
            i + 1 < len(body)
            and not continues(line, body[i + 1], wrap_width)
            and not body[i + 1].is_bullet
            and len(body[i + 1].text) > len(line.text)
        )
    return line.blank_before and line.blank_after


def _is_numbered(line: Line) -> bool:
    return _PART.match(line.text) is not None or _NUMBERING.match(line.text) is not None


def _levels(lines: list[Line], stacked: list[bool]) -> list[int]:
    """Nesting told by numbering, or by one heading standing right above another."""
    levels: list[int] = []
    for i, line in enumerate(lines):
        numbering, part = _NUMBERING.match(line.text), _PART.match(line.text)
        if part:
            level = _PART_LEVELS[part.group().split()[0].casefold()]
        elif numbering and numbering["decimal"]:
            level = 2 + numbering["decimal"].count(".")
        elif numbering and numbering["letter"]:
            level = 3
        else:
            level = 2
        if i and stacked[i - 1] and level <= levels[-1] and not (part or numbering):
            level = levels[-1] + 1
        levels.append(level)
    return levels


def _told_headings(headings: tuple[Heading, ...], taken: list[Span]) -> list[Heading]:
    """The headings of the mark-up that are no furniture, the outer of two that overlap."""
    kept: list[Heading] = []
    for heading in headings:
        is_furniture = any(span.start < heading.end and heading.start < span.end for span in taken)
        if not is_furniture and (not kept or heading.start >= kept[-1].end):
            kept.append(heading)
    return kept


def _leading_to_content(headings: list[Heading], lines: list[Line], taken: list[Span]) -> tuple[Heading, ...]:
    """A heading with nothing at all below it stays body: it would vanish from the index."""
    content = _without(lines, [*taken, *_spans(headings)])
    last = content[-1].start if content else -1
    return tuple(heading for heading in headings if heading.end <= last)


def _spans(headings: Iterable[Heading]) -> list[Span]:
    return [Span(heading.start, heading.end) for heading in headings]


def _without(lines: list[Line], taken: list[Span]) -> list[Line]:
    """What is left of the lines; a place where something was taken out counts as blank."""
    spans = sorted(taken)
    ends = [span.end for span in spans]
    body: list[Line] = []
    blank_before = False
    for line in lines:
        pieces = _remaining(line, spans[bisect_right(ends, line.start) :])
        whole = pieces == [(line.start, line.end)]
        if not whole and body:
            body[-1] = replace(body[-1], blank_after=True)
        for start, end in pieces:
            text = line.text[start - line.start : end - line.start]
            body.append(Line(start, end, text, line.blank_before or blank_before, line.blank_after))
        blank_before = not whole
    return body


def _remaining(line: Line, spans: list[Span]) -> list[tuple[int, int]]:
    """The pieces of a line outside `spans` (disjoint, in order), without outer white space."""
    pieces = []
    start = line.start
    for span in [*takewhile(lambda s: s.start < line.end, spans), Span(line.end, line.end)]:
        piece = line.text[start - line.start : max(start, span.start) - line.start]
        if piece.strip():
            begin = start + len(piece) - len(piece.lstrip())
            pieces.append((begin, begin + len(piece.strip())))
        start = max(start, span.end)
    return pieces


def _title(headings: tuple[Heading, ...], body: list[Line]) -> str | None:
    """The heading that opens the text, else the first of the outermost level."""
    if headings and body and headings[0].start < body[0].start:
        return headings[0].text
    return next((h.text for h in headings if h.level == 1), None)


def _sections(
    body: list[Line],
    headings: tuple[Heading, ...],
    title: str,
    furniture: tuple[tuple[Span, Reason], ...],
) -> tuple[Section, ...]:
    events: list[tuple[int, int, Heading | Line | None]] = []
    events += [(heading.start, 0, heading) for heading in headings]
    events += [(span.start, 1, None) for span, _ in furniture]
    events += [(line.start, 2, line) for line in body]
    sections: list[Section] = []
    path: list[Heading] = []
    lines: list[Line] = []

    def close() -> None:
        if lines:
            texts = tuple(h.text for h in path if fold(h.text) != fold(title))
            sections.append(Section(texts, tuple(lines)))
            lines.clear()

    for _, _, event in sorted(events, key=lambda e: e[:2]):
        if isinstance(event, Line):
            lines.append(event)
            continue
        close()
        if isinstance(event, Heading):
            path = [h for h in path if h.level < event.level] + [event]
    close()
    return tuple(sections)
