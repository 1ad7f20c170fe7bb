"""Which spans of a text are page furniture. Marks them with a reason, never deletes.

Works in three passes over the lines: each line on its own, then blocks (a news ticker, an
author's card, what stands between two lines of one subscription box), then the end of the
page. Headings are not decided here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from heapq import nlargest
from itertools import pairwise

from corpus.documents import Extraction, Fact, Heading, Reason, Span, trimmed
from corpus.folding import fold
from corpus.furniture import (
    COMMENT_COUNT,
    TICKER_DAY,
    TICKER_ITEM,
    TICKER_TIME,
    TRAILING_CREDIT,
    reason_of_line,
)
from corpus.lines import Line, continues, hard_wrap_width, split_lines

# Lines that close ranks: short lines between two of the same block belong to it.
_BLOCKS = frozenset({Reason.SUBSCRIPTION, Reason.COMMENTS, Reason.SHARING, Reason.BYLINE, Reason.MENU})
# The subscription box of a news site holds at most this many lines that only its neighbours
# betray ("Le journal numérique en avant-première").
_WIDEST_GAP = 4
_SHORT = 90
_LABEL = 60
_BARE = 40
_SHORTEST_TITLE = 12
_FEWEST_NEWS = 2
# Between furniture of two kinds, one or two labels ("Discussion", above the comment form).
_FENCES = _BLOCKS | {Reason.NEWS_TICKER, Reason.DOWNLOAD}
_NARROW_GAP = 2
_RECURRING_DOCUMENTS = 3
_RECURRING_SHARE = 0.3
_EDGE_LINES = 12
# Counted at once. A text has 24 edge lines at most: forgetting down to so many costs a line at most
# 24 / 20,000 of the documents.
_COUNTED_LINES = 20_000
_DATE = re.compile(r"\b\d{1,2}(?:/\d{1,2}/\d{2,4}|(?:er)? [a-zéûA-Z]{3,9} \d{4})\b")
_AUTHOR = re.compile(r"(?:par|auteure? ?:) (?P<name>[^,\d·|•]{3,60}?)\s*(?:[,·|•]| le |$)", re.IGNORECASE)
_PERSON = re.compile(r"[A-ZÀ-Ý][\w’'-]+(?: (?:de |d’|d')?[A-ZÀ-Ý][\w’'-]+){1,3}")

Marks = dict[int, Reason]


def mark_furniture(
    extraction: Extraction, recurring: frozenset[str] = frozenset()
) -> tuple[tuple[tuple[Span, Reason], ...], tuple[Fact, ...]]:
    """The furniture of a text, in order, and the facts that its by-lines tell.

    `recurring` holds the lines that `recurring_lines` found across documents. What the
    reader marked already is kept as it is; nothing is marked twice.
    """
    # What lies inside a heading (a button, a comment) goes with the heading.
    told = [(span, reason) for span, reason in extraction.furniture if not _in_heading(span, extraction)]
    lines = [line for line in split_lines(extraction.text) if not _inside_any(line, told)]
    heading_of = _headings_by_line(lines, extraction.headings or ())
    headings = set(heading_of)
    # A line that is only partly a heading, or one line of a longer one, is no line to judge.
    partial = {i for i, h in heading_of.items() if (h.start, h.end) != (lines[i].start, lines[i].end)}
    prose = _wrapped_prose(lines)
    marks: Marks = {}
    for i, line in enumerate(lines):
        if i in prose:
            continue
        reason = reason_of_line(line.text)
        if reason is None and i not in headings and normalised_line(line.text) in recurring:
            reason = Reason.RECURRING
        if reason is not None:
            marks[i] = reason
    _mark_repeated_title(lines, marks)
    _mark_alternative_text(lines, marks)
    _mark_ticker(lines, marks)
    _mark_comments(lines, marks, extraction)
    _mark_listed_links(lines, marks)
    _mark_above_title(lines, marks, headings)
    _close_gaps(lines, marks, headings | prose)
    _mark_tail(lines, marks, headings)
    _mark_headings_of_furniture(marks, headings, len(lines))
    for i in partial:
        marks.pop(i, None)
    spans = [(Span(lines[i].start, lines[i].end), reason) for i, reason in marks.items()]
    for i, line in enumerate(lines):
        credit = TRAILING_CREDIT.search(line.text) if i not in marks and i not in headings else None
        if credit:
            spans.append((trimmed(extraction.text, line.start + credit.start(), line.end), Reason.CREDIT))
    return _disjoint([*told, *spans]), extraction.facts + _facts(lines, marks)


def _wrapped_prose(lines: list[Line]) -> set[int]:
    """The lines of sentences that were wrapped by hand: a piece of one tells nothing alone."""
    wrap_width = hard_wrap_width(lines)
    joined = {i for i, (a, b) in enumerate(pairwise(lines)) if continues(a, b, wrap_width)}
    return joined | {i + 1 for i in joined}


def _disjoint(spans: list[tuple[Span, Reason]]) -> tuple[tuple[Span, Reason], ...]:
    """The spans in order; where two overlap, the outer or first one keeps the characters."""
    disjoint: list[tuple[Span, Reason]] = []
    position = 0
    for span, reason in sorted(spans, key=lambda pair: (pair[0].start, -pair[0].end)):
        if span.end > position:
            disjoint.append((Span(max(span.start, position), span.end), reason))
            position = span.end
    return tuple(disjoint)


def normalised_line(line: str) -> str:
    """A line folded and without its digits, to compare across pages and documents."""
    return re.sub(r"\d+", "0", fold(line))


def edge_lines(text: str) -> frozenset[str]:
    """The normalised lines near the top and the end of a text that may be furniture.

    The first line is left out: it is the title, and texts may share their title.
    """
    lines = split_lines(text)[1:]
    edges = lines if len(lines) <= 2 * _EDGE_LINES else lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]
    return frozenset(normalised_line(line.text) for line in edges if len(line.text) <= _SHORT)


def recurring_lines(edges: Callable[[], Iterable[frozenset[str]]]) -> frozenset[str]:
    """The lines that stand near the edges of at least 3 documents and of 30 % of them all.

    `edges` gives those of each document, and is called again where there are too many to be counted
    at once: then only the lines that may recur are (Misra & Gries 1982, "Finding repeated elements").
    """
    counts: Counter[str] = Counter()
    documents = forgotten = 0
    for lines in edges():
        counts.update(lines)
        documents += 1
        if len(counts) > 2 * _COUNTED_LINES:
            # No line was forgotten more often than this, which is far from a share of the documents.
            least = nlargest(_COUNTED_LINES + 1, counts.values())[-1]
            counts = Counter({line: count - least for line, count in counts.items() if count > least})
            forgotten += least
    enough = max(_RECURRING_DOCUMENTS, _RECURRING_SHARE * documents)
    found = frozenset(line for line, count in counts.items() if count + forgotten >= enough)
    if forgotten:
        counts = Counter(line for lines in edges() for line in found & lines)
    return frozenset(line for line in found if counts[line] >= enough)


def _mark_repeated_title(lines: list[Line], marks: Marks) -> None:
    """A title printed again below itself: once by the page's head, once by the article."""
    seen: set[str] = set()
    for i, line in enumerate(lines[:_EDGE_LINES]):
        folded = fold(line.text)
        if i not in marks and folded in seen and not line.is_bullet and not line.is_closed:
            marks[i] = Reason.TITLE_REPEATED
        if len(folded) >= _SHORTEST_TITLE:
            seen.add(folded)


def _mark_alternative_text(lines: list[Line], marks: Marks) -> None:
    """Words of the title alone on a line, without capital: what a saved image leaves behind."""
    for i, line in enumerate(lines[1:], 1):
        isolated = line.blank_before and line.blank_after and _is_label(line)
        if i not in marks and isolated and line.text[0].islower() and fold(line.text) in fold(lines[0].text):
            marks[i] = Reason.CAPTION


def _mark_ticker(lines: list[Line], marks: Marks) -> None:
    """News under times of day: "15:48" with the one paragraph below it, or on its line."""
    times = {i: i + 1 for i, line in enumerate(lines[:-1]) if TICKER_TIME.fullmatch(line.text)}
    days = [i for i, line in enumerate(lines) if TICKER_DAY.fullmatch(line.text)]
    if days:
        items = (i for i, line in enumerate(lines) if TICKER_ITEM.fullmatch(line.text))
        times |= {i: i for i in items if i > days[0]}
    if len(times) < _FEWEST_NEWS:
        return
    first = min(times)
    for time, news in times.items():
        marks[time] = marks[news] = Reason.NEWS_TICKER
    for day in days:
        if day >= first - 1:
            marks[day] = Reason.NEWS_TICKER
            first = min(first, day)
    if first and first - 1 not in marks and _is_label(lines[first - 1]):
        marks[first - 1] = Reason.NEWS_TICKER  # the ticker's own name


def _mark_comments(lines: list[Line], marks: Marks, extraction: Extraction) -> None:
    """What readers wrote: between the number of comments and the form to add one."""
    forms = [lines[i].start for i, reason in marks.items() if reason is Reason.COMMENTS]
    forms += [span.start for span, reason in extraction.furniture if reason is Reason.COMMENTS]
    for count, line in enumerate(lines):
        form = min((start for start in forms if start > line.start), default=None)
        if form is not None and COMMENT_COUNT.fullmatch(line.text):
            written = [i for i in range(count, len(lines)) if lines[i].start < form]
            marks.update(dict.fromkeys(written, Reason.COMMENTS))


def _mark_listed_links(lines: list[Line], marks: Marks) -> None:
    """The titles listed below a bare "À lire aussi :", down to the next empty line."""
    for i, line in enumerate(lines):
        if marks.get(i) is not Reason.SEE_ALSO or len(line.text) > _BARE:
            continue
        for following in range(i + 1, len(lines)):
            entry = lines[following]
            if following in marks or entry.text.endswith(".") or len(entry.text) > _SHORT:
                break
            if entry.blank_before and not (entry.is_bullet and following == i + 1):
                break
            marks[following] = Reason.SEE_ALSO


def _mark_above_title(lines: list[Line], marks: Marks, headings: set[int]) -> None:
    """Section names and buttons between the site's menus and the page's first heading."""
    first = min(headings, default=0)
    above = [i for i in range(first) if i not in marks]
    if all(_is_label(lines[i]) for i in above):
        marks.update(dict.fromkeys(above, Reason.MENU))


def _close_gaps(lines: list[Line], marks: Marks, headings: set[int]) -> None:
    def close(members: list[int], widest: int, longest: int) -> None:
        for left, right in pairwise(sorted(members)):
            gap = [i for i in range(left + 1, right) if i not in marks]
            labels = all(_is_label(lines[i], longest) and i not in headings for i in gap)
            if len(gap) <= widest and labels:
                marks.update(dict.fromkeys(gap, marks[right]))

    for reason in sorted(_BLOCKS):
        close([i for i, r in marks.items() if r is reason], _WIDEST_GAP, _SHORT)
    close([i for i, r in marks.items() if r in _FENCES], _NARROW_GAP, _LABEL)


def _mark_headings_of_furniture(marks: Marks, headings: set[int], line_count: int) -> None:
    """A heading of the mark-up, below the title, with nothing but furniture under it."""
    ordered = sorted(headings)
    for i, following in pairwise([*ordered, line_count]):
        section = range(i + 1, following)
        if i != ordered[0] and i not in marks and section and all(j in marks for j in section):
            marks[i] = marks[i + 1]


def _mark_tail(lines: list[Line], marks: Marks, headings: set[int]) -> None:
    """Short remains after the last block of furniture, down to the end of the page."""
    if not marks:
        return
    last = max(marks)
    rest = range(last + 1, len(lines))
    closing = marks[last] in _BLOCKS | {Reason.NEWS_TICKER}
    labels = all(_is_label(lines[i], _BARE) and i not in headings for i in rest)
    if closing and len(rest) <= _WIDEST_GAP and labels:
        marks.update(dict.fromkeys(rest, Reason.MENU))


def _is_label(line: Line, longest: int = _LABEL) -> bool:
    """A short line that is no sentence and introduces nothing."""
    return len(line.text) <= longest and not line.is_closed


def _facts(lines: list[Line], marks: Marks) -> tuple[Fact, ...]:
    facts = []
    for i in sorted(i for i, reason in marks.items() if reason is Reason.BYLINE):
        text = lines[i].text
        facts += [Fact("date", date.group()) for date in _DATE.finditer(text)]
        author = _AUTHOR.search(text)
        if author and _PERSON.fullmatch(author["name"].strip()):
            facts.append(Fact("author", author["name"].strip()))
        elif _PERSON.fullmatch(text):
            facts.append(Fact("author", text))
    return tuple(dict.fromkeys(facts))


def _inside_any(line: Line, furniture: Iterable[tuple[Span, Reason]]) -> bool:
    return any(span.start <= line.start and line.end <= span.end for span, _ in furniture)


def _headings_by_line(lines: list[Line], headings: tuple[Heading, ...]) -> dict[int, Heading]:
    """The first heading that each line shares characters with, by the line's place. Both in order."""
    found: dict[int, Heading] = {}
    first = 0
    for i, line in enumerate(lines):
        while first < len(headings) and headings[first].end <= line.start:
            first += 1
        if first < len(headings) and headings[first].start < line.end:
            found[i] = headings[first]
    return found


def _in_heading(span: Span, extraction: Extraction) -> bool:
    return any(
        h.start <= span.start and span.end <= h.end and (h.start, h.end) != (span.start, span.end)
        for h in extraction.headings or ()
    )
