"""The FastAPI application, put together. Knows no route's insides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import version

from fastapi import FastAPI, Request, Response

from qa import problems
from qa.limits import BodyLimit
from qa.refusal import THRESHOLD
from qa.routes import asking, documents, page, state
from qa.serving import EngineHolder


def create_app(holder: EngineHolder, threshold: float = THRESHOLD) -> FastAPI:
    """The application that answers from `holder`'s engine, and refuses below this confidence."""
    app = FastAPI(
        title="Sourcier",
        version=version("sourcier"),
        description="Pose une question, obtient les passages qui y répondent, citables au caractère près.",
        # Their pages load scripts from elsewhere; the schema itself is at /openapi.json.
        docs_url=None,
        redoc_url=None,
    )
    app.state.holder = holder
    app.state.threshold = threshold
    problems.install(app)
    app.include_router(asking.router, responses=problems.documented(413, 422, 503))
    app.include_router(documents.router, responses=problems.documented(404, 422, 503))
    app.include_router(state.router, responses=problems.documented(503))
    app.include_router(page.router)
    app.add_middleware(BodyLimit)

    @app.middleware("http")
    async def _secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        reply = await call_next(request)
        for name, value in problems.SECURITY_HEADERS.items():
            reply.headers.setdefault(name, value)
        return reply

    return app
