"""`sourcier mcp`: the Model Context Protocol on standard input and output, for an assistant that
starts the command itself. Nothing else is ever written to standard output.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from qa.commands.holding import holder_of
from qa.commands.options import Home
from qa.config import Settings, load_settings

if TYPE_CHECKING:
    # Loaded by the command itself: `sourcier --help` answers at once.
    from mcp.server.lowlevel.server import Server

    from index.embedding import Encoder
    from qa.serving import EngineHolder

# Seconds after the start before the index is opened, unless it is asked for earlier: importing torch
# stops all threads for a second or more, and the client first wants to know who it talks to.
_OPEN_AFTER = 1.0


def add_mcp(app: typer.Typer, encoder_of: Callable[[Settings], Encoder]) -> None:
    """Adds the command to `app`; `encoder_of` loads the model of the settings."""

    @app.command()
    def mcp(home: Home = None) -> None:
        """Répond à un assistant par le Model Context Protocol, sur l'entrée et la sortie standard."""
        import anyio

        from qa.mcp.server import Service, server_of
        from qa.refusal import threshold_of
        from qa.remembered import Remembered

        settings = load_settings(home=home)
        holder = holder_of(settings, encoder_of)
        service = Service(
            holder,
            threshold_of(settings.risk),
            settings.public_url,
            Remembered(settings.home, settings.remember).remember,
        )
        # Ctrl-C ends it there and then: the thread that reads standard input cannot be woken.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            anyio.run(_serve, server_of(service), holder)
        except* ConnectionError:
            pass  # the client is gone, and a reply was being written to it: it left like any other
        # No thread is waited for: one that loads a model would hold the process for seconds after its
        # client is gone. All that one writes is the questions remembered, which survive that.
        sys.stderr.flush()
        os._exit(0)


async def _serve(server: Server[dict[str, Any]], holder: EngineHolder) -> None:
    """Until the client closes standard input. What is printed meanwhile goes to standard error."""
    import anyio
    from mcp.server.stdio import stdio_server

    async def follow() -> None:
        await anyio.sleep(_OPEN_AFTER)
        holder.start()

    async with stdio_server() as (received, sent), anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        await server.run(received, sent, server.create_initialization_options())
        tasks.cancel_scope.cancel()
