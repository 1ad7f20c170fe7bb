"""Writes a question again with what it leans on in words, as natural as rules can make it.

Chooses nothing: the antecedents are given.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.conversation import vocabulary as v
from qa.conversation.binding import first_of_verb
from qa.conversation.phrasing import of, owned, to
from qa.conversation.records import NounPhrase, Role, Word
from qa.conversation.tokens import Token

_FULL = {"n": "ne", "qu": "que", "s": "se", "d": "de", "m": "me", "j": "je", "t": "te", "c": "ce"}
_VOWELS = frozenset("aeiouyhéèêàâîôûœ")


def spliced(text: str, start: int, end: int, new: str) -> str:
    """`text` with `text[start:end]` replaced, spaces tidied, its first letter as it was."""
    joined = f"{text[:start]}{new}{text[end:]}"
    return capitalised(" ".join(joined.split()), text)


def capitalised(text: str, model: str) -> str:
    """`text`, its first letter a capital where that of `model` is."""
    return text[:1].upper() + text[1:] if model[:1].isupper() else text


def appended(text: str, more: str, separator: str = " ") -> str:
    """`more` put before the question mark.

    >>> appended("Qui paie ?", "la CPTS", ", ")
    'Qui paie, la CPTS ?'
    """
    body = text.rstrip(" ?!.…\u00a0\u202f")
    mark = text[len(body) :].strip()
    return f"{body}{separator}{more}" + (f" {mark}" if mark else "")


def rewritten(text: str, tokens: Sequence[Token], word: Word, stands_for: NounPhrase) -> str:
    """The question with a word that leans replaced by what it stands for."""
    token = tokens[word.at]
    match word.role:
        case Role.SUBJECT:
            return _subject(text, tokens, word.at, stands_for)
        case Role.OBJECT:
            return appended(_without(text, tokens, word.at), stands_for.text)
        case Role.THERE:
            return appended(_without(text, tokens, word.at), _there(tokens, stands_for))
        case Role.INDIRECT:
            more = to(stands_for.article, stands_for.whole)
            return appended(_without(text, tokens, word.at), more)
        case Role.OF_IT:
            counted = any(each.folded == "combien" for each in tokens)
            more = of("" if counted else stands_for.article, stands_for.whole)
            return appended(_without(text, tokens, word.at), more)
        case Role.POSSESSIVE if word.phrase is not None:
            core = owned(token.folded, word.phrase.core)
            more = of(stands_for.article, stands_for.whole)
            return _put(text, tokens, word.at, tokens[word.phrase.last].end, f"{core} {more}")
        case Role.DEMONSTRATIVE if word.phrase is not None:
            phrase = word.phrase
            if phrase.head == stands_for.head or (phrase.bare and phrase.head in v.GENERIC_NOUNS):
                return _put(text, tokens, word.at, tokens[phrase.last].end, stands_for.text)
            return appended(text, stands_for.text, ", ")
        case Role.POINTING | Role.TONIC:
            end = tokens[word.phrase.last].end if word.phrase is not None else token.end
            return _put(text, tokens, word.at, end, stands_for.text)
        case Role.WHICH_ONES if token.folded in v.WHICH_ONES:
            which = token.text[3 if token.folded.startswith("les") else 2 :]
            return spliced(text, token.start, token.end, f"{which} {stands_for.whole}")
        case _:
            return appended(text, stands_for.text, ", ")


def _there(tokens: Sequence[Token], place: NounPhrase) -> str:
    """What "y" stands for: "dans un hôpital", "à Paris", and "à la CPTS" one takes part in."""
    governed = any(v.GOVERNING_A.match(token.folded) for token in tokens)
    if governed or (place.named and not place.determiner):
        return to(place.article, place.whole)
    return f"dans {place.text}"


def _subject(text: str, tokens: Sequence[Token], at: int, stands_for: NounPhrase) -> str:
    token = tokens[at]
    if not token.inverted:
        return _put(text, tokens, at, token.end, stands_for.text)
    first = first_of_verb(at, tokens)
    before = tokens[first - 1].folded if first else ""
    if before in ("que", "qu"):
        # "Que contient-il ?": nothing comes between "que" and its verb.
        return spliced(text, token.start, token.end, f" {stands_for.text}")
    start = tokens[first].start
    if first == 0:
        return capitalised(f"{stands_for.text} {text[:1].lower()}{text[1:]}", text)
    return spliced(text, start, start, f"{stands_for.text} ")


def _without(text: str, tokens: Sequence[Token], at: int) -> str:
    """The question without a token; "n'y trouve" becomes "ne trouve"."""
    token, before = tokens[at], tokens[at - 1] if at else None
    following = text[token.end :].lstrip()
    if before is not None and before.end == token.start and before.folded in _FULL:
        if following[:1].lower() not in _VOWELS:
            return spliced(text, before.start, token.end, _FULL[before.folded] + " ")
        return spliced(text, token.start, len(text) - len(following), "")
    return spliced(text, token.start, len(text) - len(following), "")


def _put(text: str, tokens: Sequence[Token], at: int, end: int, phrase: str) -> str:
    """`phrase` in place of the tokens from `at` to `end`, contracted with what stands before."""
    start = tokens[at].start
    before = tokens[at - 1] if at else None
    article, _, rest = phrase.partition(" ")
    if before is not None and before.folded in ("de", "d", "a") and article in ("le", "les"):
        link = to if before.folded == "a" else of
        return spliced(text, before.start, end, link(article, rest))
    glued = before is not None and before.end == start and before.folded in _FULL
    if before is not None and glued and phrase[:1].lower() not in _VOWELS:
        return spliced(text, before.start, end, f"{_FULL[before.folded]} {phrase}")
    return spliced(text, start, end, phrase)
