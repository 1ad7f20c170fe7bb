"""A list of messages becomes a question and the conversation before it. Searches nothing.

What a front end wraps around a question (its own instructions, documents that it found itself) is
taken off: this service answers from its own texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from qa.chat.errors import NoQuestion, QuestionTooLong
from qa.chat.markdown import plain
from qa.chat.notes import without_notes
from qa.chat.schemas import MessageIn
from qa.conversation import Turn
from qa.schemas import LONGEST_QUESTION, TurnIn

# How far back a follow-up leans, and how much of a message is read: a front end sends the whole
# conversation each time, and what is carried over stands in the last turns.
_MOST_TURNS, _LONGEST_TURN = 12, 8000
# Open WebUI's, for a question about files or web pages; and for several replies made into one.
_DOCUMENTS = re.compile(
    r"### Task:\nRespond to the user query using the provided context.*</context>\s*(?P<question>.*)",
    re.DOTALL,
)
_SEVERAL_REPLIES = re.compile(
    r"You have been provided with a set of responses from various models to the latest user query: "
    r'"(?P<question>.*?)"\n\nYour task is to synthesize these responses',
    re.DOTALL,
)
_NO_QUESTION = "aucun message ne pose de question ; envoyez-en un, de rôle « user » et qui contienne du texte"
_NO_TEXT = "le dernier message ne contient pas de texte ; les images et les sons ne sont pas lus"
_TOO_LONG = (
    f"la question dépasse {LONGEST_QUESTION} caractères ; ce service cherche dans ses propres textes : "
    "posez la question seule, sans y joindre de document"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The last question of a conversation, and what was said before it, the oldest first."""

    question: str
    history: tuple[Turn, ...]


def asked_of(messages: Sequence[MessageIn]) -> Asked:
    """The last message of the user and the turns before it; what follows it, a reply begun, is left.

    Raises NoQuestion, and QuestionTooLong beyond LONGEST_QUESTION characters.
    """
    last = next((i for i in reversed(range(len(messages))) if messages[i].role == "user"), None)
    if last is None:
        raise NoQuestion(_NO_QUESTION)
    question = _unwrapped(messages[last].text)
    if len(question) > LONGEST_QUESTION:
        raise QuestionTooLong(_TOO_LONG)
    question = printable(question)
    if not question:
        raise NoQuestion(_NO_TEXT if isinstance(messages[last].content, list) else _NO_QUESTION)
    return Asked(question, turns_of(messages[:last]))


def turns_of(messages: Sequence[MessageIn]) -> tuple[Turn, ...]:
    """The last messages of a conversation that say something, as plain text, the oldest first."""
    turns = (turn for message in reversed(messages) if (turn := _turn(message)) is not None)
    return tuple(islice(turns, _MOST_TURNS))[::-1]


def history_of(turns: Sequence[TurnIn]) -> tuple[Turn, ...]:
    """The same of the `history` of a question."""
    return turns_of([MessageIn(role=turn.role, content=turn.content) for turn in turns])


def _unwrapped(text: str) -> str:
    """What a person asked, without what a front end put around it."""
    for wrapping in (_DOCUMENTS, _SEVERAL_REPLIES):
        if found := wrapping.match(text):
            text = found["question"]
    return text.strip()


def printable(text: str) -> str:
    """White space for what is no character: a person pastes from a PDF, form feeds too."""
    unprintable = (c for c in set(text) if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n\r")
    return text.translate({ord(c): " " for c in unprintable}).strip()


def _turn(message: MessageIn) -> Turn | None:
    if message.role == "user":
        text = printable(_unwrapped(message.text)[:_LONGEST_TURN])
        return Turn("user", text) if text else None
    if message.role == "assistant":
        text = printable(plain(without_notes(message.text[:_LONGEST_TURN])))
        return Turn("assistant", text) if text else None
    return None
