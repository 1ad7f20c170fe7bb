"""Whether a pronoun stands for the subject of the sentence before: number and gender. Pure.

« Le maire a saisi l'agence. Elle a refusé. » is not about the mayor, and « Il a saisi le préfet. Il a
refusé. » may be about either. Reads determiners and capitals, no dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.folding import fold

_NUMBER = re.compile(r"^\W*\d+[.)]\s")
_LINKING = re.compile(r"^\W*(?:(?:et|mais|or|ainsi|toutefois|cependant|enfin|aussi),? )", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+['’]?")
_SINGULAR = frozenset(
    "il elle celui celle cet cette sa son ses le la l' un une chaque aucun aucune tout toute".split()
)
_PLURAL = frozenset(
    "ils elles ceux celles ces leur leurs les des plusieurs certains certaines tous toutes deux trois quatre "
    "cinq chacun chacune".split()
)
_MASCULINE = frozenset("il ils celui ceux chacun le un aucun tout certains tous".split())
_FEMININE = frozenset("elle elles celle celles chacune la une aucune toute certaines toutes".split())
_HEADS = (_SINGULAR | _PLURAL | {"on"}) - frozenset("le la l' un une les des tout toute tous toutes".split())
_PERSONAL = frozenset("il elle ils elles".split())
_DETERMINERS = frozenset("le la l' un une les".split())
# What follows one of these is no subject of another sentence, or is the subject over again.
_BOUND = frozenset(
    "de d' du des a au aux en dans par pour sur sous entre avec sans vers chez ou est sont ete etait".split()
)


def agree(leaning: str, before: str) -> bool:
    """Whether the pronoun that a sentence begins with may stand for what another begins with, and, where
    it is a personal one, for nothing else in it.
    """
    # « Après un essai, il a été étendu. »
    pronoun = next((word for word in _words(leaning) if word in _HEADS), "")
    subject, *others = _named(before) or [""]
    if pronoun == "on":
        # « On en compte 130 »: of several, named alone.
        return subject in _PLURAL and not any(other in _PLURAL for other in others)
    if not _agree(pronoun, subject):
        return False
    return pronoun not in _PERSONAL or not any(_agree(pronoun, other) for other in others)


def _agree(pronoun: str, head: str) -> bool:
    for these, those in ((_SINGULAR, _PLURAL), (_MASCULINE, _FEMININE)):
        if (pronoun in these and head in those) or (pronoun in those and head in these):
            return False
    # A name is one, and of either gender.
    return not (head == _NAME and pronoun in _PLURAL)


_NAME = "X"


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(_LINKING.sub("", _NUMBER.sub("", text))):
        yield fold(word)


def _named(text: str) -> list[str]:
    """What the first word is, then the determiners of the others that no preposition binds, and names."""
    found: list[str] = []
    before = ""
    # An acronym between parentheses names nothing more.
    for word in _WORD.findall(_LINKING.sub("", _NUMBER.sub("", re.sub(r"\([^()]*\)", "", text)))):
        folded = fold(word)
        named = word[0].isupper() and (bool(before) or folded not in _SINGULAR | _PLURAL)
        if not before:
            found.append(folded)
        elif before not in _BOUND:
            if folded in _DETERMINERS:
                found.append(folded)
            elif word[0].isupper() and before not in _DETERMINERS and before != _NAME:
                found.append(_NAME)
        # « Hélène Marchais », « la Haute Autorité » are one.
        before = _NAME if named and before not in _BOUND else before if named else folded
    return found
