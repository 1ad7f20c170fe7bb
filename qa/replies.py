"""The engine's records become the contract's shapes. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote as percent_encode

from corpus.documents import Document, SetAside
from corpus.glossary import Definition
from index.engine import Engine
from index.stages import STAGES
from index.store import DocumentSummary
from qa.answer import Answer
from qa.citing import Citation
from qa.document_schemas import (
    DefinitionOut,
    DocumentFactsOut,
    DocumentOut,
    DocumentsOut,
    FactOut,
    GlossaryOut,
    MeaningOut,
    SetAsideOut,
    UnreadOut,
)
from qa.schemas import AnswerOut, AskOut, CitationOut, PlaceOut, QuoteOut, SearchOut


def source_url(source: str, start: int | None = None, end: int | None = None) -> str:
    """Where the page shows a document, scrolled to a span when one is given."""
    path = "/source/" + percent_encode(source)
    return path if start is None else f"{path}?start={start}&end={end}#passage"


def citation_out(citation: Citation) -> CitationOut:
    """A citation as the contract has it."""
    return CitationOut(
        number=citation.number,
        source=citation.source,
        title=citation.title,
        headings=list(citation.headings),
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        page=citation.page,
        highlights=[QuoteOut(start=h.start, end=h.end, quote=h.quote) for h in citation.highlights],
        score=round(citation.score, 4),
        found_by=list(citation.found_by),
        also=[
            PlaceOut(source=p.document_id, title=p.title, start=p.start, end=p.end, quote=p.quote)
            for p in citation.also
        ],
        url=source_url(citation.source, citation.start, citation.end),
    )


def ask_out(question: str, searched: str, answer: Answer, seconds: Mapping[str, float]) -> AskOut:
    """An answer as the contract has it; `searched` is the question that found it, and `seconds` what
    each of `index.stages` took."""
    return AskOut(
        question=question,
        searched=searched,
        answer=AnswerOut(
            text=answer.text,
            refused=answer.refused,
            reason=answer.reason,
            confidence=round(answer.confidence, 4),
        ),
        citations=[citation_out(citation) for citation in answer.citations],
        generation=answer.generation,
        took_ms=_took_ms(seconds),
        stages_ms=_stages_ms(seconds),
    )


def search_out(
    question: str, citations: Sequence[Citation], generation: str, seconds: Mapping[str, float]
) -> SearchOut:
    """What a search found, as the contract has it; `question` is the one that was searched, and
    `seconds` what each of `index.stages` took."""
    return SearchOut(
        searched=question,
        hits=[citation_out(citation) for citation in citations],
        generation=generation,
        took_ms=_took_ms(seconds),
        stages_ms=_stages_ms(seconds),
    )


def _took_ms(seconds: Mapping[str, float]) -> float:
    return round(1000 * sum(seconds.values()), 2)


def _stages_ms(seconds: Mapping[str, float]) -> dict[str, float]:
    """Every stage, so that a reply always has the same ones: those there was no need of took nothing."""
    return {stage: round(1000 * seconds.get(stage, 0.0), 3) for stage in STAGES}


def document_out(summary: DocumentSummary) -> DocumentOut:
    """One line of the list of documents."""
    return DocumentOut(
        source=summary.id,
        title=summary.title,
        format=summary.format,
        characters=summary.characters,
        passages=summary.passages,
        url=source_url(summary.id),
    )


def documents_out(engine: Engine) -> DocumentsOut:
    """The list of documents, and of the files left out."""
    return DocumentsOut(
        documents=[document_out(summary) for summary in engine.documents()],
        unread=[UnreadOut(source=u.source, reason=u.reason, failed=u.failed) for u in engine.unread()],
        generation=engine.manifest.generation,
    )


def document_facts_out(document: Document, engine: Engine) -> DocumentFactsOut:
    """All that is known of one document."""
    return DocumentFactsOut(
        source=document.id,
        title=document.title,
        format=document.format,
        characters=len(document.text),
        passages=len(engine.passages_of(document.id)),
        url=source_url(document.id),
        sha256=document.sha256,
        pages=len(document.pages) or None,
        facts=[FactOut(kind=fact.kind, value=fact.value) for fact in document.facts],
        set_aside=[_set_aside_out(document, span) for span in engine.set_aside_of(document.id)],
        generation=engine.manifest.generation,
    )


def _set_aside_out(document: Document, span: SetAside) -> SetAsideOut:
    return SetAsideOut(
        start=span.start,
        end=span.end,
        quote=document.text[span.start : span.end],
        reason=span.reason.value,
    )


def glossary_out(engine: Engine) -> GlossaryOut:
    """Every acronym the texts spell out, each meaning with the sentences that define it."""
    sources = {d.document_id for meaning in engine.glossary() for d in meaning.definitions}
    documents = (engine.document(source) for source in sources)
    texts = {document.id: document.text for document in documents if document is not None}
    return GlossaryOut(
        meanings=[
            MeaningOut(
                acronym=meaning.acronym,
                expansion=meaning.expansion,
                definitions=[_definition_out(d, texts[d.document_id]) for d in meaning.definitions],
            )
            for meaning in engine.glossary()
        ],
        generation=engine.manifest.generation,
    )


def _definition_out(definition: Definition, text: str) -> DefinitionOut:
    start, end = definition.sentence_start, definition.sentence_end
    return DefinitionOut(
        source=definition.document_id,
        start=start,
        end=end,
        quote=text[start:end],
        url=source_url(definition.document_id, start, end),
    )
