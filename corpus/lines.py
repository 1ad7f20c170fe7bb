"""Lines of a text, as spans. Does not judge what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

# The line ends a French text arrives with: Unix, Windows, old Mac, form feed, U+2028/2029.
_LINE = re.compile(r"[^\r\n\f\u2028\u2029]+")
_TERMINAL = re.compile(r"[.!?…:;][\s»”\"’')\]]*$")
_BULLET = re.compile(
    r"""\s*(?:
        [•◦▪▫‣⁃·●○■□➢➤→✓✔]\s*     # typographic bullets, with or without a space
      | [-–—*+]\s+                 # dashes and Markdown bullets
      | \(?\d{1,3}(?:[.)]|°\)?)\s+ # 1. 1) (1) 1°
      | [a-zA-Z]\)\s+              # a)
    )(?=\S)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that holds something: `text[start:end]`, stripped of white space at both ends.

    `blank_before` and `blank_after`: an empty line, or an end of the text, stands there.
    """

    start: int
    end: int
    text: str
    blank_before: bool
    blank_after: bool

    @property
    def is_bullet(self) -> bool:
        """It begins like an item of a list."""
        return is_item(self.text)

    @property
    def is_closed(self) -> bool:
        """It ends on punctuation that closes a clause: . ! ? … : ;"""
        return _TERMINAL.search(self.text) is not None

    @property
    def introduces(self) -> bool:
        """It ends on a colon, as a line before a list does."""
        return self.text.endswith(":")


def is_item(line: str) -> bool:
    """Whether a line begins like an item of a list: with a bullet, a dash or a number."""
    return _BULLET.match(line) is not None


def split_lines(text: str) -> list[Line]:
    """The lines of `text` that hold more than white space, in order."""
    spans = []
    for match in _LINE.finditer(text):
        content = match.group().strip()
        if content:
            start = match.start() + match.group().index(content)
            spans.append((start, start + len(content)))
    lines = []
    for i, (start, end) in enumerate(spans):
        before = text[spans[i - 1][1] : start] if i else ""
        after = text[end : spans[i + 1][0]] if i + 1 < len(spans) else ""
        lines.append(
            Line(
                start,
                end,
                text[start:end],
                blank_before=i == 0 or _has_blank_line(before),
                blank_after=i + 1 == len(spans) or _has_blank_line(after),
            )
        )
    return lines


def continues(line: Line, following: Line, wrap_width: int | None) -> bool:
    """Whether `following` goes on with the sentence of `line`: the break is only a wrap.

    `wrap_width` is what `hard_wrap_width` found for the text.
    """
    if line.blank_after or following.is_bullet:
        return False
    if following.text[0].islower():
        return not line.is_closed or line.text[-1] in ";:"
    if wrap_width is None or (line.is_closed and line.text[-1] in ".!?…:"):
        return False
    # The next word would not have fitted: the line is full, so the break says nothing.
    return len(line.text) + 1 + len(following.text.split(maxsplit=1)[0]) > wrap_width


def hard_wrap_width(lines: list[Line]) -> int | None:
    """The column at which a text was wrapped by hand, or None if its lines are paragraphs.

    Wrapped text has many lines that stop short of one column although the next word would
    have passed it, and are closed by no punctuation. Between 40 and 120 columns, a share of
    60 % is asked: paragraphs and lists stay below.
    """
    pairs = [(a, b) for a, b in pairwise(lines) if not a.blank_after and not b.is_bullet]
    if len(pairs) < 3:
        return None
    width = max(len(line.text) for pair in pairs for line in pair)
    if not 40 <= width <= 120:
        return None
    full = sum(len(a.text) + 1 + len(b.text.split(maxsplit=1)[0]) > width - 3 for a, b in pairs)
    return width - 3 if full / len(pairs) >= 0.6 else None


def _has_blank_line(between: str) -> bool:
    breaks = between.replace("\r\n", "\n")
    return sum(breaks.count(c) for c in "\n\r\f\u2028") > 1 or "\u2029" in breaks
