"""The FastAPI application, put together. Knows no route's insides."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from corpus.errors import SourcierError, said
from index import batching
from qa import problems
from qa.builder import Builder
from qa.config import Settings, texts_of
from qa.limits import BodyLimit
from qa.mcp import mounting
from qa.refusal import THRESHOLD
from qa.remembered import Remembered
from qa.routes import asking, builds, chat, documents, health, page, state, texts
from qa.secure import SecurityHeaders
from qa.serving import EngineHolder

if TYPE_CHECKING:
    # Imported where a language model is set.
    from qa.llm.writer import Writer

# Threads for what is not a question that waits for the model.
_OTHER_THREADS = 32
_log = logging.getLogger(__name__)


def create_app(
    holder: EngineHolder,
    threshold: float = THRESHOLD,
    *,
    settings: Settings | None = None,
    builder: Builder | None = None,
) -> FastAPI:
    """The application that answers from `holder`'s engine, and refuses below this confidence.

    With settings it also builds, by a builder of its own unless one is given; it watches the texts
    and takes new ones where the settings say so.
    """
    app = FastAPI(
        title="Sourcier",
        version=version("sourcier"),
        description="Pose une question, obtient les passages qui y répondent, citables au caractère près.",
        # Their pages load scripts from elsewhere; the schema itself is at /openapi.json.
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.holder = holder
    app.state.threshold = threshold
    app.state.settings = settings
    app.state.remembered = Remembered(settings.home, settings.remember) if settings else None
    app.state.builder = builder
    app.state.writer = _writer_of(settings)
    problems.install(app)
    app.include_router(asking.router, responses=problems.documented(413, 422, 503))
    app.include_router(chat.router)  # its errors are OpenAI's, not problem documents
    app.include_router(documents.router, responses=problems.documented(404, 422, 503))
    if settings is not None:
        app.include_router(builds.router)
        if settings.key is not None:
            # Texts are written by whoever has the key, and where there is none by nobody.
            app.include_router(texts.router)
    app.include_router(state.router, responses=problems.documented(503))
    app.include_router(health.router, responses=problems.documented(503))
    app.include_router(page.router)
    mounting.mount(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Follows the index, and has a builder at hand, for as long as the application serves."""
    holder: EngineHolder = app.state.holder
    settings: Settings | None = app.state.settings
    given: Builder | None = app.state.builder
    builder = app.state.builder = given or (Builder(settings) if settings else None)
    to_thread.current_default_thread_limiter().total_tokens = threads()
    holder.start()
    try:
        if builder and settings and settings.watch:
            builder.start_watching()
        elif builder and settings and settings.key is not None:
            await run_in_threadpool(_catch_up, builder, settings)
        async with mounting.running(app):
            yield
    finally:
        if app.state.writer is not None:
            await app.state.writer.aclose()
        # Both wait for threads, and not where the last replies are sent.
        if builder is not None:
            await run_in_threadpool(builder.stop)
        app.state.builder = given
        await run_in_threadpool(holder.stop)


def threads() -> int:
    """How many requests are worked on at the same moment: more than questions may be with the model.

    A question that waits for it, or shares a pass, holds a thread and nothing else: with 4 threads for
    16 clients the batches were short, and each question cost 14 % more. One too many is then refused
    at once, not kept for a thread.
    """
    with_the_model = batching.LONGEST_QUEUE + batching.MOST_TOGETHER * batching.passes_at_once()
    return with_the_model + _OTHER_THREADS


def _writer_of(settings: Settings | None) -> Writer | None:
    """The language model of the settings, if there is one. Nothing is sent before it is to write."""
    if settings is None or settings.llm_url is None or settings.llm_model is None:
        return None
    from qa.llm.writer import Writer

    key = settings.llm_key.get_secret_value() if settings.llm_key else None
    return Writer(settings.llm_url, settings.llm_model, key, settings.llm_timeout)


def _catch_up(builder: Builder, settings: Settings) -> None:
    """Builds the texts that were taken over HTTP by a service which ended before it indexed them."""
    from qa.watching import is_behind

    try:
        # Not without need: while it builds, a client's own request for a build is refused.
        if is_behind(texts_of(settings), settings.home):
            builder.request("texts", queue=True)
    except (SourcierError, OSError) as error:
        _log.error("l'index n'a pas pu suivre le dossier : %s", said(error))
