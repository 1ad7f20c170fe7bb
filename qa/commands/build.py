"""`sourcier build`: brings the index up to date with its texts, and says what changed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from index.progress import ENCODING
from qa.commands.options import Home, Json, Texts
from qa.config import Settings, load_settings, texts_of
from qa.french import counted, decimal
from qa.terminal import err, named_changes, out, print_unread, progress

if TYPE_CHECKING:
    # Loaded by the command itself: `sourcier --help` answers at once.
    from index.build import BuildReport
    from index.embedding import Encoder
    from qa.drift import Drift

# A terminal holds so many names of each kind; `--json` gives all.
_SHOWN = 10


def add_build(app: typer.Typer, encoder_of: Callable[[Settings], Encoder]) -> None:
    """Adds the command to `app`; `encoder_of` loads the model of the settings."""

    @app.command()
    def build(
        texts: Texts = None,
        home: Home = None,
        full: Annotated[bool, typer.Option("--full", help="Tout refaire, sans rien reprendre.")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Dire ce qui serait fait.")] = False,
        questions: Annotated[
            Path | None, typer.Option("--questions", help="Des questions à reposer avant de servir l'index.")
        ] = None,
        gate: Annotated[
            float | None,
            typer.Option("--gate", help="La part de ces questions qui peut y perdre, de 0 à 1."),
        ] = None,
        as_json: Json = False,
    ) -> None:
        """Indexe le dossier de textes ; ce qui n'a pas changé est repris."""
        from corpus.reading.folder import list_files

        settings = load_settings(texts=texts, home=home, questions=questions, gate=gate)
        list_files(texts_of(settings))  # a missing folder is told at once, before the model is loaded
        drifts: list[Drift] = []
        report = _built(settings, encoder_of(settings), full, dry_run, drifts.append)
        if as_json:
            drift = drifts[0].as_dict() if drifts else None
            print(json.dumps({**dataclasses.asdict(report), "drift": drift}, ensure_ascii=False))
        else:
            _print(report, settings, drifts, dry_run)


def _built(
    settings: Settings, encoder: Encoder, full: bool, dry_run: bool, tell: Callable[[Drift], None]
) -> BuildReport:
    from index.build import BuildOptions
    from index.build import build as build_index
    from qa.building import own_job, run_build

    if dry_run:
        options = BuildOptions(full=full, dry_run=True)
        with progress() as show:
            return build_index(texts_of(settings), settings.home, encoder, show, options)
    with own_job(settings, "terminal") as job, progress() as show:
        return run_build(settings, encoder, job, full=full, show=show, tell=tell)


def _print(report: BuildReport, settings: Settings, drifts: list[Drift], dry_run: bool) -> None:
    from qa.drift import held_message, print_drift

    seconds = decimal(sum(report.seconds.values()))
    name = "rien n'est écrit" if dry_run else report.generation
    out.print(
        f"{counted(report.documents, 'document')}, {counted(report.passages, 'passage')} en {seconds} s "
        f"({name})"
    )
    for kind, names in named_changes(report.changes):
        shown = ", ".join(names[:_SHOWN])
        more = f" et {counted(len(names) - _SHOWN, 'autre')}" if len(names) > _SHOWN else ""
        out.print(f"  {counted(len(names), kind)} : [dim]{escape(shown)}{more}[/]")
    encoded, reused = ("à encoder", "à reprendre") if dry_run else ("encodés", "repris")
    pace = report.encoded / report.seconds[ENCODING] if report.seconds.get(ENCODING) else 0.0
    speed = f" ({decimal(pace)} par seconde)" if report.encoded and pace else ""
    passages = f"passages {encoded} : {report.encoded}{speed}, {reused} : {report.reused}"
    out.print(f"  inchangés : {report.changes.unchanged} ; {passages}")
    if report.truncated:
        out.print(
            f"{counted(report.truncated, 'passage')} au-delà de ce que le modèle lit : "
            "la fin n'est cherchée que par mots"
        )
    print_unread(report.unread)
    for drift in drifts:
        print_drift(drift, out)
        if report.held and settings.gate is not None:
            err.print(f"[bold yellow]sourcier :[/] {escape(held_message(drift, settings.gate))}")
