"""POST /v1/ask and /v1/search."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qa.asking import found_for, reply_to
from qa.routes import Remember, Threshold, answered
from qa.schemas import AskOut, QuestionIn, SearchOut

router = APIRouter(prefix="/v1", tags=["questions"])


@router.post("/ask", response_model=AskOut)
async def ask_route(request: Request, body: QuestionIn, threshold: Threshold, remember: Remember) -> Response:
    """Répond par des phrases des textes, citées au caractère près, ou refuse honnêtement."""
    return await answered(
        request,
        lambda engine: reply_to(
            engine,
            body.question,
            body.history,
            body.top_k,
            body.filters.as_filters(),
            threshold,
            remember,
        ),
    )


@router.post("/search", response_model=SearchOut)
async def search_route(request: Request, body: QuestionIn) -> Response:
    """Donne les meilleurs passages, sans composer de réponse."""
    return await answered(
        request,
        lambda engine: found_for(engine, body.question, body.history, body.top_k, body.filters.as_filters()),
    )
