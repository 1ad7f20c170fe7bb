"""Hits become numbered citations whose best sentences are highlighted. Pure; answers nothing."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.documents import Passage, Span
from corpus.lines import is_item
from index.duplicates import Place
from index.engine import Hit, Search
from index.questions import asks_list, compared

# How far below the best a further sentence may score, and how many are highlighted; a question
# that asks for several things is given more. Guesses: on PIAF one sentence is always right.
_MARGIN, _MOST = 0.03, 3
_MARGIN_OF_SEVERAL, _MOST_OF_SEVERAL = 0.06, 6
# A list up to this many characters is quoted whole with the line that introduces it.
_LONGEST_LIST = 900


@dataclass(frozen=True, slots=True)
class Quote:
    """Exact characters of a document: `document.text[start:end] == quote`."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage given as a source. `highlights`, best first, lie inside it; `also`: where passages
    that say the same thing stand.
    """

    number: int
    source: str
    title: str
    headings: tuple[str, ...]
    start: int
    end: int
    quote: str
    page: int | None
    highlights: tuple[Quote, ...]
    score: float
    found_by: tuple[str, ...]
    also: tuple[Place, ...] = ()


def cite(search: Search, question: str) -> tuple[Citation, ...]:
    """The hits as numbered citations, from 1, best first."""
    several = asks_list(question) or compared(question) is not None
    return tuple(_citation(number, hit, several) for number, hit in enumerate(search.hits, 1))


def _citation(number: int, hit: Hit, several: bool) -> Citation:
    passage = hit.passage
    return Citation(
        number=number,
        source=passage.document_id,
        title=hit.title,
        headings=passage.headings,
        start=passage.start,
        end=passage.end,
        quote=passage.text,
        page=hit.page,
        highlights=highlights(hit, several=several),
        score=hit.score,
        found_by=hit.found_by,
        also=hit.also,
    )


def highlights(hit: Hit, *, several: bool = False) -> tuple[Quote, ...]:
    """The passage's sentences that answer best, each whole; a list with its introduction.

    `several`: the question asks for more than one thing.
    """
    passage = hit.passage
    margin, most = (_MARGIN_OF_SEVERAL, _MOST_OF_SEVERAL) if several else (_MARGIN, _MOST)
    ranked = sorted(range(len(passage.sentences)), key=lambda i: -hit.sentence_scores[i])
    chosen: list[Span] = []
    for i in ranked:
        if hit.sentence_scores[i] < hit.sentence_scores[ranked[0]] - margin and chosen:
            break
        span = _with_list(passage, i)
        if not any(span.start < other.end and other.start < span.end for other in chosen):
            chosen.append(span)
        if len(chosen) == most:
            break
    return tuple(_quote(passage, span) for span in chosen)


def _with_list(passage: Passage, i: int) -> Span:
    """Sentence i, and when it introduces a list, the items that follow it."""
    sentence = passage.sentences[i]
    if not passage.slice(sentence).endswith(":"):
        return sentence
    end = sentence.end
    for item in passage.sentences[i + 1 :]:
        on_new_line = "\n" in passage.text[end - passage.start : item.start - passage.start]
        if not (on_new_line and is_item(passage.slice(item))) or item.end - sentence.start > _LONGEST_LIST:
            break
        end = item.end
    return Span(sentence.start, end)


def _quote(passage: Passage, span: Span) -> Quote:
    return Quote(span.start, span.end, passage.slice(span))
