"""Which stretch of a long text to read, within a budget of characters. Pure: reads no document."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.documents import Span

# A cut is moved back to white space where there is some in so much of the budget: words stay whole.
_LOOSENESS = 0.1


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`text[span.start:span.end]` is given. `truncated`: more was asked for. `before` and `after`
    touch it, are within the same budget, and are None where the text begins or ends.
    """

    span: Span
    truncated: bool
    before: Span | None
    after: Span | None


def excerpt(text: str, wanted: Span, around: int, budget: int) -> Excerpt:
    """At most `budget` characters of `text`: those of `wanted`, and up to `around` on each side.

    What does not fit is left out around `wanted` first, evenly; then from its end. `wanted` lies in
    the text. Followed from 0, `after` gives the whole text, each character once.
    """
    asked = Span(max(0, wanted.start - around), min(len(text), wanted.end + around))
    given = asked if asked.end - asked.start <= budget else _fitted(text, wanted, asked, budget)
    before = Span(max(0, given.start - budget), given.start) if given.start else None
    after = Span(given.end, min(len(text), given.end + budget)) if given.end < len(text) else None
    return Excerpt(given, given != asked, before, after)


def _fitted(text: str, wanted: Span, asked: Span, budget: int) -> Span:
    spare = budget - (wanted.end - wanted.start)
    if spare < 0:
        return Span(wanted.start, _back_to_space(text, wanted.start + budget, budget, wanted.start + 1))
    # A side that is short of text leaves its share to the other.
    start = max(asked.start, min(wanted.start - spare // 2, asked.end - budget))
    end = start + budget
    if start > asked.start:
        start = _on_to_space(text, start, budget, wanted.start)
    if end < asked.end:
        end = _back_to_space(text, end, budget, wanted.end)
    return Span(start, end)


def _back_to_space(text: str, end: int, budget: int, lowest: int) -> int:
    """The last place after white space up to `end`, not far before it; else `end` itself."""
    for place in range(end, max(lowest, end - int(budget * _LOOSENESS)), -1):
        if text[place - 1].isspace():
            return place
    return end


def _on_to_space(text: str, start: int, budget: int, highest: int) -> int:
    """The first place after white space from `start` on, not far behind it; else `start` itself."""
    for place in range(start, min(highest, start + int(budget * _LOOSENESS))):
        if text[place - 1].isspace():
            return place
    return start
