"""What kind of answer a question asks for, by its wording: a meaning, a list, a comparison; and
whether it is in English. Does not find terms (see `french`) and answers nothing.
"""

from __future__ import annotations

import re

from corpus.folding import fold
from index.french import STOP_WORDS, terms, words

# What asks for a meaning, on folded text; "à quoi sert" asks for a purpose.
_MEANING = re.compile(
    r"""\b(?:
      (?:veut|veulent)\ dire | signifi(?:e|ent|cation) | design(?:e|ent) | definition | definir
    | c'est\ quoi | qu'est[ -]ce\ qu | qu'appelle-t-on | qu'entend-on
    | sigles? | acronymes? | abreviations?
    )""",
    re.VERBOSE,
)
_NAME = re.compile(r"(?<!\w)[A-ZÀ-ÖØ-ÞŒŸ][\w.-]*")
_LIST = re.compile(
    r"""^(?:et\ )?(?:
      quel(?:le)?s\ (?:sont|etaient|seront|ont|peuvent|doivent) | lesquel(?:le)?s | qui\ (?:sont|etaient)
    | (?:de|dans|par|a|avec|pour|sur)\ quel(?:le)?s\b
    | (?:citez|enumerez|listez)\b | (?:la\ )?liste\ des?\b
    ) | \bquel(?:le)?s\ [\w-]+s\b""",
    re.VERBOSE,
)
# The two sides; on the question as it is written, so that they keep their accents and capitals.
_COMPARISON = re.compile(
    r"""(?:diff[ée]ren\w+|distingu\w+|distinction|compar\w+)\b.{0,40}?
      \bentre\ (?P<first>.+?)\ et\ (?P<second>.+?)\ ?\??$""",
    re.VERBOSE | re.IGNORECASE,
)
# English's commonest words that neither French nor German has, nor many names.
_ENGLISH_FIRST_WORDS = frozenset(
    "who what whom whose which when where why how does do is are can should tell explain describe".split()
)
_ENGLISH = _ENGLISH_FIRST_WORDS | frozenset(
    """
    the of and is are were be been does did do has have had can could should would must this that these
    those there it its they their from with without for to by at or not any some many much between about
    into than then if you your my
    """.split()
)


def asks_meaning(question: str) -> bool:
    """Whether a question asks what something is or stands for: "PTA, c'est quoi ?", "PTA ?".

    >>> asks_meaning("Que signifie PTA ?"), asks_meaning("À quoi sert la PTA ?")
    (True, False)
    """
    return _MEANING.search(fold(question)) is not None or len(words(question)) == 1


def asks_list(question: str) -> bool:
    """Whether a question asks for several things.

    >>> asks_list("Quelles sont les missions de l'ARS ?"), asks_list("Quelle est sa mission ?")
    (True, False)
    """
    return _LIST.search(fold(question)) is not None


def compared(question: str) -> tuple[str, str] | None:
    """The two things that a question compares, as it names them.

    >>> compared("Quelle est la différence entre un hôpital et une clinique ?")
    ('un hôpital', 'une clinique')
    """
    # On one line: runs of white space would be tried in every way.
    sides = _COMPARISON.search(" ".join(question.split()))
    return (sides["first"], sides["second"]) if sides else None


def is_english(question: str) -> bool:
    """Whether a question is in English: its words cannot be looked for in French texts.

    An English title in a French question does not make it English, nor does one English word.

    >>> is_english("Who runs the hospital?"), is_english("Qui a écrit The Lord of the Rings ?")
    (True, False)
    """
    asked = words(question)
    if not asked or asked[0] in STOP_WORDS:
        return False
    english = sum(word in _ENGLISH for word in asked)
    asks = asked[0] in _ENGLISH_FIRST_WORDS
    return english + asks > 1 and english > sum(word in STOP_WORDS for word in asked)


def specifics(question: str) -> frozenset[str]:
    """The terms of the names and figures of a question; its first word is no name.

    >>> sorted(specifics("Combien de lits à l'hôpital de Valbrune en 2023 ?"))
    ['2023', 'valbrun']
    """
    figures = {term for term in terms(question) if any(map(str.isdigit, term))}
    if question.isupper():
        return frozenset(figures)
    first = re.search(r"\w", question)
    names = (m.group() for m in _NAME.finditer(question) if first and m.start() > first.start())
    return frozenset(figures.union(*map(terms, names)))
