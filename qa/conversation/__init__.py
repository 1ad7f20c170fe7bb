"""Follow-up questions: what to search for when a question leans on what was said before."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.folding import fold
from index.engine import Engine
from qa.conversation.resolving import Resolution, resolve
from qa.conversation.turns import Turn
from qa.schemas import LONGEST_QUESTION

__all__ = ["Resolution", "Turn", "resolve", "searched"]


def searched(engine: Engine, question: str, history: Sequence[Turn]) -> str:
    """The question to search with: `question` itself where it stands alone.

    Searches nothing; of the index, only its acronyms are read.
    """
    if not history:
        return question
    acronyms = frozenset(fold(meaning.acronym) for meaning in engine.glossary())
    return resolve(question, history, acronyms, LONGEST_QUESTION).question
