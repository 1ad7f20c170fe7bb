"""A question becomes a cited answer. Pure once the engine has searched; does not speak HTTP.

Without a language model an answer is made only of sentences of the texts, verbatim, each
followed by the number of its citation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.engine import Engine
from index.filtering import NO_FILTERS, Filters
from index.french import terms
from index.questions import asks_list, compared
from qa.citing import Citation, Quote, cite
from qa.refusal import THRESHOLD, confidence, reason_for_refusal

# An answer quotes the best sentence, and those of other passages nearly as good: at most so many.
_MOST_SENTENCES = 3
# How far below the best a further passage may score and be quoted. On PIAF (300 questions) the
# second passage is 0.064 below the first in the median, 0.025 in the lowest quarter.
_PASSAGE_MARGIN = 0.025
NOTHING_ALLOWED = (
    "Aucun texte ne correspond aux filtres demandés (dossier, fichier ou format) ; "
    "élargissez-les ou retirez-les."
)


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


def ask(
    engine: Engine,
    question: str,
    top_k: int,
    filters: Filters = NO_FILTERS,
    threshold: float = THRESHOLD,
) -> Answer:
    """Searches, then answers, or refuses below the threshold of confidence.

    The citations are the same in both cases; there are none when the filters leave no passage.
    """
    search = engine.search(question, top_k, filters)
    if not search.hits:
        return Answer((), NOTHING_ALLOWED, 0.0, (), search.generation)
    citations = cite(search, question)
    certainty = confidence(search.signals)
    if certainty < threshold:
        reason = reason_for_refusal(search.signals)
        return Answer((), reason, certainty, citations, search.generation)
    # What an acronym stands for is said in one sentence, whatever scores beside it.
    quoted = citations[:1] if search.signals.defined else citations
    return Answer(_compose(question, quoted), None, certainty, citations, search.generation)


def _compose(question: str, citations: tuple[Citation, ...]) -> tuple[CitedSentence, ...]:
    sides = compared(question)
    if sides is not None:
        return _on_both(sides, citations) or _listed(citations)
    return _listed(citations) if asks_list(question) else _best_of_each(citations)


def _best_of_each(citations: tuple[Citation, ...]) -> tuple[CitedSentence, ...]:
    """The best sentence of the first passage, and of those that score nearly as high."""
    sentences: list[CitedSentence] = []
    for citation in citations:
        if citation.score < citations[0].score - _PASSAGE_MARGIN or len(sentences) == _MOST_SENTENCES:
            break
        best = citation.highlights[0]
        if not any(best.quote == said.quote.quote for said in sentences):
            sentences.append(CitedSentence(best, citation.number))
    return tuple(sentences)


def _listed(citations: tuple[Citation, ...]) -> tuple[CitedSentence, ...]:
    """The sentences of the first passage in the order of the text, then the best of the others."""
    first = citations[0]
    in_order = sorted(first.highlights, key=lambda highlight: highlight.start)
    said = {highlight.quote for highlight in in_order}
    others = [s for s in _best_of_each(citations)[1:] if s.quote.quote not in said]
    return (*(CitedSentence(highlight, first.number) for highlight in in_order), *others)


def _on_both(sides: tuple[str, str], citations: tuple[Citation, ...]) -> tuple[CitedSentence, ...]:
    """A sentence on each side of a comparison, or none when one has none."""
    found = [next(_naming(side, citations), None) for side in sides]
    return tuple(dict.fromkeys(s for s in found if s is not None)) if None not in found else ()


def _naming(side: str, citations: tuple[Citation, ...]) -> Iterator[CitedSentence]:
    """The highlights that name a side, those of the best passages first."""
    named = set(terms(side))
    for citation in citations:
        for highlight in citation.highlights:
            if named and named <= set(terms(highlight.quote)):
                yield CitedSentence(highlight, citation.number)
