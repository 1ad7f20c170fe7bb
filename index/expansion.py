"""Adds to a question what its acronyms stand for, and the acronyms of what it spells out.

So "GHT" finds texts that only say "groupement hospitalier de territoire", and the other way
round. Pure; the glossary comes from the texts themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.folding import fold
from corpus.glossary import Meaning
from index.french import question_terms, terms, words
from index.questions import asks_meaning


@dataclass(frozen=True, slots=True)
class Expansion:
    """`text`: the other names of what a question names, to be put after it; "" when there are none.

    `of`: the terms of the names that it gives others of.
    """

    text: str = ""
    of: frozenset[str] = frozenset()


NO_EXPANSION = Expansion()


def expansion(question: str, glossary: Sequence[Meaning]) -> Expansion:
    """The other names of what a question names, in brackets.

    Measured: bench/RESULTS.md, "Glossary".
    """
    asked = words(question)
    # Spaced out at both ends: "sante" must not be found inside "santen".
    topic = f" {_joined_terms(question)} "
    names: list[str] = []
    named: set[str] = set()
    for meaning in glossary:
        acronym = _folded(meaning.acronym)
        if acronym in asked or acronym + "s" in asked:
            names.append(meaning.expansion)
            named |= {*terms(meaning.acronym), *terms(meaning.acronym + "s")}
        elif f" {_joined_terms(meaning.expansion)} " in topic:
            names.append(meaning.acronym)
            named.update(terms(meaning.expansion))
    if not names:
        return NO_EXPANSION
    return Expansion(f" ({', '.join(dict.fromkeys(names))})", frozenset(named))


def asked_meanings(question: str, glossary: Sequence[Meaning]) -> list[Meaning]:
    """The meanings of the acronym whose meaning is asked: "Que signifie PTA ?", or just "PTA ?".

    Empty when the question asks something else, or is about more than one acronym.
    """
    if not asks_meaning(question):
        return []
    topic = set(question_terms(question))
    return [m for m in glossary if topic == set(_joined_terms(m.acronym).split())]


# Every question meets every meaning: their terms are found once, not once a question.
_folded = lru_cache(maxsize=1 << 15)(fold)


@lru_cache(maxsize=1 << 15)
def _joined_terms(text: str) -> str:
    return " ".join(terms(text))
