"""The part of an address that browsers highlight: `text=…`, a text directive.

https://wicg.github.io/scroll-to-text-fragment/. Knows the quote and what may stand before it, not
the document: it cannot tell whether the same words stand elsewhere, it only makes that unlikely.
"""

from __future__ import annotations

import re
from urllib.parse import quote as percent_encode

from corpus.folding import fold

# A quote up to so many characters is named whole; a longer one by its first words and its last.
_WHOLE, _START, _END = 200, 120, 60
# Below this a quote may stand elsewhere: of the passages of corpus/texts, 5 % begin with 20
# characters found earlier in their document, 0.7 % with 40, none with 60.
_DISTINCT = 40
_LINE_END = re.compile(r"\r\n?")
_SPACE = re.compile(r"\s")


def text_directive(quote: str, before: str, limit: int) -> str:
    """The directive that highlights the whole of `quote`; empty when none fits in `limit` characters.

    `before` is what probably stands just before the quote. It is only asked for where the quote
    is short: where it does not stand there nothing is highlighted, rather than the wrong place.
    """
    # HTML knows one line end. Chromium searches white space as written, in `pre-wrap`.
    text = _LINE_END.sub("\n", quote).strip()
    if not any(character.isalnum() for character in text):
        return ""
    if len(text) < _DISTINCT:
        before = _last_words(_LINE_END.sub("\n", before).strip())
        terms = f"{_encoded(before)}-,{_encoded(text)}" if before else ""
    elif len(text) <= _WHOLE:
        terms = _encoded(text)
    else:
        terms = _range(text)
    directive = f"text={terms}"
    return directive if terms and len(directive) <= limit else ""


def _range(text: str) -> str:
    """Its first words and its last, the latter found nowhere between the two."""
    # Words are cut at white space alone: there every browser sees a bound of words.
    space = _SPACE.search(text, _START)
    if space is None:
        return _encoded(text)
    start, rest = text[: space.start()].rstrip(), text[space.end() :].lstrip()
    length = _END
    while length < len(rest):
        end = _last_words(rest, length)
        folded, whole = fold(end), fold(rest)
        if whole.find(folded) == len(whole) - len(folded):
            return f"{_encoded(start)},{_encoded(end)}"
        length *= 2
    return f"{_encoded(start)},{_encoded(rest)}"


def _last_words(text: str, length: int = _END) -> str:
    """At least `length` characters of the end of `text`, from the beginning of a word."""
    if len(text) <= length:
        return text
    cut = next((i for i in range(len(text) - length, 0, -1) if text[i - 1].isspace()), 0)
    # White space at the end of a term is found in no page.
    return text[cut:].lstrip()


def _encoded(term: str) -> str:
    # The hyphen is the one sign of the syntax that percent_encode takes for harmless.
    return percent_encode(term, safe="").replace("-", "%2D")
