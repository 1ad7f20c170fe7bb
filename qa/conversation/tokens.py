"""A question as tokens with their places: elisions split off, inverted pronouns too.

Does not know what a token means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from corpus.folding import APOSTROPHES, HYPHENS, fold
from qa.conversation import vocabulary as v

_HYPHEN = "[" + re.escape(HYPHENS) + "]"
_APOSTROPHE = "[" + re.escape(APOSTROPHES) + "]"
_PRONOUNS = "ils|il|elles|elle|on|je|tu|nous|vous|ce|y|en|le|la|les|lui|leur|moi|ci|là|la"
_TOKEN = re.compile(
    rf"""
      (?P<elided>(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu){_APOSTROPHE})(?=\w)
    | (?P<inverted>(?:{_HYPHEN}t{_APOSTROPHE}|(?:{_HYPHEN}t)?{_HYPHEN})(?:{_PRONOUNS})(?!\w))
    | (?P<spaced>(?<=\w)\ t\ ?{_APOSTROPHE}?{_HYPHEN}?\ ?(?:ils?|elles?|on)(?!\w))     # "a t il", "a t'il"
    | (?P<titled>(?-i:M|MM|Mme|Mmes|Mlle|Dr|Pr|Me)\.?\ (?-i:[A-ZÀ-Ý])[^\W\d_]*\.?)     # "M. D.", "Mme Martin"
    | (?P<word>[^\W_]+(?:(?:{_APOSTROPHE}|[.,](?=\d)
        |(?!{_HYPHEN}(?:t(?:{_HYPHEN}|{_APOSTROPHE}))?(?:{_PRONOUNS})(?!\w)){_HYPHEN})[^\W_]+)*)
    | (?P<mark>[^\w\s]|_)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WHOLE = re.compile(rf"(?:est{_HYPHEN}ce|rendez{_HYPHEN}vous|peut{_HYPHEN}[êe]tre)(?!\w)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Token:
    """`text[start:end]` of a question; `folded` without the apostrophe, hyphens or "-t-".

    `inverted`: a pronoun behind its verb ("-t-elle"); `mark`: punctuation; `capital`: begins with
    or holds a capital that says something (the question is not all in capitals).
    """

    start: int
    end: int
    text: str
    folded: str
    inverted: bool = False
    mark: bool = False
    capital: bool = False


def tokenised(text: str) -> list[Token]:
    """The tokens of a question, in order.

    >>> [t.folded for t in tokenised("Qu'est-ce qu'une CPTS finance-t-elle ?")]
    ['qu', 'est-ce', 'qu', 'une', 'cpts', 'finance', 'elle', '?']
    """
    found: list[Token] = []
    shouted = text.isupper()
    at = 0
    while at < len(text):
        match = _WHOLE.match(text, at) if not at or not text[at - 1].isalnum() else None
        kind = "word"
        if match is None:
            match = _TOKEN.search(text, at)
            if match is None:
                break
            kind = match.lastgroup or "word"
            whole = _WHOLE.match(text, match.start()) if kind == "word" else None
            match = whole or match
        written = match.group()
        inverted = kind in ("inverted", "spaced")
        folded = fold(written)
        if inverted:
            folded = re.sub(r"^ ?-?t(?:-| '? ?|'|')-? ?|^-", "", folded)
        elif kind == "elided":
            folded = folded.rstrip("'")
        capital = kind in ("word", "titled") and not shouted and written != written.lower()
        found.append(Token(match.start(), match.end(), written, folded, inverted, kind == "mark", capital))
        at = match.end()
    return _regrouped(found)


def _is_verb(token: Token, before: list[Token]) -> bool:
    """Whether a word before "il" is its verb, the hyphen forgotten: "sont ils", "obtient elle"."""
    after_noun_marker = bool(before) and before[-1].folded in v.DETERMINERS | {"de", "d"}
    if token.mark or token.inverted or after_noun_marker:
        return False
    return token.folded in v.VERBS or (len(token.folded) > 3 and token.folded.endswith(("nt", "ait", "it")))


def _regrouped(tokens: list[Token]) -> list[Token]:
    """Pronouns told apart by their neighbours: "-là" in "celui-là" is none of a verb's."""
    demonstrative = ("celui", "celle", "ceux", "celles")
    if not tokens:
        return tokens
    kept = [tokens[0]]
    for before, token in pairwise(tokens):
        if token.folded in v.SUBJECT_PRONOUNS and not token.inverted and _is_verb(before, kept[:-1]):
            # "Quand est il sorti ?"
            token = replace(token, inverted=True)
        if token.inverted and token.folded in ("ci", "la") and before.folded in demonstrative:
            last = kept.pop()
            text = last.text + token.text
            kept.append(Token(last.start, token.end, text, last.folded + "-ci"))
        else:
            kept.append(token)
    return kept
