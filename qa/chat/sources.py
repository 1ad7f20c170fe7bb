"""The citations of a reply for front ends that show sources beside the text. Writes no text itself."""

from collections.abc import Sequence

from qa.chat.links import passage_link
from qa.chat.markdown import quoted, title
from qa.citing import Citation


def openwebui_events(citations: Sequence[Citation], base_url: str) -> list[dict[str, object]]:
    """Values of a chunk's `event`, each a card of Open WebUI; `[n]` opens the nth of a message.

    Open WebUI knows a card by `metadata[].source`: two of one name become one, and an address
    there would be shown in place of the title. It reads the quote as Markdown, and adds a text
    fragment of its own to the address.
    """
    return [_event(citation, base_url) for citation in citations]


def annotations(citations: Sequence[Citation], base_url: str) -> list[dict[str, object]]:
    """The value of `delta.annotations`: OpenAI's `url_citation`, with OpenRouter's `content`."""
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "url": passage_link(citation, base_url),
                "title": title(citation),
                "content": citation.quote,
            },
        }
        for citation in citations
    ]


def _event(citation: Citation, base_url: str) -> dict[str, object]:
    link = passage_link(citation, base_url)
    # The & ends our directive: what is added after it is another one, which no browser knows. Without
    # a directive it would belong to the name of the anchor.
    url = f"{link}&" if ":~:" in link else f"{link}:~:&"
    identity = f"{citation.number}. {citation.source} [{citation.start}-{citation.end}]"
    name = _name(citation)
    metadata: dict[str, object] = {"source": identity, "name": name, "url": url}
    if citation.page is not None:
        metadata["page"] = citation.page - 1  # counted from 0 there
    data = {
        "source": {"id": identity, "name": name, "url": url},
        "document": [quoted(citation)],
        "metadata": [metadata],
        # Higher is better, whatever the name says: from 0 to 1 it is shown as a percentage.
        "distances": [min(max(citation.score, 0.0), 1.0)],
    }
    return {"type": "source", "data": data}


def _name(citation: Citation) -> str:
    """The title. One that begins with `http` would have its icon asked of a company's server."""
    shown = title(citation)
    return f"« {shown} »" if shown.startswith("http") else shown
