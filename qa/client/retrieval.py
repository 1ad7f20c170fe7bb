"""What both retrievers ask of the service, and what they say of a passage. Knows neither framework."""

from __future__ import annotations

from dataclasses import dataclass

from qa.client import calls
from qa.client.calls import Call, Filters
from qa.client.errors import Reply
from qa.schemas import CitationOut


@dataclass(frozen=True, slots=True)
class Found:
    """The passages, best first, and the generation that they come from."""

    citations: tuple[CitationOut, ...]
    generation: str


def call_of(question: str, k: int, filters: Filters | None, only_if_answered: bool) -> Call[Found]:
    """The `k` best passages; none, with `only_if_answered`, of a question that the service refuses."""
    asked = calls.ask(question, k, filters=filters)
    searched = calls.search(question, k, filters=filters)

    def read_answer(reply: Reply) -> Found:
        said = asked.read(reply)
        return Found(() if said.answer.refused else tuple(said.citations), said.generation)

    def read_hits(reply: Reply) -> Found:
        found = searched.read(reply)
        return Found(tuple(found.hits), found.generation)

    if only_if_answered:
        return Call(asked.method, asked.path, read_answer, asked.body)
    return Call(searched.method, searched.path, read_hits, searched.body)


def passage_id(citation: CitationOut) -> str:
    """The same for the same passage of the same text, whatever the question and the generation."""
    return f"{citation.source}#{citation.start}-{citation.end}"


def metadata_of(citation: CitationOut, generation: str, url: str) -> dict[str, object]:
    """What goes with a passage's text. `url` becomes absolute; `page` is there where the format has pages."""
    metadata: dict[str, object] = {
        "source": citation.source,
        "title": citation.title,
        "headings": citation.headings,
        "start": citation.start,
        "end": citation.end,
        "score": citation.score,
        "url": f"{url}{citation.url}" if citation.url.startswith("/") else citation.url,
        "generation": generation,
    }
    if citation.page is not None:
        metadata["page"] = citation.page
    return metadata
