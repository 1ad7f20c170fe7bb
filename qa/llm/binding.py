"""Whether a claim binds its words as the source does: « à » is not « par », « et » not « ou ». Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from qa.llm.evidence import Statement
from qa.llm.wording import Word

_BEFORE_A_DATE = frozenset({"en", "à", "par"})


def bound_otherwise(claim: Statement, statements: Sequence[Statement], *, turned: bool) -> bool:
    """Whether two words that follow one another are bound by other small words than in the source.

    `turned`: one of the two is in the passive, so that « par » says nothing.
    """
    ignored = frozenset({"et", "par"} if turned else {"et"})
    pairs: defaultdict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    alone: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for statement in statements:
        source = [word for clause in statement.clauses for word in clause.words]
        for word in source:
            alone[word.term].add(_links(word, ignored))
        for first, second in pairwise(source):
            pairs[first.term, second.term].add(_links(second, ignored))
    said = [word for clause in claim.clauses for word in clause.words]
    for before, word in zip([Word("", ()), *said], said, strict=False):
        known = pairs.get((before.term, word.term))
        if known is None and _named_by(word) and before.term:
            return True
        known = known or alone.get(word.term)
        if known and _links(word, ignored) not in known:
            return True
    return False


def _links(word: Word, ignored: frozenset[str]) -> tuple[str, ...]:
    if word.figure is not None and word.figure.dates:
        ignored = ignored | _BEFORE_A_DATE
    return tuple(link for link in word.links if link not in ignored)


def _named_by(word: Word) -> bool:
    """Whether it is a number that counts nothing: « Formule 1 », « GIR 4 »."""
    figure = word.figure
    bare = figure is not None and figure.kind == "number" and not figure.sign and not figure.nouns
    return bare and not word.links
