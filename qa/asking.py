"""A question, perhaps one that leans on a conversation, becomes a reply of the contract.

Knows no protocol: HTTP and MCP both ask here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from index.engine import Engine
from index.filtering import Filters
from qa.answer import ask
from qa.chat.messages import history_of
from qa.conversation import searched
from qa.replies import ask_out
from qa.schemas import AskOut, TurnIn


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
    started = time.perf_counter()
    found_by = searched(engine, question, history_of(history))
    answer = ask(engine, found_by, top_k, filters, threshold)
    reply = ask_out(question, found_by, answer, 1000 * (time.perf_counter() - started))
    remember(found_by)
    return reply
