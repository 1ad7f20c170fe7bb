"""What kind of answer a question asks for, by its wording: a meaning, a list, a comparison; and
whether it is in English. Does not find terms (see `french`) and answers nothing.
"""

from __future__ import annotations

import re

from corpus.folding import fold
from index.french import STOP_WORDS, words

# What asks for a meaning, on folded text; "à quoi sert" asks for a purpose.
_MEANING = re.compile(
    r"""\b(?:
      (?:veut|veulent)\ dire | signifi(?:e|ent|cation) | design(?:e|ent) | definition | definir
    | c'est\ quoi | qu'est[ -]ce\ qu | qu'appelle-t-on | qu'entend-on
    | sigles? | acronymes? | abreviations?
    )""",
    re.VERBOSE,
)
_LIST = re.compile(
    r"""^(?:et\ )?(?:
      quel(?:le)?s\ (?:sont|etaient|seront|ont|peuvent|doivent) | lesquel(?:le)?s | qui\ (?:sont|etaient)
    | (?:de|dans|par|a|avec|pour|sur)\ quel(?:le)?s\b
    | (?:citez|enumerez|listez|donnez|nommez)\b | (?:la\ )?liste\ des?\b
    ) | \bquel(?:le)?s\ [\w-]+s\b""",
    re.VERBOSE,
)
# The two sides; on the question as it is written, so that they keep their accents and capitals.
_COMPARISON = re.compile(
    r"""(?:diff[ée]ren\w+|distingu\w+|distinction|compar\w+|rapport)\b.*?
      \bentre\s+(?P<first>.+?)\s+et\s+(?P<second>.+?)\s*\??\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
# English's commonest words that French does not have.
_ENGLISH = frozenset(
    """
    the of and is are was were be been what who whom whose which when where why how does did do has
    have had can could should would will may must this that these those there it its they their from
    with without for to in by at or not any some many much between about into than then if you your my
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
    sides = _COMPARISON.search(question)
    return (sides["first"], sides["second"]) if sides else None


def is_english(question: str) -> bool:
    """Whether a question is in English: its words cannot be looked for in French texts.

    >>> is_english("Who runs the hospital?"), is_english("Qui dirige le CHU ?")
    (True, False)
    """
    asked = words(question)
    return sum(word in _ENGLISH for word in asked) > sum(word in STOP_WORDS for word in asked)
