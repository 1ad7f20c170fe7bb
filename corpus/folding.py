"""One way to compare French words: without case, accents, ligatures or kinds of apostrophe.

Does not split words and keeps no offsets.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# What people and word processors put where French has an apostrophe: quotation marks, the
# accents of a keyboard, the prime, the full-width one.
APOSTROPHES = "'’ʼ‘‛`´′＇"
# Kinds of hyphen, the short dash and the minus sign, which are typed for one; not the long dash.
HYPHENS = "-\u2010\u2011\u2012\u2013\u2212"
# Soft hyphen, zero-width spaces and joiners, direction marks, byte order mark.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

_SIGNS = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(HYPHENS, "-")
    | dict.fromkeys(INVISIBLE, "")
    | {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def fold(text: str) -> str:
    """`text` folded for comparison; its length and offsets are not kept.

    Composed and decomposed accents fold alike, all white space becomes single spaces, invisible
    characters go, hyphens and short dashes are one, and compatibility forms (ﬁ, ², full width)
    become plain ones (NFKD, Unicode annex 15). Folding twice changes nothing more.
    """
    return " ".join(_NOT_ASCII.sub(_plain, text).lower().replace("`", "'").split())


def _plain(match: re.Match[str]) -> str:
    return _folded(match.group())


# One letter in thirty of a French text is not ASCII, and few are different.
@lru_cache(maxsize=1 << 12)
def _folded(character: str) -> str:
    while True:
        decomposed = unicodedata.normalize("NFKD", character.translate(_SIGNS))
        plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
        # Once more where this brought back a sign (ŉ is ʼ and n), a ligature (ǽ) or an accent (İ).
        if plain == character:
            return plain
        character = plain
