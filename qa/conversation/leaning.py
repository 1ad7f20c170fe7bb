"""What a question leans on: a pronoun without its noun, a missing verb, a missing subject, or nothing.

Reads the question alone, never the conversation. When in doubt, it leans on nothing: a subject
carried where it does not belong is worse than one forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from corpus.folding import fold
from index.questions import asks_meaning
from qa.conversation import vocabulary as v
from qa.conversation.binding import bound
from qa.conversation.missing import (
    asks,
    compares,
    continues,
    has_verb,
    is_short,
    is_subjectless,
    requests,
    supposes,
)
from qa.conversation.pronouns import (
    is_en_pronoun,
    is_impersonal,
    is_object_pronoun,
    is_preposition,
    is_there_is,
)
from qa.conversation.records import ALONE, Leaning, NounPhrase, Role, Shape, Word
from qa.conversation.tokens import Token

_SWITCH = re.compile(
    r"\b(?:autre (?:chose|sujet|question|theme)|changeons|change de sujet|rien a voir|passons a)\b"
)


def leaning(
    text: str, tokens: Sequence[Token], phrases: Sequence[NounPhrase], answered: Collection[str] = ()
) -> Leaning:
    """How a question leans, given its tokens and its noun phrases.

    `answered`: the nouns of the answer before, singular and folded. "Les médecins sont-ils
    salariés ?" goes on about a health centre if that answer spoke of its doctors.
    """
    if asks_nothing(tokens) or changes_subject(text):
        return ALONE
    body = _body(tokens)
    if compares(phrases):
        return Leaning(Shape.SUBJECTLESS, (), body)
    words = [w for w in _words(tokens, phrases) if w.at >= body and not bound(w.at, w, tokens, phrases)]
    if words:
        return Leaning(Shape.WORDS, tuple(words), body)
    about = any(token.folded in v.ABOUT_WORDS for token in tokens[:body])
    if requests(tokens, phrases) or supposes(tokens, body):
        return Leaning(Shape.SUBJECTLESS, (), body)
    if not about and has_verb(tokens, phrases, body):
        subjectless = not asks_meaning(text) and is_subjectless(tokens, phrases, body, answered)
        return Leaning(Shape.SUBJECTLESS, (), body) if subjectless else ALONE
    if asks(tokens, body):
        return Leaning(Shape.QUESTION_FRAGMENT, (), body) if is_short(tokens, phrases) else ALONE
    return Leaning(Shape.FRAGMENT, (), body) if continues(tokens, phrases, body) else ALONE


def asks_nothing(tokens: Sequence[Token]) -> bool:
    """Whether a message is a courtesy: "merci beaucoup"."""
    return all(token.mark or token.folded in v.COURTESIES for token in tokens)


def changes_subject(text: str) -> bool:
    """Whether a message says that it does: "autre question :"."""
    return _SWITCH.search(fold(text)) is not None


def _body(tokens: Sequence[Token]) -> int:
    """Where a question begins after "et", "ok, mais", "qu'en est-il de"."""
    at = 0
    while at < len(tokens) - 1:
        opening = tokens[at].folded in v.CONNECTORS | v.OPENINGS
        agreed = tokens[at].folded == "d" and tokens[at + 1].folded == "accord"
        if not (tokens[at].mark or opening or agreed):
            break
        at += 1
    for phrase in v.ABOUT:
        if tuple(token.folded for token in tokens[at : at + len(phrase)]) == phrase:
            return min(at + len(phrase), len(tokens) - 1)
    return at


def _words(tokens: Sequence[Token], phrases: Sequence[NounPhrase]) -> list[Word]:
    found = [word for i in range(len(tokens)) if (word := _pronoun(tokens, i)) is not None]
    for phrase in phrases:
        if phrase.determiner in v.POSSESSIVES:
            plural = phrase.determiner in ("leur", "leurs")
            found.append(Word(phrase.first, Role.POSSESSIVE, None, plural, phrase))
        elif phrase.determiner in v.DEMONSTRATIVES and phrase.head not in map(v.singular, v.TIME_NOUNS):
            role = Role.POINTING if phrase.head in ("dernier", "derniere") else Role.DEMONSTRATIVE
            found.append(Word(phrase.first, role, phrase.feminine, phrase.plural, phrase))
    return sorted(found, key=lambda word: word.at)


def _pronoun(tokens: Sequence[Token], i: int) -> Word | None:
    token = tokens[i]
    word, before = token.folded, tokens[i - 1].folded if i else ""
    after = tokens[i + 1].folded if i + 1 < len(tokens) else ""
    if token.mark or (token.capital and i and not token.text.istitle()):
        return None
    feminine = None if word in ("l", "les", "lui", "leur") else word.startswith(("elle", "la", "celle"))
    plural = (
        None
        if word in ("l", "en", "y")
        else word in ("ils", "elles", "les", "leur", "eux") or word[-1] == "s"
    )
    if word in v.SUBJECT_PRONOUNS:
        if i and is_preposition(tokens, i - 1) and not token.inverted:
            return Word(i, Role.TONIC, feminine, plural)
        return None if is_impersonal(tokens, i) else Word(i, Role.SUBJECT, feminine, plural)
    if word in v.OBJECT_PRONOUNS and is_object_pronoun(tokens, i):
        return Word(i, Role.OBJECT, feminine, plural)
    if word in v.OBLIQUE_PRONOUNS:
        if word != "leur" and i and is_preposition(tokens, i - 1):
            return Word(i, Role.TONIC, None, plural)
        return Word(i, Role.INDIRECT, None, plural) if word == "lui" or is_object_pronoun(tokens, i) else None
    if word == "en" and is_en_pronoun(tokens, i):
        return Word(i, Role.OF_IT)
    if word == "y" and not is_there_is(tokens, i):
        return Word(i, Role.THERE)
    if word.endswith("-ci") and word[:-3] in v.POINTING_PRONOUNS:
        return Word(i, Role.POINTING, word.startswith("celle"), word[:-3] in ("ceux", "celles"))
    opens = all(
        t.mark or t.folded in v.CONNECTORS or is_preposition(tokens, k) for k, t in enumerate(tokens[:i])
    )
    if word in v.WHICH_ONES and opens and after not in ("de", "d", "des", "du"):
        return Word(i, Role.WHICH_ONES, word.startswith("laq") or word.endswith("lles"), word.endswith("s"))
    if word in v.LONE_DEMONSTRATIVES and before not in ("comme", "pour", "avec", "sans", "de"):
        return Word(i, Role.NEUTRAL)
    if (word == "c" and after in v.ETRE) or (word == "est-ce" and after not in ("que", "qu", "qui")):
        return Word(i, Role.NEUTRAL)
    return None
