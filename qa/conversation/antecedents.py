"""Chooses what a word that leans stands for, among what the conversation named.

Rewrites nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from corpus.folding import fold
from qa.conversation import vocabulary as v
from qa.conversation.records import NounPhrase, Role, Word
from qa.conversation.subjects import is_date, noun_phrases
from qa.conversation.tokens import Token, tokenised

# An answer's beginning says what it is about; it may be 100 kB long.
LONGEST_ANSWER_READ = 1000
_WORD = re.compile(r"[^\W\d_]+")
# One turn further back is worth as much as a gender that does not agree.
_OLDER = 1.5
_ROLES_OF_PERSONS = (Role.SUBJECT, Role.OBJECT, Role.POSSESSIVE, Role.INDIRECT, Role.TONIC)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question as it was searched, with its tokens and noun phrases, and the answer it was given."""

    question: str
    tokens: Sequence[Token]
    phrases: Sequence[NounPhrase]
    answer: str = ""


def exchange(question: str, acronyms: Collection[str], answer: str = "") -> Exchange:
    """A question and its answer, read."""
    return Exchange(question, tokenised(question), noun_phrases(question, acronyms), answer)


def answered_nouns(told: Sequence[Exchange]) -> frozenset[str]:
    """The words that the last answer begins with, singular and folded."""
    return frozenset(v.singular(word) for word in _WORD.findall(fold(told[0].answer[:LONGEST_ANSWER_READ])))


def candidates(told: Exchange) -> list[NounPhrase]:
    """What an exchange's question is about, in its order: no dates, no set phrases."""
    return [
        phrase
        for phrase in told.phrases
        if phrase.head not in v.TIME_NOUNS | v.ADVERBIAL
        and not any(phrase.head == v.singular(word) for word in v.TIME_NOUNS)
        and not is_date(told.tokens[phrase.last])
        and phrase.determiner not in v.DEMONSTRATIVES
    ]


def antecedent(
    word: Word, told: Sequence[Exchange], question: Exchange, acronyms: Collection[str]
) -> NounPhrase | None:
    """What a word stands for; `told`: the last exchange first. What `question` names is not meant."""
    if word.role is Role.DEMONSTRATIVE and word.phrase is not None:
        named_again = _same_noun(word.phrase, told, acronyms)
        if named_again is not None:
            return named_again
    if word.role in _ROLES_OF_PERSONS and any(t.folded in v.PERSONAL for t in question.tokens):
        person = _person(told, acronyms)
        if person is not None:
            return person
    found = _best(word, told, frozenset(phrase.core for phrase in question.phrases))
    generic = found is not None and word.plural and word.role is not Role.POSSESSIVE
    return found.several if found is not None and (generic or word.role is Role.OF_IT) else found


def topic(told: Sequence[Exchange]) -> NounPhrase | None:
    """What the conversation is about."""
    return _best(None, told)


def asked_before(told: Sequence[Exchange]) -> NounPhrase | None:
    """What the last question wanted several of: "les missions d'une CPTS"."""
    return next((phrase for one in told for phrase in candidates(one) if phrase.asked), None)


def _inside(phrase: NounPhrase, one: Exchange) -> bool:
    """Whether a phrase is said with another that is meant as much: "le premier album de X"."""
    return any(
        other.owner is not None
        and other.owner.first == phrase.first
        and other.head not in v.OWNED_NOUNS
        and not other.asked
        for other in one.phrases
    )


def _best(word: Word | None, told: Sequence[Exchange], besides: Collection[str] = ()) -> NounPhrase | None:
    scored = [
        (
            _score(word, phrase) + 0.3 * (not place) - 0.6 * _inside(phrase, one) - _OLDER * age,
            -age,
            -place,
            phrase,
        )
        for age, one in enumerate(told)
        for place, phrase in enumerate(candidates(one))
        if phrase.core not in besides
    ]
    return max(scored, key=lambda each: each[:3])[3] if scored else None


def _score(word: Word | None, phrase: NounPhrase) -> float:
    score = 1.5 if phrase.asked else 3.0
    score += 0.5 * phrase.named
    if phrase.head in v.OWNED_NOUNS and not phrase.named and not phrase.asked:
        # "le siège de la HAS": one goes on about the second.
        score -= 0.7
    if phrase.named and (
        phrase.preposition in ("dans", "en", "chez", "sur")
        or (phrase.preposition == "a" and not phrase.determiner)
    ):
        score -= 1.0
    elif phrase.preposition not in ("", "de"):
        score -= 0.2
    if phrase.determiner in v.POSSESSIVES:
        score -= 1.0
    if word is None or word.role in (Role.NEUTRAL, Role.OF_IT):
        return score
    if word.feminine is not None and phrase.feminine is not None:
        score += 0.5 if word.feminine == phrase.feminine else -1.5
    if word.plural is not None and phrase.plural is not None:
        # "Qu'est-ce qu'une CPTS ? Qui les finance ?": one stands for all, but not all for one.
        generic = word.plural and phrase.determiner in ("un", "une")
        score += 0.5 if word.plural == phrase.plural else -0.3 if generic else -1.2
    return score


def _same_noun(phrase: NounPhrase, told: Sequence[Exchange], acronyms: Collection[str]) -> NounPhrase | None:
    """The last phrase with the same noun that says more, in answers too: "cette loi"."""
    for one in told:
        said = [*noun_phrases(one.answer[:LONGEST_ANSWER_READ], acronyms), *reversed(candidates(one))]
        for other in said:
            if other.head == phrase.head and other.whole != phrase.core and not other.asked:
                return other
    return None


def _person(told: Sequence[Exchange], acronyms: Collection[str]) -> NounPhrase | None:
    """Who the last question asked for, where its answer gives a name: "Jeanne Martin"."""
    last = told[0] if told else None
    if last is None or not any(token.folded == "qui" for token in last.tokens):
        return None
    known = {token.folded for token in last.tokens}
    for phrase in noun_phrases(last.answer[:LONGEST_ANSWER_READ], acronyms):
        words = phrase.core.split()
        capitals = len(words) > 1 and all(word[:1].isupper() for word in words)
        if phrase.named and not phrase.determiner and capitals and phrase.head not in known:
            return phrase
    return None
