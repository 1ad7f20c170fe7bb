"""A question becomes a cited answer. Pure once the engine has searched; does not speak HTTP.

Without a language model an answer is made only of sentences of the texts, verbatim, each
followed by the number of its citation.
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus.documents import Passage, Span
from corpus.lines import is_item
from index.duplicates import Place
from index.engine import Engine, Hit, Search
from index.filtering import NO_FILTERS, Filters
from qa.refusal import THRESHOLD, confidence, reason_for_refusal

# An answer quotes the best sentence, and others nearly as good: at most so many.
_MOST_SENTENCES = 3
# How far below the best a further passage, or a further sentence, may score and be quoted.
# On PIAF (300 questions) the second passage is 0.042 below the first in the median, 0.014 in the
# lowest quarter: a further passage is quoted when it is that close. The sentences' margin is a guess.
_PASSAGE_MARGIN = 0.015
_SENTENCE_MARGIN = 0.03
_MOST_HIGHLIGHTS = 3
NOTHING_ALLOWED = (
    "Aucun texte ne correspond aux filtres demandés (dossier, fichier ou format) ; "
    "élargissez-les ou retirez-les."
)
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


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence of the answer and the number of the citation it was taken from."""

    quote: Quote
    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`sentences` is empty when refused; `reason` then says why, in French."""

    sentences: tuple[CitedSentence, ...]
    reason: str | None
    confidence: float
    citations: tuple[Citation, ...]
    generation: str

    @property
    def refused(self) -> bool:
        """The texts do not say, as far as can be told."""
        return not self.sentences

    @property
    def text(self) -> str | None:
        """The sentences, verbatim, each followed by its `[n]`; None when refused."""
        if self.refused:
            return None
        return "\n\n".join(f"{s.quote.quote} [{s.number}]" for s in self.sentences)


def ask(engine: Engine, question: str, top_k: int, filters: Filters = NO_FILTERS) -> Answer:
    """Searches, then answers or refuses. The citations are the same in both cases; there are
    none when the filters leave no passage.
    """
    search = engine.search(question, top_k, filters)
    if not search.hits:
        return Answer((), NOTHING_ALLOWED, 0.0, (), search.generation)
    citations = cite(search)
    certainty = confidence(search.signals)
    if certainty < THRESHOLD:
        reason = reason_for_refusal(search.signals)
        return Answer((), reason, certainty, citations, search.generation)
    sentences = _compose(citations)
    return Answer(sentences, None, certainty, citations, search.generation)


def cite(search: Search) -> tuple[Citation, ...]:
    """The hits as numbered citations, from 1, best first."""
    return tuple(_citation(number, hit) for number, hit in enumerate(search.hits, 1))


def _citation(number: int, hit: Hit) -> Citation:
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
        highlights=highlights(hit),
        score=hit.score,
        found_by=hit.found_by,
        also=hit.also,
    )


def highlights(hit: Hit) -> tuple[Quote, ...]:
    """The passage's sentences that answer best, each whole; a list with its introduction."""
    passage = hit.passage
    ranked = sorted(range(len(passage.sentences)), key=lambda i: -hit.sentence_scores[i])
    chosen: list[Span] = []
    for i in ranked:
        if hit.sentence_scores[i] < hit.sentence_scores[ranked[0]] - _SENTENCE_MARGIN and chosen:
            break
        span = _with_list(passage, i)
        if not any(span.start < other.end and other.start < span.end for other in chosen):
            chosen.append(span)
        if len(chosen) == _MOST_HIGHLIGHTS:
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


def _compose(citations: tuple[Citation, ...]) -> tuple[CitedSentence, ...]:
    sentences: list[CitedSentence] = []
    for citation in citations:
        if citation.score < citations[0].score - _PASSAGE_MARGIN or len(sentences) == _MOST_SENTENCES:
            break
        best = citation.highlights[0]
        if not any(best.quote == said.quote.quote for said in sentences):
            sentences.append(CitedSentence(best, citation.number))
    return tuple(sentences)


def _quote(passage: Passage, span: Span) -> Quote:
    return Quote(span.start, span.end, passage.slice(span))
