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


class Screen:
    """A terminal whose clock is moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 100.0
        self._shown = StringIO()
        console = Console(file=self._shown, force_terminal=True, width=120, get_time=lambda: self.seconds)
        monkeypatch.setattr(terminal, "err", console)

    def lines(self, *parts: str) -> list[str]:
        """The lines shown that hold one of these parts."""
        return [line for line in self._shown.getvalue().splitlines() if any(part in line for part in parts)]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    return Screen(monkeypatch)


def test_progress_shows_each_stage_and_how_fast_passages_are_encoded(screen: Screen) -> None:
    with progress() as show:
        show("découpage", 0, 2)
        show("encodage", 0, 40)
        screen.seconds += 4
        show("découpage", 1, 2)
        show("encodage", 10, 48)
    lines = screen.lines("10/48")
    assert lines
    assert all("2,5 passages/s" in line for line in lines)
    cutting = screen.lines("1/2")
    assert cutting
    assert not any("passages/s" in line for line in cutting)


def test_how_fast_passages_were_encoded_stays_while_other_stages_go_on(screen: Screen) -> None:
    with progress() as show:
        show("encodage", 0, 48)
        screen.seconds += 4
        show("encodage", 48, 48)
        screen.seconds += 96
        show("index", 2, 4)
    lines = screen.lines("2/4", "48/48")
    assert "2/4" in lines[-1]
    assert "12,0 passages/s" in lines[-2]
