"""Names and acronyms: which a claim has, and which are one. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from corpus.folding import fold
from corpus.glossary import Meaning
from index.french import terms
from qa.llm.ordering import within

_CAPITALISED = re.compile(r"[^\W\d_][\w'’.-]*")


class Names:
    """Acronyms and what they stand for, counted as one term each."""

    def __init__(self, glossary: Iterable[Meaning]) -> None:
        expansions: dict[tuple[str, ...], str] = {}
        meanings = list(glossary)
        counts = Counter(meaning.acronym for meaning in meanings)
        for meaning in meanings:
            expansion, acronym = tuple(terms(meaning.expansion)), tuple(terms(meaning.acronym))
            # One that stands for several things is no other name of any of them.
            if counts[meaning.acronym] == 1 and len(acronym) == 1 and len(expansion) > 1:
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
        rest = list(found)
        joined: list[str] = []
        while rest:
            expansion = next((e for e in self._expansions if tuple(rest[: len(e)]) == e), None)
            term = rest[0] if expansion is None else self._expansions[expansion]
            acronym = expansion is not None or term in self.acronyms
            if not (acronym and joined and joined[-1] == term):
                joined.append(term)
            rest = rest[1 if expansion is None else len(expansion) :]
        return tuple(joined)


def capitalised(text: str) -> list[tuple[str, ...]]:
    """The names of a claim: its runs of capitalised words, folded; a sentence's first word is none
    unless another follows it or it is an acronym.
    """
    words = _CAPITALISED.findall(text)
    bare = [re.sub(r"^(?:[cdjlmnst]|qu)['’]", "", word, flags=re.IGNORECASE).rstrip(".-'’") for word in words]
    runs: list[list[str]] = [[]]
    for i, word in enumerate(bare):
        named = word[:1].isupper() and (i > 0 or sum(c.isupper() for c in word) > 1)
        runs[-1:] = [[*runs[-1], fold(word)]] if named else [runs[-1], []]
    return [tuple(run) for run in runs if run]
