"""Follow-up questions: what to search for when a question leans on what was said before."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.folding import fold
from index.engine import Engine
from qa.conversation.resolving import Resolution, resolve
from qa.conversation.turns import Turn
from qa.schemas import LONGEST_QUESTION

__all__ = ["Resolution", "Turn", "resolve", "searched"]

# How much better, token by token, the texts must answer a question once the subject of the conversation
# is beside it. Of 400 questions of PIAF asked after another one at random, one is altered with 0.05 and
# none loses its passage; with 0.04 three are, and two lose it; with 0.02, five and four.
_LEAST_GAIN = 0.05


def searched(engine: Engine, question: str, history: Sequence[Turn]) -> str:
    """The question to search with: `question` itself where it stands alone.

    What shows that it leans is put in words without a search. "Le patient doit-il être là ?" shows
    nothing: it is searched as it stands and with the subject of the conversation beside it, two
    searches more, and the second is kept only where the texts answer it much better.
    """
    if not history:
        return question
    acronyms = frozenset(fold(meaning.acronym) for meaning in engine.glossary())
    resolution = resolve(question, history, acronyms, LONGEST_QUESTION)
    if resolution.completed is not None and _is_meant(engine, question, resolution.completed):
        return resolution.completed
    return resolution.question


def _is_meant(engine: Engine, question: str, completed: str) -> bool:
    alone = engine.search(question, 1).signals
    if alone.defined or not alone.best.late:
        return False  # an acronym asked for; an index without tokens, which cannot tell
    return engine.search(completed, 1).signals.best.late - alone.best.late >= _LEAST_GAIN
