"""What a cited passage can bear witness to: its sentences, clause by clause, as terms, figures and marks.

A claim is read the same way. Pure; judges nothing. What reads like an order to a model is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.folding import fold
from corpus.lines import is_item
from corpus.sentences import split_sentences
from index.french import terms
from qa.citing import Citation
from qa.llm.figures import Figure, figures
from qa.llm.names import Names
from qa.llm.orders import orders, reads_like_an_order
from qa.llm.polarity import clause_marks, sentence_marks
from qa.llm.wording import Voices, Word, voices, worded

# How many terms of a sentence can be what the next one's "elle" stands for.
_SUBJECT = 3
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
    r"passe|au-dela|moyennant|chaque|tous les|toutes les)\b"
)
# Further on, these alone narrow what is said: « , avec l'accord d'un parent, ».
_NARROWING = re.compile(
    r"^\W*(?:avec|sous|sans|dans la (?:limite|mesure)|dans les (?:limites|conditions)|hors|apres|avant|chez|pour|"
    r"pendant|durant|jusqu|a partir|a compter|a condition|a defaut|a moins|en cas|faute|moyennant|passe|"
    r"seulement|uniquement|depuis|a l'exclusion|a l'exception)\b"
)
_SUBJECT_FIRST = re.compile(rf"^(?:{_DETERMINER})", re.IGNORECASE)
_LEANING = re.compile(
    r"^\W*(?:(?:et|mais|or|ainsi|de plus|en outre|par ailleurs|toutefois|cependant|enfin|aussi),? )?"
    r"(?:ils?|elles?|cela|ca|ceci|ce|c'|cet|cette|ces|celui|celle|ceux|celles|on|sa|son|ses|leurs?|y|s'y|"
    r"ce dernier|l'un|chacune?)\b"
)
# « Après un essai, il a été étendu. »
_PRONOUN_BEHIND = re.compile(
    r"^[^,;:]{1,80}, (?:ils?|elles?|on|ceux-ci|celles-ci|celui-ci|celle-ci) (?!y a\b|s'agi|faut\b)"
)
_PART = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•–+|]|\d{1,2}[.)])\s?)|(?<=[.;:!?|])[ \t]*\n")
_PASSIVE = re.compile(
    r"\b(?:est|sont|etait|etaient|ete|sera|seront|etre|etant|\w+(?:ee?s?|ie?s?|ue?s?|its?|"
    r"ites?))\s(?:\w+\s)?par\b"
)
_ITEM = re.compile(r"^\s*(?:[-*•–—+]|\(?\d{1,2}[.)])\s+")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")


@dataclass(frozen=True, slots=True)
class Clause:
    """`terms` in order, figures left out; `lead`: the term of its subject, None where it has none of
    its own. `behind`: for each figure, the terms that follow it. `circumstance`: it begins its sentence
    and says when, where or on what condition the rest holds.
    """

    terms: tuple[str, ...]
    lead: str | None
    marks: frozenset[str]
    figures: tuple[Figure, ...]
    behind: tuple[frozenset[str], ...]
    circumstance: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence. `leaning`: it begins with a pronoun or the like, or is an item of a list.

    `agent`: how many terms stand before « par » and its agent, in the passive; None otherwise.
    """

    text: str
    clauses: tuple[Clause, ...]
    marks: frozenset[str]
    leaning: bool
    agent: int | None
    voices: Voices

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of all its clauses."""
        return tuple(term for clause in self.clauses for term in clause.terms)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of all its clauses."""
        return tuple(figure for clause in self.clauses for figure in clause.figures)


@dataclass(frozen=True, slots=True)
class Support:
    """One or two sentences that a claim may rest on. `subject`: what the first leans on, as terms."""

    statements: tuple[Statement, ...]
    subject: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A citation as evidence: what its sentences, those that are no orders, bear out."""

    citation: Citation
    supports: tuple[Support, ...]


def read(text: str, names: Names) -> Statement:
    """A sentence, read; the number or bullet of an item says nothing."""
    clauses = tuple(_clause(piece, names, first=not i) for i, piece in enumerate(_pieces(_ITEM.sub("", text))))
    folded = fold(text)
    passive = _PASSIVE.search(folded)
    agent = len(names.joined(_bare(folded[: passive.end()]))) if passive else None
    return Statement(
        text,
        tuple(c for c in clauses if c.terms or c.figures or c.marks),
        sentence_marks(text),
        is_item(text.strip()) or leans(text),
        agent,
        voices(text),
    )


def leans(text: str) -> bool:
    """Whether a sentence's subject is a pronoun, or the like, that only another sentence explains."""
    folded = fold(text)
    return _LEANING.match(folded) is not None or _PRONOUN_BEHIND.match(folded) is not None


def evidence(citation: Citation, names: Names) -> Evidence:
    """What a citation bears witness to."""
    planted = orders(citation.quote)
    kept: list[str] = []
    for part in _parts(citation.quote):
        for span in split_sentences(citation.quote, *part):
            if any(span.start < order.end and order.start < span.end for order in planted):
                continue
            kept.append(_LINK.sub(r"\1", citation.quote[span.start : span.end]))
    headings = [h for h in (*citation.headings[::-1], citation.title) if not reads_like_an_order(h)]
    supports = tuple(_supports([read(text, names) for text in kept], headings, names))
    return Evidence(citation, supports)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    ends = [(0, 0), *[match.span() for match in _PART.finditer(text)], (len(text), len(text))]
    for (_, start), (end, _) in pairwise(ends):
        if text[start:end].strip():
            yield start, end


def _supports(read_: list[Statement], headings: Sequence[str], names: Names) -> Iterator[Support]:
    """Each sentence alone, each with the next, and each list with the line that introduces it."""
    about = tuple(term for heading in headings for term in names.joined(terms(heading)))
    for i, statement in enumerate(read_):
        subject = _subject(read_, i, about)
        yield Support((statement,), subject)
        if i + 1 < len(read_):
            yield Support((statement, read_[i + 1]), subject)
        if statement.text.rstrip().endswith(":"):
            items = []
            for item in read_[i + 1 :]:
                if not is_item(item.text.strip()):
                    break
                items.append(item)
            if items:
                yield Support((statement, *items), subject)


def _subject(read_: list[Statement], i: int, about: tuple[str, ...]) -> tuple[str, ...]:
    """The terms that the pronoun of sentence i may stand for."""
    if not read_[i].leaning:
        return ()
    item = is_item(read_[i].text.strip())
    for before in reversed(read_[:i]):
        if item and before.text.rstrip().endswith(":"):
            return (*before.terms, *(about if before.leaning else ()))
        if not before.leaning:
            return before.terms[:_SUBJECT]
    return about


@dataclass(frozen=True, slots=True)
class _Piece:
    """A clause as text. `joint`: the sign or word before it; `segment`: which part of the sentence it is of."""

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
    found = names.joined(_bare(folded))
    bare = text.strip()
    own = first or _SUBJECT_FIRST.match(bare) is not None or bare[:1].isupper()
    begins = first or piece.joint in ";:—("
    return Clause(
        found,
        found[0] if own and found else None,
        clause_marks(f"{piece.joint} {text}"),
        stated,
        tuple(frozenset(names.joined(_bare(folded[figure.end :]))) for figure in stated),
        worded(text, names),
        piece.segment,
        (_CIRCUMSTANCE if begins else _NARROWING).match(folded) is not None,
        piece.joint == "ou" or re.match(r"\W*ou\b", folded) is not None,
    )


def _bare(folded: str) -> list[str]:
    """The terms of folded text without its figures."""
    pieces, start = [], 0
    for figure in figures(folded):
        pieces.append(folded[start : figure.start])
        start = figure.end
    return terms(" § ".join([*pieces, folded[start:]]))
