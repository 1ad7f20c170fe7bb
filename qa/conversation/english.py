"""Follow-ups in English, the plainest only: "Who runs them?", "And in 2018?", "What about clinics?".

The texts are French and so are most conversations; this keeps an English one from losing its
subject, no more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.questions import is_english
from qa.conversation.antecedents import Exchange, topic
from qa.conversation.rewriting import appended, spliced

_FRAGMENT = re.compile(
    r"^\s*(?:and|what about|how about|and what about)\s+(?P<rest>.+?)\s*\??\s*$", re.IGNORECASE
)
_BARE = re.compile(
    r"""^\s*(?:and\s+)?(?:
      why | when | where | who | how | how\ (?:many|much|long)(?:\ (?:is|are|was|were)\ there)?
    | since\ when | by\ whom | which\ ones?
    )\s*\??\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_PRONOUN = re.compile(r"\b(?P<possessive>its|their)\b|\b(?:it|they|them|those|these)\b", re.IGNORECASE)
_IMPERSONAL = re.compile(
    r"\b(?:is|was|does|will|would) it (?:true|possible|necessary|mandatory to|compulsory to|take|rain)\b",
    re.IGNORECASE,
)
_VERBAL = re.compile(
    r"\b(?:is|are|was|were|does|do|did|has|have|can|who|what|why|how|when|where|which)\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_NOUN = re.compile(
    r"\b(?:the|an?|of|in|about|at|by|to|does|do|did|is|are|was|were)\s+"
    r"(?P<noun>(?!the\b|an?\b|it\b|they\b|you\b|i\b)[\w'-]+(?:\s+(?!in\b|do\b|does\b|is\b|are\b|have\b|has\b|by\b|for\b)[\w'-]+){0,4}?)"
    r"(?=\s*(?:\?|$|,|\.|\s(?:in|do|does|is|are|have|has|by|for|created|founded|work|works)\b))",
    re.IGNORECASE,
)


def is_english_follow_up(question: str) -> bool:
    """Whether a question is to be read as English: "And in 2018?" has hardly a word to tell it."""
    return (
        is_english(question) or (_FRAGMENT.match(question) is not None) or _BARE.match(question) is not None
    )


def resolved(question: str, told: Sequence[Exchange]) -> str | None:
    """The question with what it leans on; None where it stands alone, or nothing fits."""
    before = told[0].question
    fragment = _FRAGMENT.match(question)
    if _BARE.match(question):
        return f"{question.rstrip(' ?')}: {before}"
    if fragment and not _VERBAL.search(fragment["rest"]):
        return _continued(fragment["rest"], before, told)
    pronoun = _PRONOUN.search(question)
    if pronoun is None or _IMPERSONAL.search(question) or _NOUN.search(question[: pronoun.start()]):
        return None
    subject = _subject(before, told)
    if subject is None:
        return None
    name = f"the {subject}'s" if pronoun["possessive"] else f"the {subject}"
    return spliced(question, pronoun.start(), pronoun.end(), name)


def _subject(before: str, told: Sequence[Exchange]) -> str | None:
    nouns = [match["noun"] for match in _NOUN.finditer(before)]
    if is_english(before) and nouns:
        return nouns[-1]
    found = topic(told)
    return found.core if found is not None else None


def _continued(rest: str, before: str, told: Sequence[Exchange]) -> str:
    years = _YEAR.search(rest), _YEAR.search(before)
    if years[0] and years[1]:
        return spliced(before, years[1].start(), years[1].end(), years[0].group())
    subject = _subject(before, told)
    if years[0] or subject is None or subject not in before:
        return appended(before, rest)
    start = before.index(subject)
    return spliced(before, start, start + len(subject), re.sub(r"^(?:for|in|at|the|an?)\s+", "", rest))
