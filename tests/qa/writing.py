"""What the tests of the writing routes share: a service with a key, and requests no client tidies up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import Message, Scope

from qa.app import create_app
from qa.config import Settings
from qa.jobs import Job, State
from tests.qa.helpers import holder_of

OLD, NEW = b"L'ancien texte dit oui.\n", b"Le nouveau texte dit non.\n"
KEY = "cle-canari-zzclezz-0123456789"
RIGHT = {"Authorization": f"Bearer {KEY}"}


class NotedBuilder:
    """Builds nothing; notes what is asked of it."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, bool]] = []

    def request(self, reason: str, *, queue: bool = False, full: bool = False) -> Job:
        self.requests.append((reason, queue))
        return Job(f"j-{len(self.requests)}", State.QUEUED, "texts")


def texts_in(folder: Path) -> Path:
    """A folder of texts with one text, dossier/été.md, that says OLD."""
    texts = folder / "textes"
    (texts / "dossier").mkdir(parents=True)
    (texts / "dossier" / "été.md").write_bytes(OLD)
    return texts


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below, hidden ones too, and every folder as b"/"."""
    found = sorted(folder.rglob("*"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else b"/" for p in found}


def service(folder: Path, key: str | None = KEY, largest_text: int = 1) -> FastAPI:
    """The application over `folder/home` and `folder/textes`; `app.state.builder` is a NotedBuilder."""
    settings = Settings(
        home=folder / "home",
        texts=folder / "textes",
        key=None if key is None else SecretStr(key),
        largest_text=largest_text,
    )
    app = create_app(holder_of(folder / "home"), settings=settings)
    app.state.builder = NotedBuilder()
    return app


def send(
    app: FastAPI,
    method: str,
    target: str,
    headers: dict[str, str] | None = None,
    chunks: Sequence[bytes] = (),
    hangs_up: bool = False,
) -> httpx2.Response:
    """One request, its path decoded once, as a server does; `hangs_up`: the body's end never comes."""
    end: Message = {"type": "http.disconnect"} if hangs_up else {"type": "http.request", "more_body": False}
    incoming: Iterable[Message] = iter(
        [*({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks), end]
    )
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0)  # as from a socket: others get their turn
        return next(iter(incoming), {"type": "http.disconnect"})

    async def note(message: Message) -> None:
        sent.append(message)

    carried = RIGHT if headers is None else headers
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": unquote(target, errors="replace"),
        "raw_path": target.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in carried.items()],
    }
    asyncio.run(app(scope, receive, note))
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return httpx2.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)
