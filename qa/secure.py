"""Security headers on every reply. Reads neither requests nor replies: a stream passes as it comes."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.problems import SECURITY_HEADERS

# As ASGI sends them: names in lower case.
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


class SecurityHeaders:
    """Sets SECURITY_HEADERS where the application did not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Not Starlette's `BaseHTTPMiddleware`, which puts a task and a queue around each stream."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                own = {name for name, _ in headers}
                message["headers"] = headers + [header for header in _HEADERS if header[0] not in own]
            await send(message)

        await self._app(scope, receive, secured)
