"""Which passages say the same thing, and where the others of a group stand.

Two passages are alike when the same words and the same figures follow one another, whatever
the accents, case, punctuation, white space, hyphenation, doubled letters, plural and feminine
endings, articles and connectives. Nothing else may differ: of 2,609 pairs of legal passages
that share 90 % of their word triples without being equal, 968 differ in a figure, and most
others in a town, a month, a kind of contract, or in "jusqu'à" and "plus de". So likeness is an
equality of keys, exact and transitive; there is no threshold. Does not rank.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from corpus.folding import fold

# Passages of fewer words and figures are alike only when their folded text is equal: in a line
# of a table or a list each word counts.
FEWEST_WORDS = 12
DIGEST = 16

# On folded text, whose hyphens, short dashes and minus signs are one. Between letters a hyphen
# joins, at the end of a line too.
_HYPHEN = re.compile(r"(?<=[^\W\d_])- ?(?=[^\W\d_])")
_ELIDED_ARTICLE = re.compile(r"\b[ld]'(?=\w)")
_TOKEN = re.compile(
    r"""
      \d{1,3}(?:\ \d{3})+(?!\d) | \d+(?:[.,]\d+)*   # a figure
    | [^\W\d_]+                                      # a word
    | [%€$£°<>≤≥±+=✓✔✗✘☑☒] | (?<!\w)-(?=\d)           # a sign
    """,
    re.VERBOSE,
)
# What may be there or not, folded. Not "et" and "ou", not "avec" and "sans", not "plus".
_LIGHT = frozenset(
    fold(word)
    for word in """
    le la les un une des du de ce cet cette ces son sa ses leur leurs notre nos votre vos
    aussi également ainsi donc alors notamment toutefois cependant néanmoins enfin ensuite puis etc
    """.split()
)
_CONTRACTED = {"au": "a", "aux": "a"}
_DOUBLED = re.compile(r"([a-z])\1")
_ENDING = re.compile(r"(?<=[^\W\d_]{3})(?:e|s|x|es)$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands: `quote` is `text[start:end]` of the document of this id."""

    document_id: str
    title: str
    start: int
    end: int
    quote: str


class Groups:
    """The groups of like passages. `first[row]` is the first row of the row's group, itself if alone."""

    def __init__(self, first: NDArray[np.int32]) -> None:
        self.first = first
        self._by_group = np.argsort(first, kind="stable")
        self._sorted = first[self._by_group]

    def count(self, rows: NDArray[np.int64]) -> int:
        """How many groups these rows are of."""
        return len(np.unique(self.first[rows]))

    def best(self, ranked: Sequence[int]) -> list[int]:
        """The positions in `ranked`, rows best first, of the best row of each group; in order."""
        best: dict[int, int] = {}
        for position, row in enumerate(ranked):
            best.setdefault(int(self.first[row]), position)
        return list(best.values())

    def others(self, row: int) -> NDArray[np.int64]:
        """The other rows of the row's group, in order; none for most."""
        from_, to = np.searchsorted(self._sorted, [self.first[row], self.first[row] + 1])
        members = self._by_group[from_:to]
        others: NDArray[np.int64] = members[members != row]
        return others


def group(texts: Sequence[str]) -> NDArray[np.int32]:
    """For each passage, the row of the first that says the same; shape (len(texts),).

    100,000 legal passages of 118 words take 13 s on one core; their 1,192 groups hide 1,488.
    """
    return grouped(likenesses(texts))


def likenesses(texts: Sequence[str]) -> NDArray[np.uint8]:
    """A digest of each passage's key, as a key is as long as its passage; shape (len(texts), 16)."""
    digests = b"".join(digest(likeness_key(text)) for text in texts)
    return np.frombuffer(digests, np.uint8).reshape(-1, DIGEST)


def grouped(digests: NDArray[np.uint8]) -> NDArray[np.int32]:
    """For each row, the first row of the same digest; shape (rows,)."""
    whole = np.ascontiguousarray(digests).view(f"V{DIGEST}").ravel()
    _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)
    groups: NDArray[np.int32] = first[inverse].astype(np.int32)
    return groups


def digest(text: str) -> bytes:
    """DIGEST bytes that stand for a text: two texts that differ share them in no lifetime."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:DIGEST]


def likeness_key(text: str) -> str:
    """Equal for the passages that are alike, and only for them.

    >>> long = "la permanence des soins est assurée par les médecins du territoire, {} jours par an"
    >>> likeness_key(long.format(7)) == likeness_key(long.format(7).upper() + " !")
    True
    >>> likeness_key(long.format(7)) == likeness_key(long.format(5))
    False
    """
    folded = fold(text)
    tokens = _TOKEN.findall(_ELIDED_ARTICLE.sub("", _HYPHEN.sub("", folded)))
    return "".join(map(_spelled, tokens)) if len(tokens) >= FEWEST_WORDS else "=" + folded


# A language has few words, and each comes back in thousands of passages.
@lru_cache(maxsize=1 << 16)
def _spelled(token: str) -> str:
    """A token without what two spellings or forms of it differ in; nothing of a light word."""
    if token in _LIGHT:
        return ""
    if token[0].isalpha():
        return _ENDING.sub("", _DOUBLED.sub(r"\1", _CONTRACTED.get(token, token)))
    # Figures are kept apart: 1 and 23 are not 12 and 3.
    return f" {token.replace(' ', '').replace(',', '.')} "
