"""Markdown (CommonMark): the file's own characters, with headings told by its mark-up.

Mark-up inside a line (emphasis, links) stays in the text: a citation must be the file's slice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from corpus.documents import Extraction, Fact, Heading, Reason, Span, trimmed
from corpus.reading.decoding import decode

_PARSER = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
_IMAGE_LINE = re.compile(r"^[ \t]*(?:\[?!\[[^\]\n]*\]\([^)\n]*\)(?:\]\([^)\n]*\))?[ \t]*)+$", re.M)
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*\S+.*$", re.M)
_FACT_KEYS = {"date": "date", "author": "author", "auteur": "author", "auteure": "author"}


def read_markdown(data: bytes) -> Extraction:
    """Headings by # or underline, front matter as title and facts, rules and comments aside."""
    text = decode(data)
    starts = _line_starts(text)
    headings: list[Heading] = []
    furniture: list[tuple[Span, Reason]] = []
    front: dict[str, str] = {}
    tokens = _PARSER.parse(text)
    for i, token in enumerate(tokens):
        if token.map is None:
            continue
        span = trimmed(text, starts[token.map[0]], starts[token.map[1]])
        if token.type == "heading_open" and span.start < span.end:
            inline = _plain(tokens[i + 1])
            if inline:
                headings.append(Heading(span.start, span.end, int(token.tag[1]), inline))
            else:
                furniture.append((span, Reason.MARKUP))
        elif token.type == "front_matter":
            front = _front_matter(token.content)
            furniture.append((span, Reason.MARKUP))
        elif token.type == "hr":
            furniture.append((span, Reason.SEPARATOR))
    code = [_block_span(token, starts) for token in tokens if token.type in ("fence", "code_block")]
    matches = (match.span() for pattern in (_IMAGE_LINE, _REFERENCE) for match in pattern.finditer(text))
    for start, end in (*_comments(text), *matches):
        span = trimmed(text, start, end)
        if not any(block.start <= span.start < block.end for block in code):
            furniture.append((span, Reason.MARKUP))
    facts = tuple(Fact(_FACT_KEYS[key], value) for key, value in front.items() if key in _FACT_KEYS)
    return Extraction(
        text,
        title=front.get("title") or front.get("titre"),
        headings=tuple(headings) or None,
        furniture=tuple(furniture),
        facts=facts,
    )


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """HTML comments. By hand: a pattern would look for each missing "-->" to the end again."""
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start)) >= 0:
        yield start, end + 3
        start = text.find("<!--", end)


def _line_starts(text: str) -> list[int]:
    # markdown-it counts \n, \r\n and \r as one line end each, as CommonMark says.
    return [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", text)), len(text)]


def _block_span(token: Token, starts: list[int]) -> Span:
    first, last = token.map or [0, 0]
    return Span(starts[first], starts[last])


def _plain(inline: Token) -> str:
    """What a heading says, without its mark-up."""
    said = (child for child in inline.children or () if child.type != "html_inline")
    parts = [child.content or " " * (child.type == "softbreak") for child in said]
    return " ".join("".join(parts).split())


def _front_matter(content: str) -> dict[str, str]:
    try:
        values = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    # Only plain values of the keys in use: an alias can stand for gigabytes.
    return {
        key.casefold(): _without_surrogates(str(value))
        for key, value in values.items()
        if isinstance(key, str) and isinstance(value, str | int | date) and value
    }


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
