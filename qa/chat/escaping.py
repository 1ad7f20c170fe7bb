r"""Text that Markdown shows as it is, in CommonMark, GFM, Open WebUI's marked and LibreChat's remark.

By backslashes, never entities: Open WebUI 0.12 shows `&#91;` as six characters. Never `\[`, which
begins a formula there, or a line at least: a bracket that is not closed makes no link either. What
front ends act on before they read Markdown (`\[`, `\(`, `<think>`) no backslash protects: one sign
of it is then shown as code.
"""

from __future__ import annotations

import re

from corpus.lines import is_item

# What Markdown takes for white space; no-break and narrow spaces are not.
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_LINE_END = re.compile(r"\r\n?|\n")
# Formulas of LaTeX, and the tags within which a model reasons: Open WebUI folds up what follows one.
_READ_EARLIER = r"(?<!\\)\\++(?=[][()])|<(?=(?:think|thought|reason)\w*[\s>])|◁(?=think▷)"
# Emphasis, code, links, notes, HTML, mentions, strikethrough, tables, formulas, exponents…
_SIGNS = (
    r"[\\`*_\]<~|$^]"
    r"|&(?=#?\w+;)"  # entities
    r"|:(?=[^\s\d])"  # remark's directives, ::: fences, addresses
    r"|(?<=\{)\{"  # Open WebUI's {{user}}
    r"|(?<=\w)@(?=\w)"  # addresses of mail
    r"|(?<=www)\.(?=\w)"  # addresses without a scheme
)
_ANYWHERE = re.compile(f"(?P<code>{_READ_EARLIER})|{_SIGNS}", re.IGNORECASE)
# Where brackets come in no pairs, a link's words have them as code: it binds before links do.
_IN_LABEL = re.compile(rf"(?P<code>[][\\<◁]+)|{_SIGNS}", re.IGNORECASE)
_AT_START = re.compile(r"(?:\d{1,9}(?=[.)](?:\s|$)))?(?P<sign>(?<=\d)[.)]|[-+=#>])")


def escaped(text: str) -> str:
    """`text`, on lines of its own, escaped to be shown as it is but for runs of white space.

    Its lines are joined, except before the items of a list, the rows of a table and after an empty line.
    """
    return "  \n".join(_escaped_line(line) for line in lines(text))


def label(text: str) -> str:
    """`text` as the words of a link, on one line."""
    line = " ".join(lines(text))
    if not _paired(line):
        return _escaped_line(line, _IN_LABEL)
    return _escaped_line(line).replace(r"\]", "]").replace("](", r"]\(")


def lines(text: str) -> list[str]:
    """The lines to show: wrapped ones joined, each without white space around it."""
    shown: list[str] = []
    after_empty = True
    for line in map(str.strip, _LINE_END.split(text)):
        if line and (after_empty or is_item(line) or line.startswith("|")):
            shown.append(line)
        elif line:
            shown[-1] += " " + line
        after_empty = not line
    return [_SPACE.sub(" ", line) for line in shown]


def _escaped_line(line: str, signs: re.Pattern[str] = _ANYWHERE) -> str:
    start = _AT_START.match(line)
    if start is None:
        return signs.sub(_shown, line)
    sign = start.start("sign")
    return line[:sign] + "\\" + line[sign] + signs.sub(_shown, line[sign + 1 :])


def _shown(sign: re.Match[str]) -> str:
    return f"`{sign[0]}`" if sign["code"] else f"\\{sign[0]}"


def _paired(text: str) -> bool:
    """Whether brackets come in pairs, none within another: marked reads no deeper."""
    brackets = "".join(re.findall(r"[\[\]]", text))
    return brackets == "[]" * (len(brackets) // 2)
