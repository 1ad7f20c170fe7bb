"""`sourcier drift`: compares the answers of two generations that are kept. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.commands.options import Home, Json
from qa.config import Settings, load_settings
from qa.terminal import out, progress

if TYPE_CHECKING:
    from index.embedding import Encoder


def add_drift(app: typer.Typer, encoder_of: Callable[[Settings], Encoder]) -> None:
    """Adds the command to `app`; `encoder_of` loads the model of the settings."""

    @app.command()
    def drift(
        generation: Annotated[str, typer.Argument(help="Une génération gardée : g-…")],
        home: Home = None,
        questions: Annotated[
            Path | None, typer.Option("--questions", help="Les questions à reposer, une par ligne.")
        ] = None,
        as_json: Json = False,
    ) -> None:
        """Repose des questions à l'index servi et à une autre génération ; montre ce qui change."""
        from index.errors import UnknownGeneration
        from index.generation import current, kept
        from qa.drift import gate, print_drift
        from qa.evaluation.records import BadQuestions

        settings = load_settings(home=home, questions=questions)
        served = current(settings.home)
        names = [each.name for each in kept(settings.home)]
        if generation not in names:
            raise UnknownGeneration(f"{generation} n'est pas gardée ; sont gardées : {', '.join(names)}")
        with progress() as show:
            found = gate(settings, encoder_of(settings), show)
            if found is None:
                raise BadQuestions("aucune question à reposer ; donnez un fichier avec --questions")
            report = found.compare(served.parent / generation)
        if as_json:
            print(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            print_drift(report, out)
