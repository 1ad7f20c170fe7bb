"""Adds to a question what its acronyms stand for, and the acronyms of what it spells out.

So "GHT" finds texts that only say "groupement hospitalier de territoire", and the other way
round. Pure; the glossary comes from the texts themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

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


class Names:
    """The meanings of a glossary, found by what a question says: however many, it meets few of them."""

    def __init__(self, glossary: Sequence[Meaning]) -> None:
        self._glossary = glossary
        self._by_acronym = defaultdict[str, list[int]](list)
        self._by_terms = defaultdict[frozenset[str], list[int]](list)
        # What a meaning stands for, by the first of its terms.
        self._spelled_out = defaultdict[str, list[tuple[str, int]]](list)
        for number, meaning in enumerate(glossary):
            self._by_acronym[fold(meaning.acronym)].append(number)
            self._by_terms[frozenset(terms(meaning.acronym))].append(number)
            for first in terms(meaning.expansion)[:1]:
                self._spelled_out[first].append((_joined_terms(meaning.expansion), number))

    def expansion(self, question: str) -> Expansion:
        """The other names of what a question names, in brackets.

        Measured: bench/RESULTS.md, "Glossary".
        """
        asked = set(words(question))
        short = {
            number
            for word in asked
            for acronym in (word, word.removesuffix("s"))
            for number in self._by_acronym.get(acronym, ())
        }
        topic = terms(question)
        # Spaced out at both ends: "sante" must not be found inside "santen".
        spaced = f" {' '.join(topic)} "
        long = {
            number
            for first in set(topic)
            for spelled_out, number in self._spelled_out.get(first, ())
            if f" {spelled_out} " in spaced
        }
        names: list[str] = []
        named: set[str] = set()
        for number in sorted(short | long):
            meaning = self._glossary[number]
            if number in short:
                names.append(meaning.expansion)
                named |= {*terms(meaning.acronym), *terms(meaning.acronym + "s")}
            else:
                names.append(meaning.acronym)
                named.update(terms(meaning.expansion))
        if not names:
            return NO_EXPANSION
        return Expansion(f" ({', '.join(dict.fromkeys(names))})", frozenset(named))

    def asked(self, question: str) -> list[Meaning]:
        """The meanings of the acronym whose meaning is asked: "Que signifie PTA ?", or just "PTA ?".

        Empty when the question asks something else, or is about more than one acronym.
        """
        if not asks_meaning(question):
            return []
        found = self._by_terms.get(frozenset(question_terms(question)), ())
        return [self._glossary[number] for number in found]


def _joined_terms(text: str) -> str:
    return " ".join(terms(text))
