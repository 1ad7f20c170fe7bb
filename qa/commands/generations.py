"""`sourcier verify`, `generations` and `rollback`: what is kept of the index, and going back to it.

Builds nothing.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from qa.commands.options import Home, Json
from qa.config import Settings, load_settings
from qa.french import counted
from qa.terminal import out

if TYPE_CHECKING:
    # Loaded by the commands that need them: `sourcier --help` answers at once.
    from index.embedding import Encoder
    from index.verification import Verification


@dataclass(frozen=True, slots=True)
class _Listed:
    """One line of `sourcier generations`, as `--json` prints it; `bytes` on the disk."""

    name: str
    served: bool
    built_at: str | None
    documents: int | None
    passages: int | None
    bytes: int
    problem: str | None


def add_generations(app: typer.Typer, encoder_of: Callable[[Settings], Encoder]) -> None:
    """Adds the three commands to `app`; `encoder_of` loads the model of the settings."""

    @app.command()
    def verify(
        generation: Annotated[
            str | None, typer.Argument(help="Une génération gardée ; par défaut celle qui est servie.")
        ] = None,
        home: Home = None,
        sample: Annotated[
            int, typer.Option(min=0, help="Réencode tant de passages ; 0 se passe du modèle.")
        ] = 16,
        as_json: Json = False,
    ) -> None:
        """Vérifie l'index : fichiers, citations, vecteurs. Le statut est 1 s'il est abîmé."""
        from index.generation import current, find
        from index.verification import inspect_generation

        settings = load_settings(home=home)
        folder = current(settings.home) if generation is None else find(settings.home, generation)
        found = inspect_generation(folder, encoder_of(settings) if sample else None, sample)
        if as_json:
            print(json.dumps(dataclasses.asdict(found), ensure_ascii=False))
        else:
            _print_verification(found)
        raise typer.Exit(1 if found.problems else 0)

    @app.command()
    def generations(home: Home = None, as_json: Json = False) -> None:
        """Donne les générations gardées de l'index, la plus récente d'abord."""
        listed = list(_listed(load_settings(home=home).home))
        if as_json:
            print(json.dumps([dataclasses.asdict(each) for each in listed], ensure_ascii=False))
            return
        if not listed:
            out.print("aucune génération n'est gardée ; lancez : sourcier build")
        for each in listed:
            _print_listed(each)

    @app.command()
    def rollback(
        generation: Annotated[
            str | None,
            typer.Argument(help="Une génération gardée ; par défaut la dernière avant celle qui est servie."),
        ] = None,
        home: Home = None,
        as_json: Json = False,
    ) -> None:
        """Sert de nouveau une génération gardée, une fois vérifiée."""
        from index.generation import find, rollback

        settings = load_settings(home=home)
        target = find(settings.home, generation)  # told at once, before the model is loaded
        manifest = rollback(settings.home, target.name, encoder_of(settings).fingerprint)
        if as_json:
            print(json.dumps({"generation": manifest.generation, "built_at": manifest.built_at}))
        else:
            amounts = _amounts(manifest.counts["documents"], manifest.counts["passages"])
            built = _moment(manifest.built_at)
            out.print(f"[bold]{manifest.generation}[/] est servie de nouveau : {amounts}, indexés le {built}")


def _print_verification(found: Verification) -> None:
    for problem in found.problems:
        out.print(f"  [bold red]défaut[/] {escape(problem)}")
    if found.problems:
        out.print(
            f"[bold]{found.generation}[/] est abîmée : {counted(len(found.problems), 'défaut')} ; "
            "lancez : sourcier build, ou : sourcier rollback"
        )
        return
    out.print(
        f"[bold]{found.generation}[/] est saine : {counted(found.files, 'fichier')}, "
        f"{_amounts(found.documents, found.passages)}, {counted(found.sentences, 'phrase')} ; "
        f"{counted(found.encoded, 'passage')} à l'essai du modèle"
    )


def _listed(home: Path) -> Iterator[_Listed]:
    """Every generation that is there, its files hashed: one that is listed as sound can be served."""
    from index.errors import DamagedIndex, IncompatibleIndex
    from index.generation import kept, verify

    for each in kept(home):
        folder, manifest, problem = home / "index" / each.name, each.manifest, each.problem
        try:
            size = sum(path.stat().st_size for path in folder.iterdir())
        except FileNotFoundError:
            continue  # dropped by a build since it was listed
        if manifest is None:
            yield _Listed(each.name, each.served, None, None, None, size, problem)
            continue
        try:
            verify(folder)
        except (DamagedIndex, IncompatibleIndex) as error:
            problem = str(error)
        counts = manifest.counts
        yield _Listed(
            each.name,
            each.served,
            manifest.built_at,
            counts["documents"],
            counts["passages"],
            size,
            problem,
        )


def _print_listed(listed: _Listed) -> None:
    mark = "[bold green]servie[/]" if listed.served else "[dim]gardée[/]"
    about = [_size(listed.bytes)]
    if listed.built_at is not None:
        about = [_moment(listed.built_at), _amounts(listed.documents or 0, listed.passages or 0), *about]
    out.print(f"{mark} [bold]{listed.name}[/] {', '.join(about)}")
    if listed.problem is not None:
        out.print(f"       [bold red]défaut[/] {escape(listed.problem)}")


def _amounts(documents: int, passages: int) -> str:
    return f"{counted(documents, 'document')}, {counted(passages, 'passage')}"


def _moment(built_at: str) -> str:
    """When it was built, by the clock of whoever reads."""
    return f"{datetime.fromisoformat(built_at).astimezone():%d/%m/%Y %H:%M}"


def _size(count: int) -> str:
    """A number of bytes: "512 o", "1,5 ko", "40 Mo"."""
    size, unit = float(count), "o"
    for larger in ("ko", "Mo", "Go"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    shown = f"{size:.1f}" if unit != "o" and size < 10 else f"{size:.0f}"
    return f"{shown.replace('.', ',')} {unit}"
