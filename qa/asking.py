"""A question, perhaps one that leans on a conversation, becomes a reply of the contract, timed.

Knows no protocol: HTTP and MCP both ask here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.engine import Engine
from index.filtering import Filters
from index.stages import COMPOSING, RESOLVING, Stopwatch, mark
from qa.answer import ask
from qa.chat.messages import history_of
from qa.citing import cite
from qa.conversation import searched
from qa.replies import ask_out, search_out
from qa.schemas import AskOut, SearchOut, TurnIn


def reply_to(
    engine: Engine,
    question: str,
    history: Sequence[TurnIn],
    top_k: int,
    filters: Filters,
    threshold: float,
    remember: Callable[[str], None],
) -> AskOut:
    """The answer, or the refusal, with its sources. `remember` is told the question searched: asked
    again on its own, "et combien ?" would be nothing.
    """
    with Stopwatch() as stopwatch:
        found_by = _resolved(engine, question, history)
        answer = ask(engine, found_by, top_k, filters, threshold)
        mark(COMPOSING)
    remember(found_by)
    return ask_out(question, found_by, answer, stopwatch.seconds)


def found_for(
    engine: Engine, question: str, history: Sequence[TurnIn], top_k: int, filters: Filters
) -> SearchOut:
    """The best passages, best first."""
    with Stopwatch() as stopwatch:
        found_by = _resolved(engine, question, history)
        found = engine.search(found_by, top_k, filters)
        citations = cite(found, found_by)
        mark(COMPOSING)
    return search_out(found_by, citations, found.generation, stopwatch.seconds)


def _resolved(engine: Engine, question: str, history: Sequence[TurnIn]) -> str:
    found_by = searched(engine, question, history_of(history))
    mark(RESOLVING)
    return found_by
