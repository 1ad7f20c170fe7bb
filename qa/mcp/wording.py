"""The results of the tools as French text, for clients that read no structured results.

Quotes are verbatim, between « ». Searches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.french import counted
from qa.mcp.results import DocumentsPageOut, ExcerptOut, GlossaryPageOut
from qa.schemas import AskOut, CitationOut, SearchOut

_NEAREST = "Les passages les plus proches, qui ne répondent pas forcément :"


def answer_text(reply: AskOut) -> str:
    """The answer or the refusal, then the passages."""
    lines = []
    if reply.searched != reply.question:
        lines.append(f"Question cherchée : {reply.searched}")
    if reply.answer.refused:
        lines += [f"Les textes ne le disent pas. {reply.answer.reason}", _NEAREST]
    else:
        lines += ["Ce que disent les textes, mot pour mot :", str(reply.answer.text), "Les passages :"]
    if not reply.citations:
        lines = [line for line in lines if line != _NEAREST]
    return "\n\n".join([*lines, *_citations(reply.citations)])


def search_text(reply: SearchOut) -> str:
    """The passages, best first."""
    return "\n\n".join(_citations(reply.hits)) or "Aucun passage : les filtres ne laissent aucun document."


def excerpt_text(reply: ExcerptOut) -> str:
    """The stretch, where it stands, and what to ask for next."""
    page = f", page {reply.page}" if reply.page else ""
    lines = [
        f"{reply.source} ({reply.title}{page}), caractères {reply.start} à {reply.end} sur "
        f"{reply.characters} :",
        f"«{reply.text}»",
    ]
    if reply.truncated:
        lines.append("Le texte demandé est plus long : il est coupé.")
    for where, stretch in (("Avant", reply.before), ("Après", reply.after)):
        if stretch:
            lines.append(f"{where} : start={stretch.start}, end={stretch.end}.")
    return "\n\n".join([*lines, *_links(reply.url)])


def documents_text(reply: DocumentsPageOut) -> str:
    """One document a line, then the files that were not read."""
    lines = [
        _page("document", reply.total, reply.offset, len(reply.documents)),
        *(f"- {d.source} : {d.title} ({d.format}, {d.characters} caractères)" for d in reply.documents),
        *_next(reply.next_offset),
    ]
    if reply.unread:
        lines.append(f"Hors de l'index : {counted(reply.unread_total, 'fichier')}.")
        lines += [f"- {unread.source} : {unread.reason}" for unread in reply.unread]
    return "\n".join(lines)


def glossary_text(reply: GlossaryPageOut) -> str:
    """One meaning a line, with the first sentence that defines it."""
    if not reply.total:
        return "Les textes ne développent pas ce sigle, ou n'en développent aucun."
    lines = [_page("sens", reply.total, reply.offset, len(reply.meanings))]
    for meaning in reply.meanings:
        first = meaning.definitions[0]
        lines.append(f"- {meaning.acronym} : {meaning.expansion} ({first.source} : « {first.quote} »)")
    return "\n".join([*lines, *_next(reply.next_offset)])


def _citations(citations: Sequence[CitationOut]) -> Iterator[str]:
    for c in citations:
        place = " › ".join([c.title, *c.headings])
        page = f", page {c.page}" if c.page else ""
        head = f"[{c.number}] {c.source} ({place}{page}), caractères {c.start} à {c.end} :"
        yield "\n".join([head, f"« {c.quote} »", *_links(c.url)])


def _links(url: str) -> Iterator[str]:
    # Without the address of a page that shows texts, as over standard input, a link leads nowhere.
    if not url.startswith("/"):
        yield url


def _page(noun: str, total: int, offset: int, shown: int) -> str:
    if not total:
        return f"Aucun {noun}."
    whole = str(total) + " sens" if noun == "sens" else counted(total, noun)
    if shown == total:
        return f"{whole} :"
    return (
        f"{whole}, de {offset + 1} à {offset + shown} :" if shown else f"{whole}, aucun au-delà de {offset}."
    )


def _next(offset: int | None) -> Iterator[str]:
    if offset is not None:
        yield f"La suite : offset={offset}."
