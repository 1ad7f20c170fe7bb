"""One call to a server that speaks OpenAI's chat completions: text out, or why there is none.

Bounded in time, in bytes and in the size of one event. Reads no sentence, checks nothing. The key and
what the server answers are in no error: a server may repeat the key that it was sent.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx2

from qa.llm.prompt import Message

# Five sentences are 250 tokens; a reasoning model thinks aloud first.
_MOST_TOKENS = 1500
# All that is read of one reply, and of one event in it.
_MOST_BYTES = 4 * 1024 * 1024
_LARGEST_EVENT = 256 * 1024
_CONNECTING = 5.0


class Failed(Exception):
    """The reply is missing or cut short; its text is for who asks, and says what an operator can do."""


class Upstream:
    """A server. `url` is the base that ends in /v1, as the openai client has it.

    `timeout`, in seconds, bounds the time spent waiting for one whole reply; a silence of half of it
    ends it too. Proxies, certificates and .netrc files of the environment are not used, redirects not
    followed: what is asked goes to the server that was named and nowhere else. Raises ValueError.
    """

    def __init__(self, url: str, model: str, key: str | None, timeout: float) -> None:
        if not _is_base(url):
            raise ValueError("l'adresse du modèle n'est pas de la forme http://machine:port/v1")
        if key and not re.fullmatch("[!-~]+", key):
            # Neither shown nor sent: a header has no other characters.
            raise ValueError(
                "la clé du modèle a un blanc ou un caractère accentué ; vérifiez SOURCIER_LLM_KEY"
            )
        self.model = model
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._timeout = timeout
        self._client = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx2.Timeout(timeout / 2, connect=min(_CONNECTING, timeout)),
            follow_redirects=False,
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Closes what connections are open."""
        await self._client.aclose()

    async def texts(self, messages: list[Message]) -> AsyncGenerator[str, None]:
        """The pieces of the model's text as they come. Raises Failed."""
        left = self._timeout
        clock = asyncio.get_running_loop().time
        # Only waiting counts: who reads slowly does not make the server late.
        async with aclosing(self._pieces(messages)) as pieces:
            while True:
                asked_at = clock()
                try:
                    async with asyncio.timeout(left):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise Failed(_SLOW) from None
                left -= clock() - asked_at
                yield piece

    async def _pieces(self, messages: list[Message]) -> AsyncGenerator[str, None]:
        body = {
            "model": self.model,
            "messages": messages,
            "stream": True,
            "temperature": 0,
            "max_tokens": _MOST_TOKENS,
        }
        try:
            async with self._client.sse(
                self._url,
                method="POST",
                json=body,
                # A compressed reply could grow without bound.
                headers={"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"},
                max_event_size=_LARGEST_EVENT,
            ) as source:
                reply = source.response
                if reply.status_code != 200:
                    raise Failed(_status(reply.status_code))
                if reply.headers.get("content-encoding", "identity") != "identity":
                    raise Failed(_NONSENSE)
                kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
                if kind == "text/event-stream":
                    async for piece in _streamed(source):
                        yield piece
                elif kind == "application/json":
                    yield await _whole(reply)
                else:
                    raise Failed(_NOT_A_MODEL)
        except httpx2.ConnectTimeout:
            raise Failed(_UNREACHABLE) from None
        except httpx2.TimeoutException:
            raise Failed(_SLOW) from None
        except httpx2.ConnectError as error:
            secure = any(word in str(error) for word in ("SSL", "CERTIFICATE", "TLS"))
            raise Failed(_UNTRUSTED if secure else _UNREACHABLE) from None
        except httpx2.SSEError:
            raise Failed(_TOO_LARGE) from None
        except httpx2.TransportError:
            raise Failed(_CUT) from None
        except (UnicodeError, ValueError, RecursionError, httpx2.HTTPError, httpx2.StreamError):
            raise Failed(_NONSENSE) from None


def _is_base(url: str) -> bool:
    try:
        base = httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    extra = base.userinfo or base.query or base.fragment or url != url.strip()
    return base.scheme in ("http", "https") and bool(base.host) and not extra and (base.port or 1) < 1 << 16


async def _streamed(source: httpx2.EventSource) -> AsyncGenerator[str, None]:
    finished: str | None = None
    async for event in source:
        if source.response.num_bytes_downloaded > _MOST_BYTES:
            raise Failed(_TOO_LARGE)
        if event.data.strip() == "[DONE]":
            break
        if not event.data.strip():
            continue
        said = json.loads(event.data)
        choice = _choice(said)
        if choice is not None:
            text = _text(choice.get("delta"))
            if text:
                yield text
            finished = choice.get("finish_reason") or finished
            _check_finish(finished)
    else:
        if finished is None:
            raise Failed(_CUT)


async def _whole(reply: httpx2.Response) -> str:
    """The text of a reply that was not streamed."""
    content = b""
    async for part in reply.aiter_bytes():
        content += part
        if len(content) > _MOST_BYTES:
            raise Failed(_TOO_LARGE)
    choice = _choice(json.loads(content))
    if choice is None:
        raise Failed(_NONSENSE)
    _check_finish(choice.get("finish_reason"), whole=True)
    return _text(choice.get("message"))


def _choice(said: Any) -> dict[str, Any] | None:
    """The first choice; None in a chunk that has none, which tells the usage. Raises Failed."""
    if not isinstance(said, dict):
        raise Failed(_NONSENSE)
    if said.get("error"):
        raise Failed(_ERROR)
    choices = said.get("choices")
    if not isinstance(choices, list):
        raise Failed(_NONSENSE)
    if not choices:
        return None
    if not isinstance(choices[0], dict):
        raise Failed(_NONSENSE)
    return choices[0]


def _text(message: object) -> str:
    """The text of a message or of a piece of one; what a model thinks or calls is left."""
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _check_finish(reason: object, *, whole: bool = False) -> None:
    if reason == "length" and not whole:
        raise Failed(_LONG)
    if reason == "content_filter":
        raise Failed(_FILTERED)


def _status(status: int) -> str:
    said = {
        400: _REFUSED,
        401: _KEY,
        403: _KEY,
        404: _ABSENT,
        413: _REFUSED,
        422: _REFUSED,
        429: _BUSY,
    }.get(status)
    if said is None:
        said = _MOVED if 300 <= status < 400 else _BROKEN if status >= 500 else _NONSENSE
    return f"{said} (réponse HTTP {status})"


_UNREACHABLE = "le modèle de langage ne répond pas ; vérifiez que son serveur est lancé et SOURCIER_LLM_URL"
_UNTRUSTED = (
    "le certificat du serveur du modèle n'est pas reconnu ; vérifiez SOURCIER_LLM_URL et ce certificat"
)
_SLOW = "le modèle de langage est trop lent ; augmentez SOURCIER_LLM_TIMEOUT ou prenez un modèle plus petit"
_CUT = "la réponse du modèle de langage s'est interrompue ; voyez le journal de son serveur"
_TOO_LARGE = (
    "le modèle de langage n'en finit pas ; sa réponse a été arrêtée, voyez les réglages de son serveur"
)
_NONSENSE = (
    "la réponse du modèle de langage est illisible ; vérifiez que son serveur suit l'interface d'OpenAI"
)
_NOT_A_MODEL = "ce qui répond n'est pas un modèle de langage ; SOURCIER_LLM_URL doit finir par /v1"
_ERROR = "le serveur du modèle de langage a signalé une erreur ; voyez son journal"
_KEY = "le serveur du modèle refuse la clé ; vérifiez SOURCIER_LLM_KEY"
_ABSENT = "le modèle est introuvable ; vérifiez SOURCIER_LLM_MODEL, et que SOURCIER_LLM_URL finit par /v1"
_BUSY = "le serveur du modèle est trop sollicité ; réessayez plus tard"
_REFUSED = "le serveur du modèle refuse la demande ; vérifiez SOURCIER_LLM_MODEL et la taille de son contexte"
_MOVED = "le serveur du modèle renvoie ailleurs ; mettez son adresse finale dans SOURCIER_LLM_URL"
_BROKEN = "le serveur du modèle de langage est en panne ; voyez son journal"
_LONG = "la réponse du modèle de langage était trop longue ; elle s'arrête ici"
_FILTERED = "le filtre du serveur du modèle a arrêté la réponse"
