"""What the tests of the protocol share: texts, services over them, and calls in the package's client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

from qa.mcp.server import Service, server_of
from qa.serving import EngineHolder
from tests.conftest import TEXTS
from tests.qa.helpers import holder_of, index_texts

# Names that a URI must encode: an accent, a space, a slash, a percent sign, a question mark.
STRANGE = "notes d'été/100 % sûr ?.md"
LONG = "long.txt"
HTML = "dossier/télémédecine.html"
BASE = "https://textes.example"
CONTENTS = {
    **TEXTS,
    STRANGE: "# Été\n\nLe groupement hospitalier de territoire (GHT) réunit des hôpitaux publics voisins.\n",
    LONG: "".join(f"La règle numéro {n} dit que le facteur passe le matin. " for n in range(40)),
}
_Result = TypeVar("_Result")


def indexed(folder: Path) -> Path:
    """The home of an index of CONTENTS."""
    index_texts(folder, CONTENTS)
    return folder / "home"


def server(home: Path, base_url: str | None = None, holder: EngineHolder | None = None) -> Server[Any]:
    """The protocol's server over a home, without a transport."""
    return server_of(Service(holder or holder_of(home), 0.3, base_url, lambda _: None))


def talk(to: Any, work: Callable[[Client], Awaitable[_Result]], **options: Any) -> _Result:
    """What `work` returns, done with a client of a server, a transport or an address."""

    async def run() -> _Result:
        async with Client(to, **options) as client:
            return await work(client)

    return asyncio.run(run())


def refusal(to: Any, work: Callable[[Client], Awaitable[object]]) -> MCPError:
    """The protocol's error that ends `work`. Caught within the client, whose end would wrap it."""

    async def refused(client: Client) -> MCPError:
        with pytest.raises(MCPError) as raised:
            await work(client)
        return raised.value

    return talk(to, refused)


def call(to: Any, name: str, **arguments: Any) -> CallToolResult:
    """One call of a tool. The client checks the structured result against the tool's schema."""
    return talk(to, lambda client: client.call_tool(name, arguments))


def result(reply: CallToolResult) -> dict[str, Any]:
    """The structured result of a call that succeeded."""
    assert reply.is_error is False
    assert isinstance(reply.structured_content, dict)
    return reply.structured_content


def text(reply: CallToolResult) -> str:
    """The one text of a reply."""
    (content,) = reply.content
    assert isinstance(content, TextContent)
    return content.text
