"""One way to compare French words: without case, accents, ligatures or kinds of apostrophe."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "’": "'", "ʼ": "'", "‘": "'", "\u00ad": ""})


def fold(text: str) -> str:
    """`text` folded for comparison; its length and offsets are not kept.

    Composed and decomposed accents fold alike, all white space becomes single spaces, and
    compatibility forms (ﬁ, ², full width) become plain ones (NFKD, Unicode annex 15).
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
