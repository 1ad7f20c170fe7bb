"""POST /v1/ask and /v1/search."""

from __future__ import annotations

from fastapi import APIRouter

from qa.asking import reply_to
from qa.chat.messages import history_of
from qa.conversation import searched
from qa.replies import search_out
from qa.routes import CurrentEngine, Remember, Threshold
from qa.schemas import AskOut, QuestionIn, SearchOut

router = APIRouter(prefix="/v1", tags=["questions"])


# Plain functions: FastAPI runs them in threads, so arithmetic never holds the event loop.
@router.post("/ask")
def ask_route(body: QuestionIn, engine: CurrentEngine, threshold: Threshold, remember: Remember) -> AskOut:
    """Répond par des phrases des textes, citées au caractère près, ou refuse honnêtement."""
    filters = body.filters.as_filters()
    return reply_to(engine, body.question, body.history, body.top_k, filters, threshold, remember)


@router.post("/search")
def search_route(body: QuestionIn, engine: CurrentEngine) -> SearchOut:
    """Donne les meilleurs passages, sans composer de réponse."""
    question = searched(engine, body.question, history_of(body.history))
    return search_out(question, engine.search(question, body.top_k, body.filters.as_filters()))
