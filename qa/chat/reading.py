"""What a person reads of a message in Markdown, ours or another assistant's, without its citations.

For the history of a conversation. Knows only how such a message is written, not what was cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

# The lines that introduce what a reply says of its sources, and not of its subject.
SOURCES, NEAREST = "Sources", "Passages les plus proches"
_INTRODUCTIONS = {SOURCES.casefold(), "source", "références", NEAREST.casefold()}
# Without joining, an escaped sign is a token of its own: `\[1]` is text, `[1]` is a citation.
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join")
_NUMBERS = r"\[\d{1,3}(?:, ?\d{1,3})*\]"
_CITED = re.compile(rf" ?{_NUMBERS}")
_ONLY_NUMBERS = re.compile(rf"\s*(?:{_NUMBERS}|\d{{1,3}})\s*")
_TAG = re.compile(r"<[^<>]*>")
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_CELLS = {"th_open", "td_open"}


def plain(markdown: str) -> str:
    """The words of a message, a line for each paragraph, item or row.

    No links, no `[n]`, no list of sources, no mark-up. Takes time in proportion to its length.
    """
    said = "\n".join(_lines(_MARKDOWN.parse(markdown)))
    return "\n".join(filter(None, (" ".join(line.split()) for line in said.split("\n"))))


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    cells: list[str] = []
    among_sources = False
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            among_sources = False
        if token.type == "inline" and token.level == 1 and _introduces_sources(token):
            among_sources = True
        if among_sources:
            continue
        if token.type == "inline" and tokens[i - 1].type in _CELLS:
            cells.append(_read(token.children or ()))
        elif token.type == "inline":
            yield _read(token.children or ())
        elif token.type == "tr_close":
            yield " ".join(cells)
            cells.clear()
        elif token.type in {"fence", "code_block"}:
            yield token.content
        elif token.type == "html_block":
            yield _TAG.sub(" ", token.content)


def _introduces_sources(token: Token) -> bool:
    """A short line of its own; one that cites is a sentence."""
    children = token.children or []
    if len(token.content) > 60 or _CITED.search(token.content):
        return False
    if any(child.type == "link_open" for child in children):
        return False
    return _read(children).replace(":", "").strip().casefold() in _INTRODUCTIONS


def _read(tokens: Iterable[Token]) -> str:
    """The words of a line. A link that is but a number is left out, of others the words are kept."""
    read: list[str] = []
    link: int | None = None
    for token in tokens:
        if token.type == "link_open":
            link = len(read)
        elif token.type == "link_close":
            if link is not None and _ONLY_NUMBERS.fullmatch("".join(read[link:])):
                del read[link:]
            link = None
        elif token.type == "text":
            # Within a link the number is what tells a citation: it goes with the link.
            read.append(token.content if link is not None else _CITED.sub("", token.content))
        elif token.type in {"text_special", "code_inline"}:
            read.append(token.content)
        elif token.type == "image":
            read.append(_read(token.children or ()))
        elif token.type == "softbreak":
            read.append(" ")
        elif token.type == "hardbreak" or (token.type == "html_inline" and _LINE_BREAK.match(token.content)):
            read.append("\n")
    return "".join(read)
