"""What a conversation adds to a search: python -m bench.dialogues [--file F] [--home H] [--misses]

Plays dialogues turn by turn, each question searched as it stands and as the conversation makes
it. Prints, for the turns that open, follow and change the subject, how often the right passage
is first and among the first three either way, how many questions were altered, and how many
lost by it the right passage that they had. HOME holds an index of the demonstration texts; one
is built when it is left out. With --misses, the turns whose passage is not among the first
three, and its rank either way (– beyond the fifth).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

import corpus
from index.build import build
from index.models import load_encoder
from index.opening import open_engine
from qa.config import load_settings
from qa.evaluation.dialogues import KindFigures, TurnOutcome, figures, load_dialogues, play

TEXTS = Path(corpus.__file__).parent / "texts"
DIALOGUES = Path(__file__).parents[1] / "tests" / "dialogues.jsonl"
_COLUMNS = "{:8} {:>5} {:>12} {:>12} {:>15} {:>15} {:>10} {:>10}"


def main(
    file: Annotated[Path, typer.Option()] = DIALOGUES,
    home: Annotated[Path | None, typer.Option()] = None,
    misses: Annotated[bool, typer.Option("--misses")] = False,
) -> None:
    dialogues = load_dialogues(file)
    settings = load_settings(home=home)
    encoder = load_encoder(settings.model, settings.models)
    with ExitStack() as stack:
        if home is None:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            build(TEXTS, home, encoder)
        engine = open_engine(home, encoder)
        stack.callback(engine.close)
        outcomes = play(engine, dialogues)
    _print_table(figures(outcomes))
    if misses:
        _print_misses(outcomes)


def _print_table(found: Sequence[KindFigures]) -> None:
    print(
        _COLUMNS.format(
            "", "turns", "alone @1", "alone @3", "resolved @1", "resolved @3", "altered", "harmed"
        )
    )
    for kind in found:
        counts = (
            kind.alone_first,
            kind.alone_in_three,
            kind.resolved_first,
            kind.resolved_in_three,
            kind.altered,
            kind.harmed,
        )
        shares = (f"{count} {kind.share(count):.3f}" for count in counts)
        print(_COLUMNS.format(kind.kind, kind.turns, *shares))


def _print_misses(outcomes: Sequence[TurnOutcome]) -> None:
    for outcome in outcomes:
        if outcome.missed:
            ranks = f"{outcome.alone or '–'} → {outcome.resolved or '–'}"
            name = f"{outcome.dialogue}.{outcome.place} {outcome.kind}"
            print(f"{name:14} {ranks}  {outcome.question!r} searched as {outcome.searched!r}")


if __name__ == "__main__":
    typer.run(main)
