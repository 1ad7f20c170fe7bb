"""Addresses of passages, for front ends that are elsewhere. Does not know what a document says."""

from __future__ import annotations

from qa.chat.fragments import text_directive
from qa.citing import Citation
from qa.replies import source_url

# What every browser, proxy and chat front end takes.
LONGEST_LINK = 2000


def passage_link(citation: Citation, base_url: str) -> str:
    """The absolute address of the source's page at the passage, which the browser highlights.

    `base_url` has no slash at its end. Without a text directive (the passage too short to be
    told from others, or the address too long) the page still scrolls to the passage and marks it.
    """
    address = base_url + source_url(citation.source, citation.start, citation.end)
    before = citation.headings[-1] if citation.headings else citation.title
    room = LONGEST_LINK - len(address) - len(":~:")
    directive = text_directive(citation.quote, before, room)
    return f"{address}:~:{directive}" if directive else address
