"""Sentence spans of French prose. Does not know lines, lists or sections.

A full stop ends a sentence when white space and something that can begin one follow, and
what stands before it is no abbreviation. Rules rather than a model: they run in microseconds,
and a wrong cut can be read off and mended here.
"""

from __future__ import annotations

import re

from corpus.documents import Span, trimmed

# Never the end of a sentence: what they announce follows.
_OPEN_ABBREVIATIONS = frozenset(
    """
    m mm mme mmes mlle mlles dr drs pr prs me mes mgr st ste sts stes art arts al cf chap
    ch col coll éd ed ex fig ibid id i.e e.g n no nos nº n° nn p pp par réf ref sq t tél tel
    vol vs v c-à-d c.-à-d l.-r adj dir dép dépt dept bd boul av fg gal lt cdt cne col adm
    """.split()
)
# The end of a sentence only when something that clearly begins one follows.
_CLOSING_ABBREVIATIONS = frozenset(
    "etc j.-c hab max min env apr cie ltd inc s.a janv févr fév avr juil sept oct nov déc".split()
)
_STARTERS = frozenset(
    """
    le la les l un une des du de d ce cet cette ces c il elle ils elles on nous vous je j
    dans en pour par sur avec sans selon depuis lors après avant ainsi mais or donc car cependant
    toutefois enfin ensuite puis si quand lorsque comme à au aux son sa ses leur leurs chaque tout
    toute tous toutes plusieurs certains certaines qui que quel quelle quels quelles où
    """.split()
)
_STOP = re.compile(r"[.!?…]+(?:[ \u00a0\u202f\u2009]?[»”\"’'\)\]])*(?=\s|$)")
_OPENING = re.compile(r"\s+[«“\"‘'(\[¿¡—–-]*\s*")
_WORD_BEFORE = re.compile(r"[^\s«“\"(\[’']+$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_DOTTED_SIGLE = re.compile(r"^(?:[^\W\d_]\.-?)+[^\W\d_]$")
_ITEM_NUMBER = re.compile(r"^\s*\(?(?:\d{1,3}|[ivxIVX]{1,5}|[a-zA-Z])$")
# No further back than this is looked for one: time stays linear in the text.
_LONGEST_ABBREVIATION = 40
# A quotation longer than this is cut like any prose: an opening guillemet may lack its pair.
_LONGEST_QUOTATION = 400


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of `text[start:end]`, without the white space between them, in order.

    Together they hold every character of the stretch that is not white space.
    """
    end = len(text) if end is None else end
    spans = []
    begin = start
    for match in _STOP.finditer(text, start, end):
        if _ends_sentence(text, begin, match, end):
            spans.append(trimmed(text, begin, match.end()))
            begin = match.end()
    if text[begin:end].strip():
        spans.append(trimmed(text, begin, end))
    return spans


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    opening = _OPENING.match(text, match.end(), end)
    if opening is None or opening.end() >= end:
        return True
    following = text[opening.end()]
    if not (following.isupper() or following.isdigit() or not following.isalnum()):
        return False
    if _inside_quotation(text, begin, match.end()):
        return False
    if match.group()[0] != "." or match.group().startswith(".."):
        return True
    word = _WORD_BEFORE.search(text, max(begin, match.start() - _LONGEST_ABBREVIATION), match.start())
    if word is None:
        return True
    before = word.group().casefold()
    if match.start() - begin <= _LONGEST_ABBREVIATION and _ITEM_NUMBER.match(text[begin : match.start()]):
        return False
    if before in _OPEN_ABBREVIATIONS:
        return False
    single_letter = len(before) == 1 and word.group().isupper()
    if before in _CLOSING_ABBREVIATIONS or single_letter or _DOTTED_SIGLE.match(before):
        return before == "etc" or _begins_like_a_sentence(text, opening.end())
    return True


def _begins_like_a_sentence(text: str, position: int) -> bool:
    word = _FIRST_WORD.match(text, position)
    if word is None or word.group().casefold() not in _STARTERS:
        return False
    # "L" alone is an initial; "L'" begins a sentence.
    return len(word.group()) > 1 or word.group() == "À" or text[word.end() : word.end() + 1] in ("'", "’")


def _inside_quotation(text: str, begin: int, position: int) -> bool:
    opened = text.rfind("«", begin, position)
    if opened < 0 or text.find("»", opened, position) >= 0:
        return False
    return text.find("»", position, opened + _LONGEST_QUOTATION) >= 0
