"""A question and what was said before it become the question to search with. Pure.

The user's turns are resolved in order, so that a third can lean on a second that leaned on the
first. Knows nothing of indexes: acronyms are given.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from corpus.folding import fold
from index.questions import is_english
from qa.conversation import english
from qa.conversation import vocabulary as v
from qa.conversation.antecedents import (
    LONGEST_ANSWER_READ,
    Exchange,
    answered_nouns,
    antecedent,
    asked_before,
    exchange,
    topic,
)
from qa.conversation.ellipsis import completed, question_completed
from qa.conversation.leaning import asks_nothing, changes_subject, leaning
from qa.conversation.phrasing import of
from qa.conversation.records import Leaning, Role, Shape
from qa.conversation.rewriting import appended, capitalised, rewritten, spliced
from qa.conversation.tokens import tokenised
from qa.conversation.turns import Turn

# A person leans on the last turns; further back costs time and brings subjects long left.
MOST_TURNS = 5
# Two exchanges back a subject is rarely meant any more.
_MOST_TOLD = 2
_MOST_ANTECEDENTS = 2
# "Merci pour la réponse. ", "D'accord ! ": said before the question, and no part of it.
_THANKS = re.compile(
    r"(?:(?:merci|ok|d['’]accord|daccord|super|parfait|tres|bien|entendu|compris|genial|cool|beaucoup|bonjour"
    r"|pour|de|la|les|cette|ces|ta|votre|vos|cet|l['’]|reponses?|precisions?|infos?|informations?|explications?"
    r"|je vois|c['’]est note)\b[ ,]*)+[.!…;]+\s*(?=\w)"
)
# What may stand for something else than the subject that was named first.
_SECOND = (Role.OBJECT, Role.INDIRECT, Role.OF_IT, Role.THERE)
# What a person asked before may be a pasted page: its beginning tells the subject.
_LONGEST_ASKED = 300
# A longer message is no follow-up, and is not read.
_LONGEST_FOLLOW_UP = 300


@dataclass(frozen=True, slots=True)
class Resolution:
    """`question`: what to search with; as it was asked when `shape` is `Shape.ALONE`.

    `completed`: a question that shows no sign of leaning, with the subject of the conversation beside
    it. Whether it is meant, the texts tell: see `searched`. None where it cannot be.
    """

    question: str
    shape: Shape = Shape.ALONE
    completed: str | None = None


def resolve(
    question: str, history: Sequence[Turn], acronyms: Collection[str] = (), longest: int = 2000
) -> Resolution:
    """The question with what it leans on in words; as it is where it stands alone.

    `acronyms`: those that the texts know, folded. The result has at most `longest` characters: a
    question that would grow beyond them is left alone.

    >>> told = [Turn("user", "Qu'est-ce qu'une CPTS ?"), Turn("assistant", "Une association.")]
    >>> resolve("Qui les dirige ?", told).question
    'Qui dirige les CPTS ?'
    >>> resolve("Et qu'est-ce qu'une PTA ?", told).question
    "Et qu'est-ce qu'une PTA ?"
    """
    told: list[Exchange] = []
    for asked, answer in _exchanges(history):
        found = _resolved(asked, told, acronyms).question if told else asked
        one = exchange(found[:_LONGEST_ASKED], acronyms, answer)
        if one.phrases:
            told = [one, *told][:_MOST_TOLD]
        elif told and answer:
            told = [replace(told[0], answer=answer), *told[1:]]
    if not told:
        return Resolution(question)
    resolution = _resolved(question, told, acronyms)
    if len(resolution.question) > longest:
        return Resolution(question)
    if resolution.shape is Shape.ALONE:
        return Resolution(question, completed=_completed(question, told, longest))
    return resolution


def _completed(question: str, told: Sequence[Exchange], longest: int) -> str | None:
    """ "Le patient doit-il être là ?" with ", la téléexpertise"."""
    about, tokens = topic(told), tokenised(question[: _LONGEST_FOLLOW_UP + 1])
    says_all = len(question) > _LONGEST_FOLLOW_UP or asks_nothing(tokens) or changes_subject(question)
    if about is None or says_all or is_english(question):
        return None
    found = appended(question, about.text, ", ")
    return found if len(found) <= longest else None


def _exchanges(history: Sequence[Turn]) -> list[tuple[str, str]]:
    """The last questions with their answers, the first of them first.

    An answer to nothing counts as what its first sentence says.
    """
    found: list[tuple[str, str]] = []
    answer = ""
    for turn in reversed(history[-4 * MOST_TURNS :]):
        text = turn.text[: LONGEST_ANSWER_READ * 2].strip()
        if turn.role == "assistant":
            answer = text if text and not answer else answer
        elif text:
            found.append((text, answer))
            answer = ""
            if len(found) == MOST_TURNS:
                break
    if not found and answer:
        found.append((answer[:_LONGEST_FOLLOW_UP].split(". ")[0], answer))
    return found[::-1]


def _resolved(question: str, told: Sequence[Exchange], acronyms: Collection[str]) -> Resolution:
    if len(question) > _LONGEST_FOLLOW_UP:
        return Resolution(question)
    thanked = _THANKS.match(fold(question))
    if thanked is not None and len(fold(question)) == len(question):
        rest = _resolved(question[thanked.end() :], told, acronyms)
        return Resolution(question) if rest.shape is Shape.ALONE else rest
    if english.is_english_follow_up(question):
        carried = english.resolved(question, told)
        return Resolution(question) if carried is None else Resolution(carried, Shape.WORDS)
    asked = exchange(question, acronyms)
    if not asked.tokens:
        return Resolution(question)
    leans = leaning(question, asked.tokens, asked.phrases, answered_nouns(told))
    found = _carried(question, asked, leans, told, acronyms)
    return Resolution(question) if found is None else Resolution(found, leans.shape)


def _carried(
    question: str, asked: Exchange, leans: Leaning, told: Sequence[Exchange], acronyms: Collection[str]
) -> str | None:
    """The question with what it leans on; None where nothing was told that fits."""
    match leans.shape:
        case Shape.WORDS:
            return _with_antecedents(asked, leans, told, acronyms)
        case Shape.FRAGMENT:
            return completed(asked, leans.body, told[0])
        case Shape.QUESTION_FRAGMENT:
            fragment = question[asked.tokens[leans.body].start :]
            return question_completed(capitalised(fragment, question), told[0])
        case Shape.SUBJECTLESS:
            return _with_topic(question, asked, told)
        case _:
            return None


def _with_antecedents(
    asked: Exchange, leans: Leaning, told: Sequence[Exchange], acronyms: Collection[str]
) -> str | None:
    """The subject first, then what still leans once it is named: "Quand l'a-t-il emportée ?"."""
    found = None
    for _ in range(_MOST_ANTECEDENTS):
        if not leans.words:
            break
        word = min(leans.words, key=lambda each: (each.role is not Role.SUBJECT, each.at))
        if word.role is Role.WHICH_ONES:
            stands_for = asked_before(told) or topic(told)
        else:
            stands_for = antecedent(word, told, asked, acronyms)
        if stands_for is None:
            break
        found = rewritten(asked.question, asked.tokens, word, stands_for)
        asked = exchange(found, acronyms)
        leans = leaning(found, asked.tokens, asked.phrases)
        leans = replace(leans, words=tuple(w for w in leans.words if w.role in _SECOND))
    return found


def _with_topic(question: str, asked: Exchange, told: Sequence[Exchange]) -> str | None:
    """ "Quelles sont les missions ?" becomes "Quelles sont les missions de l'ARS ?"."""
    about = topic(told)
    if about is None or any(v.singular(token.folded) == about.head for token in asked.tokens):
        return None  # what it would take over, it names
    if len(asked.phrases) == 1 and asked.phrases[0].head == "difference" and len(told) > 1:
        first, second = topic(told[:1]), topic(told[1:])
        if first is not None and second is not None and first.head != second.head:
            return appended(question, f"entre {second.text} et {first.text}")
    vague = [p for p in asked.phrases if p.head in v.OWNED_NOUNS and p.owner is None]
    plain = [phrase for phrase in vague if phrase.preposition in ("", "de")]
    if not plain:
        return appended(question, about.text, ", ")
    end = asked.tokens[plain[-1].last].end
    return spliced(question, end, end, " " + of(about.article, about.whole))
