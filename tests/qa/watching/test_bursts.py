"""When a burst of events is over, and which events are of interest."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.watching import Burst, is_of_interest


def test_a_burst_is_over_when_it_is_quiet_or_has_lasted() -> None:
    burst = Burst()
    assert not burst.is_over(100.0, settle=1.0, longest=5.0)
    burst.add(100.0)
    assert not burst.is_over(100.9, settle=1.0, longest=5.0)
    assert burst.is_over(101.0, settle=1.0, longest=5.0)
    for second in range(101, 105):
        burst.add(second - 0.5)
        burst.add(float(second))
        assert not burst.is_over(second + 0.9, settle=1.0, longest=5.0)
    burst.add(104.9)
    assert burst.is_over(105.0, settle=1.0, longest=5.0)


@pytest.mark.parametrize(
    ("name", "of_interest"),
    [
        ("notes.txt", True),
        ("sous/dossier/notes.md", True),
        ("dossier", True),
        ("budget.xlsx", True),
        ("#idées.md", True),
        ("~notes.txt", True),
        ("4913.txt", True),
        (".cache", False),
        (".git/index.txt", False),
        (".notes.txt.swp", False),
        (".sourcier-4f2a.txt", False),
        ("~$rapport.docx", False),
        (".~lock.rapport.docx#", False),
        ("notes.txt~", False),
        ("#notes.txt#", False),
        ("4913", False),
        ("~WRL0001.TMP", False),
        ("film.pdf.crdownload", False),
        ("var/index/g-1/store.sqlite", False),
    ],
)
def test_events_of_hidden_and_temporary_files_are_of_no_interest(name: str, of_interest: bool) -> None:
    root = Path("/textes")
    assert is_of_interest(root / name, root, home=root / "var") == of_interest


def test_a_change_of_the_folder_itself_is_of_interest_and_one_beside_it_is_not() -> None:
    root, home = Path("/var/textes"), Path("/var")
    assert is_of_interest(root, root, home)
    assert is_of_interest(root / "a.txt", root, home)
    assert not is_of_interest(home / "index" / "CURRENT", root, home)
