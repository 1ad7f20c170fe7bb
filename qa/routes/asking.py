"""POST /v1/ask and /v1/search."""

from __future__ import annotations

import time

from fastapi import APIRouter

from qa.answer import ask
from qa.citing import cite
from qa.replies import ask_out, citation_out
from qa.routes import CurrentEngine, Remember, Threshold
from qa.schemas import AskOut, QuestionIn, SearchOut

router = APIRouter(prefix="/v1", tags=["questions"])


# Plain functions: FastAPI runs them in threads, so arithmetic never holds the event loop.
@router.post("/ask")
def ask_route(body: QuestionIn, engine: CurrentEngine, threshold: Threshold, remember: Remember) -> AskOut:
    """Répond par des phrases des textes, citées au caractère près, ou refuse honnêtement."""
    started = time.perf_counter()
    answer = ask(engine, body.question, body.top_k, body.filters.as_filters(), threshold)
    reply = ask_out(body.question, answer, 1000 * (time.perf_counter() - started))
    remember(body.question)
    return reply


@router.post("/search")
def search_route(body: QuestionIn, engine: CurrentEngine) -> SearchOut:
    """Donne les meilleurs passages, sans composer de réponse."""
    search = engine.search(body.question, body.top_k, body.filters.as_filters())
    return SearchOut(
        hits=[citation_out(c) for c in cite(search, body.question)], generation=search.generation
    )
