"""The clauses of a sentence: where each begins, whether it has a subject, what it narrows. Pure.

Reads signs and small words, no grammar: a clause is what stands between two places where one may end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.folding import fold
from index.french import terms
from qa.llm.figures import Figure, figures
from qa.llm.names import Names
from qa.llm.polarity import clause_marks
from qa.llm.wording import Word, worded

_DETERMINER = (
    r"(?:l[ea]s?|une?|des|du|ce|cet|cette|ces|sa|son|ses|leurs?|chaque|tou(?:s|te|tes|t)|certaine?s?|aucune?|"
    r"plusieurs|d'autres|celui|celle|ceux|celles|ils?|elles?|on|deux|trois|quatre|cinq)\b|l'"
)
# Where a clause may end: at a sign that is no part of a figure, or before a new subject.
_BOUNDARY = re.compile(
    r"[;()—|]|[,:](?!\d)|(?<!\d)[,:]|\s[–-]\s"
    rf"|\s(?i:et|ou|mais|puis|tandis que|tandis qu(?=['’])|alors que|alors qu(?=['’]))\b"
    rf"(?=['’]?\s?(?:(?i:{_DETERMINER})|[A-ZÀ-Ý]|\d))"
)
_BETWEEN = re.compile(r"\b(?:entre|de)\s[^,;:]{0,30}$", re.IGNORECASE)
_CIRCUMSTANCE = re.compile(
    r"^\W*(?:pendant|durant|lors|en|dans|jusqu|avant|apres|depuis|pour|chez|hors|sous|sans|aux?|malgre|"
    r"contrairement|selon|si|s'il|quand|lorsqu\w*|faute|a moins|a defaut|a condition|des lors|par|avec|"
    r"passe|au-dela|moyennant|chaque|tous les|toutes les|sur|d'ici|compte tenu|concernant|s'agissant|quant)\b"
)
# Folded, these are « a » and « des ».
_PREPOSITION = re.compile(r"^\W*(?:à|dès)\b", re.IGNORECASE)
# Further on, these alone narrow what is said: « , avec l'accord d'un parent, ».
_NARROWING = re.compile(
    r"^\W*(?:avec|sous|sans|dans la (?:limite|mesure)|dans les (?:limites|conditions)|hors|apres|avant|chez|"
    r"pour|pendant|durant|jusqu|a partir|a compter|a condition|a defaut|a moins|en cas|faute|moyennant|passe|"
    r"seulement|uniquement|depuis|a l'exclusion|a l'exception)\b"
)
_SUBJECT_FIRST = re.compile(rf"^(?:{_DETERMINER})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """`terms` in order, figures left out; `lead`: the term of its subject, None where it has none of
    its own. `behind`: for each figure, the terms that follow it. `circumstance`: it says when, where or
    on what condition the rest of its segment holds; segments end at a semicolon, a colon, a dash or a
    parenthesis. `alternative`: it begins with « ou ».
    """

    terms: tuple[str, ...]
    lead: str | None
    marks: frozenset[str]
    figures: tuple[Figure, ...]
    behind: tuple[frozenset[str], ...]
    words: tuple[Word, ...]
    segment: int
    circumstance: bool
    alternative: bool


def clauses(text: str, names: Names) -> tuple[Clause, ...]:
    """The clauses that say something."""
    found = (_clause(piece, names, first=not i) for i, piece in enumerate(_pieces(text)))
    return tuple(clause for clause in found if clause.terms or clause.figures or clause.marks)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A clause as text. `joint`: the sign or word before it; `segment`: which part of the sentence."""

    text: str
    joint: str
    segment: int


def _pieces(text: str) -> Iterator[_Piece]:
    """The clauses of a sentence; what follows a parenthesis goes on with what stood before it."""
    start, joint, segment, opened, begun = 0, "", 0, list[int](), 0
    for match in _BOUNDARY.finditer(text):
        sign = fold(match.group())
        # "Entre 40 et 80", "de 24 % et 40 %" are one thing.
        if (
            sign in ("et", "ou")
            and _BETWEEN.search(text[start : match.start()])
            and text[match.end() :].lstrip()[:1].isdigit()
        ):
            continue
        yield _Piece(text[start : match.start()], joint, segment)
        start, joint = match.end(), sign
        if sign == "(":
            opened.append(segment)
        if sign == ")" and opened:
            segment = opened.pop()
        elif sign in "();:—|-":
            begun += 1
            segment = begun
    yield _Piece(text[start:], joint, segment)


def _clause(piece: _Piece, names: Names, *, first: bool) -> Clause:
    text = piece.text
    folded, stated = fold(text), figures(text)
    found = names.joined(bare_terms(folded))
    bare = text.strip()
    own = first or _SUBJECT_FIRST.match(bare) is not None or bare[:1].isupper()
    begins = first or piece.joint in ";:—("
    return Clause(
        found,
        found[0] if own and found else None,
        clause_marks(f"{piece.joint} {text}"),
        stated,
        tuple(frozenset(names.joined(bare_terms(folded[figure.end :]))) for figure in stated),
        worded(f"{piece.joint} {text}" if piece.joint in ("et", "ou") else text, names),
        piece.segment,
        (_CIRCUMSTANCE if begins else _NARROWING).match(folded) is not None
        or (begins and _PREPOSITION.match(text) is not None),
        piece.joint == "ou" or re.match(r"\W*ou\b", folded) is not None,
    )


def bare_terms(folded: str) -> list[str]:
    """The terms of folded text without its figures."""
    pieces, start = [], 0
    for figure in figures(folded):
        pieces.append(folded[start : figure.start])
        start = figure.end
    return terms(" § ".join([*pieces, folded[start:]]))
