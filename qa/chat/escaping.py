r"""Text that Markdown shows as it is, in CommonMark, GFM, Open WebUI's marked and LibreChat's remark.

Backslashes only, never entities: Open WebUI 0.12 shows `&#91;` as six characters. And never `\[`,
which begins a formula there, or a line at least: a bracket that is not closed makes no link either.
"""

from __future__ import annotations

import re

from corpus.lines import is_item

# What Markdown takes for white space; no-break and narrow spaces are not.
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_LINES = re.compile(r"[ \t\f\v]*(\r\n?|\n)[ \t\f\v]*")
# Emphasis, code, links, notes, HTML, mentions, strikethrough, tables, formulas, exponents…
_ANYWHERE = re.compile(
    r"[\\`*_\]<~|$^]"
    r"|&(?=#?\w+;)"  # entities
    r"|:(?=[^\s\d])"  # remark's directives, ::: fences, addresses
    r"|(?<=\{)\{"  # Open WebUI's {{user}}
    r"|(?<=\w)@(?=\w)"  # addresses of mail
    r"|(?<=www)\.(?=\w)",  # addresses without a scheme
    re.IGNORECASE,
)
_BACKSLASHED = r"\\\g<0>"
_AT_START = re.compile(r"(?:\d{1,9}(?=[.)](?:\s|$)))?(?P<sign>(?<=\d)[.)]|[-+=#>])")


def escaped(text: str) -> str:
    """`text`, on lines of its own, escaped to be shown as it is but for runs of white space.

    Its lines are joined, except before the items of a list, the rows of a table and after an empty line.
    """
    return "  \n".join(_escaped_line(line) for line in lines(text))


def label(text: str) -> str:
    """`text` as the words of a link, on one line."""
    line = _escaped_line(" ".join(lines(text)))
    bare = line.replace(r"\]", "]")
    # A link's own brackets need those within to be escaped, or to come in pairs that make no link.
    return bare.replace("](", r"]\(") if _paired(bare) else line.replace("[", r"\[")


def lines(text: str) -> list[str]:
    """The lines to show: wrapped ones joined, each without white space around it."""
    shown: list[str] = []
    after_empty = True
    for line in map(str.strip, _LINES.sub("\n", text).split("\n")):
        if line and (after_empty or is_item(line) or line.startswith("|")):
            shown.append(line)
        elif line:
            shown[-1] += " " + line
        after_empty = not line
    return [_SPACE.sub(" ", line) for line in shown]


def _escaped_line(line: str) -> str:
    start = _AT_START.match(line)
    if start is None:
        return _ANYWHERE.sub(_BACKSLASHED, line)
    sign = start.start("sign")
    return line[:sign] + "\\" + line[sign] + _ANYWHERE.sub(_BACKSLASHED, line[sign + 1 :])


def _paired(text: str) -> bool:
    """Whether brackets come in pairs, none within another: marked reads no deeper."""
    brackets = "".join(re.findall(r"[\[\]]", text))
    return brackets == "[]" * (len(brackets) // 2)
