"""Names and acronyms: which a claim has, and which are one. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from corpus.folding import fold
from corpus.glossary import Meaning
from index.french import terms, words
from qa.llm.ordering import within

_CAPITALISED = re.compile(r"[^\W\d_][\w'’.-]*")
# « La Haute Autorité de santé (HAS) »
_TITLED = re.compile(r"^\W*(?:\d[\d.]*\.?\s+)?(.{3,120}?)\s*\(([A-ZÀ-Ý]{2,10})\)\W*$")


class Names:
    """Acronyms and what they stand for, counted as one term each."""

    def __init__(self, glossary: Iterable[Meaning], headings: Iterable[str] = ()) -> None:
        pairs = [(tuple(terms(meaning.expansion)), meaning.acronym) for meaning in glossary]
        pairs += [
            (tuple(terms(match.group(1))), match.group(2))
            for heading in dict.fromkeys(headings)
            if (match := _TITLED.match(heading)) and _spelled_out(*match.groups())
        ]
        counts = Counter(acronym for _, acronym in dict.fromkeys(pairs))
        expansions: dict[tuple[str, ...], str] = {}
        for expansion, written in pairs:
            acronym = tuple(terms(written))
            # One that stands for several things is no other name of any of them.
            if counts[written] == 1 and len(acronym) == 1 and len(expansion) > 1:
                expansions[expansion] = acronym[0]
        self._expansions = dict(sorted(expansions.items(), key=lambda each: -len(each[0])))
        self.acronyms = frozenset(self._expansions.values())

    def acronyms_of(self, run: Sequence[str], said: Sequence[str]) -> frozenset[str]:
        """The acronyms that a name of a claim is, or is a part of the expansion of."""
        return frozenset(
            acronym
            for expansion, acronym in self._expansions.items()
            if tuple(run) == (acronym,) or (within(run, expansion) and within(expansion, said))
        )

    def joined(self, found: Sequence[str]) -> tuple[str, ...]:
        """The terms with each expansion replaced by its acronym, once where both stand side by side."""
        return tuple(term for term, _ in self.spans(found))

    def spans(self, found: Sequence[str]) -> list[tuple[str, int]]:
        """As `joined`, with the place that each term has, or begins at, among those found."""
        joined: list[tuple[str, int]] = []
        at = 0
        while at < len(found):
            expansion = next((e for e in self._expansions if tuple(found[at : at + len(e)]) == e), None)
            term = found[at] if expansion is None else self._expansions[expansion]
            acronym = expansion is not None or term in self.acronyms
            if not (acronym and joined and joined[-1][0] == term):
                joined.append((term, at))
            at += 1 if expansion is None else len(expansion)
        return joined


def capitalised(text: str) -> list[tuple[str, ...]]:
    """The names of a claim: its runs of capitalised words, folded; a sentence's first word is none
    unless another follows it or it is an acronym.
    """
    found = _CAPITALISED.findall(text)
    bare = [re.sub(r"^(?:[cdjlmnst]|qu)['’]", "", word, flags=re.IGNORECASE).rstrip(".-'’") for word in found]
    runs: list[list[str]] = [[]]
    for i, word in enumerate(bare):
        named = word[:1].isupper() and (i > 0 or sum(c.isupper() for c in word) > 1)
        runs[-1:] = [[*runs[-1], fold(word)]] if named else [runs[-1], []]
    return [tuple(run) for run in runs if run]


def _spelled_out(expansion: str, acronym: str) -> bool:
    """Whether the letters of an acronym begin words of its expansion, in order, from the first of weight."""
    initials = iter(word[0] for word in words(expansion))
    letters = fold(acronym)
    weighty = terms(expansion)
    return bool(weighty) and weighty[0][0] == letters[0] and all(letter in initials for letter in letters)
