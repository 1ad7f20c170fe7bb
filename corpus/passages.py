"""A document becomes passages: whole sentences, one section, of a size the encoder reads well.

Sizes are in tokens of the model that will encode them; this room only gets, for a text, where
each token starts. Passages never cross a heading or furniture, and hold no heading.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.cleaning import mark_furniture
from corpus.documents import (
    CutDocument,
    Document,
    Extraction,
    Passage,
    Reason,
    SetAside,
    Span,
    trimmed,
)
from corpus.lines import Line, continues
from corpus.sentences import split_sentences
from corpus.structure import Section, outline

# text → the offset at which each of its tokens starts, in order.
TokenStarts = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class PassageSize:
    """Bounds in tokens. A passage is longer only when one list needs it, up to `list_maximum`.

    Measured on PIAF, the maximum of 200 against 400: see bench/RESULTS.md, "Passage size".
    """

    minimum: int = 60
    maximum: int = 200
    list_maximum: int = 320


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut: a sentence, or an item of a list.

    `opens_paragraph` and `is_item` tell where a cut would hurt least and most.
    """

    start: int
    end: int
    opens_paragraph: bool
    is_item: bool
    introduces: bool


def cut_document(
    extraction: Extraction,
    *,
    source: str,
    sha256: str,
    file_format: str,
    token_starts: TokenStarts,
    recurring: frozenset[str] = frozenset(),
    size: PassageSize | None = None,
) -> CutDocument:
    """Cuts one text. `recurring` holds the lines known from many other documents."""
    furniture, facts = mark_furniture(extraction, recurring)
    name = source.rpartition("/")[2]
    plan = outline(extraction, furniture, fallback_title=name.rpartition(".")[0] or name)
    text = extraction.text
    document = Document(source, plan.title, text, sha256, file_format, extraction.pages, facts)
    starts = token_starts(text)
    passages = tuple(
        passage
        for section in plan.sections
        for passage in _cut_section(source, text, section, plan.wrap_width, starts, size)
    )
    set_aside = [SetAside(source, span.start, span.end, reason) for span, reason in furniture]
    set_aside += [SetAside(source, h.start, h.end, Reason.HEADING) for h in plan.headings]
    return CutDocument(document, passages, tuple(sorted(set_aside, key=lambda s: s.start)))


def _cut_section(
    source: str,
    text: str,
    section: Section,
    wrap_width: int | None,
    starts: Sequence[int],
    size: PassageSize | None,
) -> list[Passage]:
    size = size or PassageSize()
    units = _units(text, section.lines, wrap_width, starts, size)
    passages = []
    for first, last in _pack(units, starts, size):
        start, end = units[first].start, units[last].end
        introduction = _introduction(units, first)
        headings = section.headings
        if introduction is not None:
            headings = (*headings, text[introduction.start : introduction.end])
        sentences = tuple(Span(u.start, u.end) for u in units[first : last + 1])
        passages.append(
            Passage(f"{source}#{start}-{end}", source, start, end, text[start:end], headings, sentences)
        )
    return passages


def _units(
    text: str,
    lines: tuple[Line, ...],
    wrap_width: int | None,
    starts: Sequence[int],
    size: PassageSize,
) -> list[_Unit]:
    units: list[_Unit] = []
    for paragraph in _paragraphs(lines, wrap_width):
        start, end = paragraph[0].start, paragraph[-1].end
        is_item = paragraph[0].is_bullet
        sentences = [
            piece
            for sentence in split_sentences(text, start, end)
            for piece in _split_overlong(text, sentence, starts, size.maximum)
        ]
        for i, sentence in enumerate(sentences):
            units.append(
                _Unit(
                    sentence.start,
                    sentence.end,
                    opens_paragraph=i == 0,
                    is_item=is_item,
                    introduces=text[sentence.start : sentence.end].endswith(":"),
                )
            )
    return units


def _paragraphs(lines: tuple[Line, ...], wrap_width: int | None) -> list[list[Line]]:
    """Lines joined where the break between them is only a wrap."""
    paragraphs: list[list[Line]] = []
    for line in lines:
        if paragraphs and continues(paragraphs[-1][-1], line, wrap_width):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return paragraphs


def _split_overlong(text: str, sentence: Span, starts: Sequence[int], maximum: int) -> list[Span]:
    """A "sentence" of more than two passages (a table, a text without punctuation) in pieces.

    Left whole, its end would lie beyond what the encoder reads. Cut after a line, a clause,
    a word, or at worst a token.
    """
    if _tokens(starts, sentence.start, sentence.end) <= 2 * maximum:
        return [sentence]
    pieces, start = [], sentence.start
    while _tokens(starts, start, sentence.end) > maximum:
        limit = starts[bisect_left(starts, start) + maximum]
        cut = max(limit, start + 1)
        for separators in ("\n", ";:", ",", " \u00a0\t"):
            at = max(text.rfind(separator, start + 1, limit) for separator in separators)
            if at > start + (limit - start) // 2:
                cut = at + 1
                break
        piece = text[start:cut]
        if piece.strip():
            pieces.append(trimmed(text, start, cut))
        start = cut
    if text[start : sentence.end].strip():
        pieces.append(trimmed(text, start, sentence.end))
    return pieces


def _tokens(starts: Sequence[int], start: int, end: int) -> int:
    return bisect_left(starts, end) - bisect_left(starts, start)


def _pack(units: list[_Unit], starts: Sequence[int], size: PassageSize) -> list[tuple[int, int]]:
    """First and last unit of each passage, chosen together so that the whole costs least.

    A dynamic programme over the places to cut: the last passage of a section is not the
    crumb that a greedy packing leaves.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for last in range(len(units)):
        choices = []
        for first in range(last, -1, -1):
            tokens = _tokens(starts, units[first].start, units[last].end)
            if first < last and tokens > size.list_maximum:
                break
            cost = _cost(units, first, last, tokens, size)
            choices.append((best[first][0] + cost, first))
        best.append(min(choices))
    cuts, last = [], len(units)
    while last > 0:
        first = best[last][1]
        cuts.append((first, last - 1))
        last = first
    return cuts[::-1]


def _cost(units: list[_Unit], first: int, last: int, tokens: int, size: PassageSize) -> float:
    cost = 0.3  # fewer passages rather than more, all else equal
    if tokens < size.minimum:
        cost += 1.5 * (1 - tokens / size.minimum)
    if tokens > size.maximum and first < last:
        keeps_list = any(unit.is_item for unit in units[first : last + 1])
        cost += (0.5 if keeps_list else 4.0) + (tokens - size.maximum) / size.maximum
    if first:
        before, opening = units[first - 1], units[first]
        if before.introduces and not opening.is_item:
            cost += 1.0
        elif opening.is_item and (before.introduces or before.is_item):
            cost += 3.0  # a list stays with the line that introduces it
        elif not opening.opens_paragraph:
            cost += 0.4
    return cost


def _introduction(units: list[_Unit], first: int) -> _Unit | None:
    """The line that introduces the list which `units[first]` continues, if it was cut off."""
    if first == 0 or not units[first].is_item:
        return None
    before = first - 1
    while before > 0 and units[before].is_item:
        before -= 1
    found = units[before]
    return found if found.introduces and not found.is_item else None
