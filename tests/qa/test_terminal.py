"""The lines the command prints, as mark-up."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from qa import terminal
from qa.schemas import PlaceOut
from qa.terminal import elsewhere, progress


def places(count: int) -> list[PlaceOut]:
    return [PlaceOut(source=f"[b]{n}.txt", title="", start=n, end=9, quote="") for n in range(count)]


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (0, ""),
        (1, "\n    [dim]aussi dans : \\[b]0.txt 0–9[/]"),
        (6, "0–9, \\[b]1.txt 1–9, \\[b]2.txt 2–9, \\[b]3.txt 3–9, \\[b]4.txt 4–9 et 1 autre[/]"),
        (7, "\\[b]4.txt 4–9 et 2 autres[/]"),
    ],
)
def test_at_most_five_other_places_are_named_and_the_rest_counted(count: int, line: str) -> None:
    printed = elsewhere(places(count))
    assert printed.endswith(line)
    assert printed.count(".txt") == min(count, 5)


def test_progress_shows_each_stage_and_how_fast_passages_are_encoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = 100.0
    shown = StringIO()
    console = Console(file=shown, force_terminal=True, width=120, get_time=lambda: seconds)
    monkeypatch.setattr(terminal, "err", console)
    with progress() as show:
        show("découpage", 0, 2)
        show("encodage", 0, 40)
        seconds += 4
        show("découpage", 1, 2)
        show("encodage", 10, 48)
    lines = [line for line in shown.getvalue().splitlines() if "10/48" in line]
    assert lines
    assert all("2,5 passages/s" in line for line in lines)
    cutting = [line for line in shown.getvalue().splitlines() if "1/2" in line]
    assert cutting
    assert not any("passages/s" in line for line in cutting)


def test_how_fast_passages_were_encoded_stays_while_other_stages_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = 100.0
    shown = StringIO()
    console = Console(file=shown, force_terminal=True, width=120, get_time=lambda: seconds)
    monkeypatch.setattr(terminal, "err", console)
    with progress() as show:
        show("encodage", 0, 48)
        seconds += 4
        show("encodage", 48, 48)
        seconds += 96
        show("index", 2, 4)
    lines = [line for line in shown.getvalue().splitlines() if "2/4" in line or "48/48" in line]
    assert "2/4" in lines[-1]
    assert "12,0 passages/s" in lines[-2]
