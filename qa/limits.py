"""A limit on the size of a request's body, counted as it arrives, chunked or not.

A text that is sent is passed on as it arrives: it goes to the disk, and `texts_folder` counts it.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.chat.errors import error_reply
from qa.problems import problem

# The longest question is 2,000 characters: at most 24,000 bytes of JSON escapes.
LARGEST_BODY = 64 * 1024
# A question may come with the conversation that it follows: hundreds of long messages.
LARGEST_CONVERSATION = 4 * 1024 * 1024
_CONVERSATIONS = frozenset({"/v1/ask", "/v1/search", "/v1/chat/completions", "/mcp"})
_TEXTS = "/v1/documents/"
_OPENAI = ("/v1/chat/", "/v1/models")  # whose errors have another shape
_SHORTER = " ; retirez-en les images, les documents ou les messages les plus anciens"


class BodyLimit:
    """Answers 413 to a body of more bytes than its path takes, without reading the rest of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gathers the body before the application sees the request: it is small, or refused."""
        if scope["type"] != "http" or _is_text(scope):
            await self._app(scope, receive, send)
            return
        most = LARGEST_CONVERSATION if _is_conversation(scope) else LARGEST_BODY
        # One array: a client that sends byte by byte would make millions of messages of 4 MiB.
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                sentence = f"le corps de la requête dépasse {most // 1024} Kio"
                if most == LARGEST_CONVERSATION:
                    sentence += _SHORTER
                if scope["path"].startswith(_OPENAI):
                    reply = error_reply(413, "request_too_large", sentence)
                else:
                    reply = problem(413, "body_too_large", "Requête trop grosse", sentence)
                await reply(scope, receive, send)
                return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, replay, send)


def _is_text(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["method"] == "PUT" and path.startswith(_TEXTS)


def _is_conversation(scope: Scope) -> bool:
    return scope["method"] == "POST" and scope["path"] in _CONVERSATIONS
