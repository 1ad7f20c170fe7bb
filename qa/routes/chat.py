"""GET /v1/models and POST /v1/chat/completions: OpenAI's protocol, which chat front ends speak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from index.engine import Engine
from index.filtering import NO_FILTERS
from qa.answer import Answer, ask
from qa.chat.completions import Exchange, characters_of, whole
from qa.chat.errors import OpenAIRoute, SeveralChoices
from qa.chat.housekeeping import housekeeping
from qa.chat.messages import Asked, asked_of
from qa.chat.models import WRITTEN, model_of, served
from qa.chat.replying import Showing, plain_reply, said, written_reply
from qa.chat.schemas import ChatIn, CompletionOut, ErrorReply, ModelOut, ModelsOut
from qa.chat.streaming import EventStream, events, unless_gone
from qa.config import Settings
from qa.conversation import searched
from qa.keys import permitted
from qa.routes import CurrentEngine, Remember, Threshold
from qa.schemas import DEFAULT_TOP_K

if TYPE_CHECKING:
    # Imported where a language model is set.
    from qa.llm.writer import Writer


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {s: {"model": ErrorReply, "description": HTTPStatus(s).phrase} for s in statuses}


router = APIRouter(prefix="/v1", tags=["chat"], route_class=OpenAIRoute, dependencies=[Depends(permitted)])


# Neither needs an index: front ends ask for the models to see whether the service is there.
@router.get("/models", responses=_errors(401, 403))
async def models(request: Request) -> ModelsOut:
    """Les façons de répondre, que les interfaces de discussion proposent sous le nom de modèles."""
    return ModelsOut(data=served(_writer(request)))


@router.get("/models/{name:path}", responses=_errors(401, 403, 404))
async def model(request: Request, name: str) -> ModelOut:
    """Une façon de répondre."""
    return model_of(name, _writer(request))


@router.post(
    "/chat/completions",
    response_model=CompletionOut,
    responses=_errors(400, 401, 403, 404, 413, 500, 503),
)
async def complete(
    request: Request, body: ChatIn, engine: CurrentEngine, threshold: Threshold, remember: Remember
) -> CompletionOut | Response:
    """Répond à la dernière question d'une conversation, d'un coup ou phrase par phrase."""
    model = model_of(body.model, _writer(request)).id
    if body.n is not None and body.n != 1:
        raise SeveralChoices("ce service ne donne qu'une réponse ; retirez « n », ou donnez-lui la valeur 1")
    exchange = _exchange(request, model, engine, body)
    asked = await run_in_threadpool(_understood, body)
    if isinstance(asked, str):
        pieces = said(asked)
    else:
        writer = _writer(request) if model == WRITTEN else None
        rewritten = await _rewritten(request, writer, asked)
        question, answer = await run_in_threadpool(_answered, engine, asked, rewritten, threshold, remember)
        exchange = replace(exchange, searched=question, answer=answer)
        # Cards are events, and a whole reply has none.
        showing = Showing(exchange.base_url, cards=bool(body.stream) and exchange.sources == "openwebui")
        pieces = (
            plain_reply(answer, showing)
            if writer is None
            else written_reply(writer, engine, question, answer, showing)
        )
    if body.stream:
        return EventStream(events(exchange, pieces, wants_usage=body.wants_usage))
    # Nobody reads the empty reply: the client is gone.
    return await unless_gone(request, whole(exchange, pieces)) or Response()


_ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


# After the routes above, so that what they do not take is refused in the same shape.
@router.api_route("/models", methods=_ALL, include_in_schema=False)
@router.api_route("/models/{rest:path}", methods=_ALL, include_in_schema=False)
@router.api_route("/chat/completions", methods=_ALL, include_in_schema=False)
async def other_method() -> None:
    """Refuses a method."""
    raise HTTPException(405)


@router.api_route("/chat/{rest:path}", methods=_ALL, include_in_schema=False)
async def other_path() -> None:
    """Refuses a path."""
    raise HTTPException(404)


def _exchange(request: Request, model: str, engine: Engine, body: ChatIn) -> Exchange:
    settings = _settings(request)
    public_url = settings.public_url if settings else None
    return Exchange(
        model=model,
        generation=engine.manifest.generation,
        characters=characters_of(body.messages),
        # A front end may reach the service by a name that its users do not have.
        base_url=(public_url or str(request.base_url)).rstrip("/"),
        sources=settings.chat_sources if settings else "none",
    )


def _understood(body: ChatIn) -> Asked | str:
    """What is asked; or the reply itself, to a prompt that a front end sends for its own use."""
    prompted = housekeeping(body.messages)
    return asked_of(body.messages) if prompted is None else prompted


async def _rewritten(request: Request, writer: Writer | None, asked: Asked) -> str | None:
    """The question as the language model says it, where it is asked to and one leans on what was said."""
    settings = _settings(request)
    if writer is None or settings is None or not settings.llm_rewrite or not asked.history:
        return None
    return await unless_gone(request, writer.rewrite(asked.question, asked.history))


def _answered(
    engine: Engine,
    asked: Asked,
    rewritten: str | None,
    threshold: float,
    remember: Callable[[str], None],
) -> tuple[str, Answer]:
    """The question that was searched, and its answer. Arithmetic: not where every request passes."""
    question = rewritten or searched(engine, asked.question, asked.history)
    answer = ask(engine, question, DEFAULT_TOP_K, NO_FILTERS, threshold)
    # The one that says what it is about: asked again on its own, "et combien ?" would be nothing.
    remember(question)
    return question, answer


def _settings(request: Request) -> Settings | None:
    settings: Settings | None = request.app.state.settings
    return settings


def _writer(request: Request) -> Writer | None:
    writer: Writer | None = getattr(request.app.state, "writer", None)
    return writer
