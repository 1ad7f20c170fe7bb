"""The FastAPI application, put together. Knows no route's insides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import version

from fastapi import FastAPI, Request, Response

from qa import problems
from qa.routes import asking, documents, page, state
from qa.serving import EngineHolder

# Nothing is loaded from elsewhere, nothing runs, nothing is framed.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(holder: EngineHolder) -> FastAPI:
    """The application that answers from `holder`'s engine."""
    app = FastAPI(
        title="Sourcier",
        version=version("sourcier"),
        description="Pose une question, obtient les passages qui y répondent, citables au caractère près.",
        # Their pages load scripts from elsewhere; the schema itself is at /openapi.json.
        docs_url=None,
        redoc_url=None,
    )
    app.state.holder = holder
    problems.install(app)
    for module in (asking, documents, state, page):
        app.include_router(module.router)

    @app.middleware("http")
    async def _secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        reply = await call_next(request)
        for name, value in _HEADERS.items():
            reply.headers.setdefault(name, value)
        return reply

    return app
