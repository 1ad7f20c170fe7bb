"""POST /v1/ask and /v1/search."""

from __future__ import annotations

import time

from fastapi import APIRouter

from index.engine import Engine
from qa.answer import ask
from qa.chat.messages import history_of
from qa.citing import cite
from qa.conversation import searched
from qa.replies import ask_out, citation_out
from qa.routes import CurrentEngine, Remember, Threshold
from qa.schemas import AskOut, QuestionIn, SearchOut

router = APIRouter(prefix="/v1", tags=["questions"])


# Plain functions: FastAPI runs them in threads, so arithmetic never holds the event loop.
@router.post("/ask")
def ask_route(body: QuestionIn, engine: CurrentEngine, threshold: Threshold, remember: Remember) -> AskOut:
    """Répond par des phrases des textes, citées au caractère près, ou refuse honnêtement."""
    started = time.perf_counter()
    question = _searched(engine, body)
    answer = ask(engine, question, body.top_k, body.filters.as_filters(), threshold)
    reply = ask_out(body.question, question, answer, 1000 * (time.perf_counter() - started))
    remember(question)
    return reply


@router.post("/search")
def search_route(body: QuestionIn, engine: CurrentEngine) -> SearchOut:
    """Donne les meilleurs passages, sans composer de réponse."""
    question = _searched(engine, body)
    search = engine.search(question, body.top_k, body.filters.as_filters())
    return SearchOut(
        searched=question,
        hits=[citation_out(c) for c in cite(search, question)],
        generation=search.generation,
    )


def _searched(engine: Engine, body: QuestionIn) -> str:
    """The question, with what the conversation adds to it."""
    return searched(engine, body.question, history_of(body.history))
