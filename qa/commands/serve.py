"""`sourcier serve`: parses, opens the index, and hands the application to uvicorn.

Several processes each make their own application, from the environment that they inherit.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from corpus.errors import SourcierError
from qa.commands.holding import holder_of
from qa.commands.options import Home
from qa.config import Settings, load_settings
from qa.french import counted
from qa.terminal import err

if TYPE_CHECKING:
    # Loaded by the command itself: `sourcier --help` answers at once.
    from fastapi import FastAPI

    from index.embedding import Encoder

# Seconds that a process may be silent before uvicorn replaces it. Loading torch from a slow disk
# holds the interpreter for longer than uvicorn's own 5 seconds, which would never end.
_LONGEST_SILENCE = 60


def add_serve(app: typer.Typer, encoder_of: Callable[[Settings], Encoder]) -> None:
    """Adds the command to `app`; `encoder_of` loads the model of the settings, for one process."""

    @app.command()
    def serve(
        texts: Annotated[
            Path | None, typer.Option("--texts", help="Le dossier des textes, pour refaire l'index.")
        ] = None,
        home: Home = None,
        host: Annotated[str | None, typer.Option(help="L'adresse d'écoute.")] = None,
        port: Annotated[int | None, typer.Option(help="Le port d'écoute.")] = None,
        workers: Annotated[int | None, typer.Option(help="Le nombre de processus qui répondent.")] = None,
    ) -> None:
        """Répond par HTTP, et sur une page à la même adresse."""
        settings = load_settings(texts=texts, home=home, host=host, port=port, workers=workers)
        if settings.workers == 1:
            _serve_alone(settings, encoder_of(settings))
        else:
            _serve_together(settings)


def application_of(settings: Settings, encoder_of: Callable[[Settings], Encoder]) -> FastAPI:
    """The application of these settings; the model is loaded when an index is first opened."""
    from qa.app import create_app
    from qa.refusal import threshold_of

    return create_app(holder_of(settings, encoder_of), threshold_of(settings.risk), settings=settings)


def worker() -> FastAPI:
    """The application of one process of several. It listens at once, and says that it starts."""
    from qa.building import load

    return application_of(load_settings(), load)


def _serve_alone(settings: Settings, encoder: Encoder) -> None:
    import uvicorn

    from index.errors import ModelUnavailable

    application = application_of(settings, lambda _: encoder)
    try:
        with application.state.holder.lease() as engine:
            documents = engine.manifest.counts["documents"]
    except ModelUnavailable:
        raise  # no build would help
    except SourcierError as error:
        # Served all the same: an index built later is picked up, until then 503 says this.
        _warn(error)
    else:
        err.print(f"{counted(documents, 'document')} ; {_address(settings)}")
    uvicorn.run(application, host=settings.host, port=settings.port, log_level="warning")


def _serve_together(settings: Settings) -> None:
    import uvicorn

    from index import generation
    from qa.building import prepare

    prepare(settings, err.print)  # once, not by each process
    try:
        # No engine is opened here: the process that watches over the others needs no model.
        manifest = generation.read_manifest(generation.current(settings.home))
    except SourcierError as error:
        _warn(error)
    else:
        documents = counted(manifest.counts["documents"], "document")
        err.print(f"{documents} ; {_address(settings)} ; {settings.workers} processus")
    # What the options said must reach the processes, whose only source is the environment.
    os.environ["SOURCIER_HOME"] = str(settings.home)
    if settings.texts is not None:
        os.environ["SOURCIER_TEXTS"] = str(settings.texts)
    uvicorn.run(
        "qa.commands.serve:worker",
        factory=True,
        workers=settings.workers,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_worker_healthcheck=_LONGEST_SILENCE,
    )


def _address(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"


def _warn(error: SourcierError) -> None:
    err.print(f"[bold yellow]sourcier :[/] {escape(str(error))}")
