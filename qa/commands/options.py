"""The options that several commands share: one name and one help for each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Texts = Annotated[Path | None, typer.Option("--texts", help="Le dossier des textes.")]
Home = Annotated[Path | None, typer.Option("--home", help="Où vit l'index.")]
Json = Annotated[bool, typer.Option("--json", help="Du JSON, pour un programme.")]
