"""What a chat shows of an answer, as Markdown: paragraphs that cite, their sources, a refusal.

Decides nothing of what is said. `plain` is the way back, for messages that return as history.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.answer import Answer
from qa.chat.escaping import escaped, label
from qa.chat.links import passage_link
from qa.chat.reading import NEAREST, SOURCES, plain
from qa.citing import Citation

__all__ = ["paragraph", "plain", "quoted", "refusal", "sources", "title"]


def paragraph(
    text: str,
    numbers: Sequence[int],
    citations: Sequence[Citation],
    base_url: str,
    *,
    cards: bool = False,
) -> str:
    """The text as it is, then `[n]` for each number, a link to the passage: one paragraph.

    `cards`: for a front end that was sent a card for each number and makes a button of a bare
    `[n]`. Open WebUI makes one within a link too: a click then opens the card and another tab.
    Raises KeyError for a number that no citation has.
    """
    links = {c.number: f"[{c.number}]" if cards else _numbered_link(c, base_url) for c in citations}
    return " ".join(filter(None, (escaped(text), *(links[number] for number in numbers))))


def sources(citations: Sequence[Citation], base_url: str) -> str:
    """The citations one after the other: number, title and headings as a link, the exact quote."""
    return "\n\n".join((f"**{SOURCES}**", *(_source(citation, base_url) for citation in citations)))


def refusal(answer: Answer, base_url: str) -> str:
    """Why there is no answer, then the nearest passages, if any, as links."""
    reason = escaped(answer.reason or "")
    if not answer.citations:
        return reason
    items = "\n".join(f"- {_titled_link(citation, base_url)}" for citation in answer.citations)
    return f"{reason}\n\n{NEAREST} :\n\n{items}"


def title(citation: Citation) -> str:
    """The document's title and the passage's headings, on one line; no Markdown."""
    parts = (citation.title, *citation.headings)
    return " › ".join(" ".join(part.split()) for part in dict.fromkeys(parts))


def quoted(citation: Citation) -> str:
    """The quote, its lines kept apart as in a paragraph."""
    return escaped(citation.quote)


def _numbered_link(citation: Citation, base_url: str) -> str:
    return f"[[{citation.number}]]({passage_link(citation, base_url)})"


def _titled_link(citation: Citation, base_url: str) -> str:
    return f"[{label(title(citation))}]({passage_link(citation, base_url)})"


def _source(citation: Citation, base_url: str) -> str:
    page = f", page {citation.page}" if citation.page else ""
    lines = quoted(citation).replace("\n", "\n> ")
    return f"[{citation.number}] {_titled_link(citation, base_url)}{page}\n\n> {lines}"
