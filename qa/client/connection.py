"""What both clients share around a call: the address, the key, the body's bytes, how long to wait.

Sends nothing.
"""

from __future__ import annotations

import re
import ssl
import time
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import urlsplit

import httpx2

from qa.client.calls import Call
from qa.client.errors import Reply, Unusable, WaitedTooLong
from qa.index_schemas import JobOut
from qa.job_states import State

LOCAL = "http://127.0.0.1:8000"
# Seconds without a byte. An answer takes milliseconds; a large PDF that is sent is read meanwhile.
TIMEOUT = 60.0
# Seconds. Uvicorn ends a connection that was idle for 5: one kept as long would be used as it dies.
_IDLE = 2.0
# Seconds between two looks at a build, which takes seconds to minutes.
_PAUSE = 0.25
# Seconds, one day: what waits longer waits for ever, and says so by None.
_LONGEST = 86_400.0
# Without a question or a fragment, even an empty one: the path of a call would become part of it.
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f?#\\]+")


class Options(TypedDict):
    """What httpx2's two clients are made with."""

    headers: dict[str, str]
    timeout: float | None
    limits: httpx2.Limits
    verify: ssl.SSLContext
    trust_env: bool
    follow_redirects: bool


def options(key: str | None, timeout: float | None) -> Options:
    """A client that sends its key to its service and nowhere else. Raises Unusable."""
    # What a service takes for a key: a line end is what a key read from a file often has too much.
    if key is not None and not re.fullmatch(r"[!-~]+", key):
        raise Unusable("la clé est vide ou contient un espace, un accent ou un saut de ligne ; corrigez-la")
    if timeout is not None and not 0 < timeout <= _LONGEST:
        raise Unusable("« timeout » est un nombre de secondes, plus de 0 et un jour au plus, ou None")
    return Options(
        headers={} if key is None else {"Authorization": f"Bearer {key}"},
        timeout=timeout,
        limits=httpx2.Limits(keepalive_expiry=_IDLE),
        verify=_certificates(),
        # No proxy of the environment, which would read the key; no other site that a reply points to.
        trust_env=False,
        follow_redirects=False,
    )


def address(url: str) -> str:
    """The service's URL without its last slash. Raises Unusable."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")  # as the name is looked up
        usable = parts.scheme in ("http", "https") and host and parts.port != 0
    except ValueError:  # a port that is no number, or beyond 65535; a part of a name that is too long
        usable = False
    # A name and a password in it would take the key's place, and stand in every error.
    if not usable or parts.username is not None or not _ADDRESS.fullmatch(url):
        raise Unusable(f"l'adresse du service ne convient pas ; donnez-la comme {LOCAL}")
    return url.rstrip("/")


def headers(call: Call[Any]) -> dict[str, str]:
    """Those of this call alone."""
    return {} if call.body is None else {"Content-Type": call.media_type}


def reply_of(response: httpx2.Response) -> Reply:
    """What a call reads."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Reply(response.status_code, media_type, response.content)


def bytes_of(content: bytes | PathLike[str]) -> bytes:
    """The bytes of a text, or those of its file. Raises OSError."""
    return content if isinstance(content, bytes) else Path(content).read_bytes()


def is_over(job: JobOut) -> bool:
    """Whether nothing more happens to a build."""
    return job.state not in (State.QUEUED, State.RUNNING)


class Patience:
    """How long to wait for a build. `timeout` in seconds; None: as long as it takes."""

    def __init__(self, timeout: float | None) -> None:
        self._deadline = None if timeout is None else time.monotonic() + timeout

    def pause(self) -> float:
        """The seconds until the next look. Raises WaitedTooLong."""
        if self._deadline is None:
            return _PAUSE
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise WaitedTooLong("la construction n'est pas finie ; elle continue, attendez-la plus longtemps")
        return min(_PAUSE, left)


@cache
def _certificates() -> ssl.SSLContext:
    """The system's, once: reading them takes 20 ms, as long as an answer."""
    return httpx2.create_ssl_context(trust_env=False)
