"""The lines the command prints, as mark-up."""

from __future__ import annotations

import pytest

from qa.schemas import PlaceOut
from qa.terminal import elsewhere


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
