"""kill -9 within builds, rollbacks and the command; `python -m tests.faults.kills` strikes 200 times."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import generation
from index.build import build
from index.pointer import CURRENT
from tests.faults.kills import Known, run
from tests.faults.support import Content, Folder
from tests.faults.victims import Begun, Ended, Heard
from tests.index.support import interacting_encoder

KILLS, INSIDE = 12, 8


def test_kills_leave_the_index_acknowledged_last_or_the_one_being_committed(tmp_path: Path) -> None:
    tally = run(tmp_path, KILLS, INSIDE, texts=8)
    assert tally.faults == []
    assert tally.kills >= KILLS
    assert tally.inside >= INSIDE
    assert tally.swept["draft"] > 0
    assert tally.kinds["command"] > 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("states") / "texts", 8)


@pytest.fixture(scope="module")
def contents(folder: Folder) -> list[Content]:
    return [folder.reference(n, folder.path.parent / f"reference-{n}") for n in range(3)]


class Served:
    """A home in which states 0, 1 and 2 were acknowledged, in this order."""

    def __init__(self, folder: Folder, home: Path) -> None:
        self.home = home
        self.names = []
        for state in range(3):
            folder.become(state)
            self.names.append(build(folder.path, home, interacting_encoder()).generation)

    def known(self, states: int = 3) -> Known:
        """What is known when so many were acknowledged."""
        return Known({name: n for n, name in enumerate(self.names[:states])}, self.names[states - 1])


@pytest.fixture
def served(folder: Folder, tmp_path: Path) -> Served:
    return Served(folder, tmp_path / "home")


def test_the_generation_acknowledged_last_is_no_fault(
    served: Served, folder: Folder, contents: list[Content]
) -> None:
    assert served.known().judge(served.home, Heard(), folder, contents) == []


def test_one_that_was_being_committed_is_no_fault_and_one_that_nobody_built_is(
    served: Served, folder: Folder, contents: list[Content]
) -> None:
    known = served.known(states=2)
    last = served.names[-1]
    assert known.judge(served.home, Heard(), folder, contents) == [
        f"{last} is served, and nobody was building it"
    ]
    assert known.judge(served.home, Heard(open=Begun(2)), folder, contents) == []
    assert known.served == last


def test_an_acknowledged_build_that_is_lost_is_a_fault(
    served: Served, folder: Folder, contents: list[Content]
) -> None:
    first, second, third = served.names
    (served.home / "index" / CURRENT).write_text(f"{second}\n")
    lost = f"{second} is served, but {third} was acknowledged"
    assert served.known().judge(served.home, Heard(), folder, contents) == [lost]
    assert served.known().judge(served.home, Heard(open=Begun(3)), folder, contents) == [lost]
    assert served.known().judge(served.home, Heard(open=Begun(2, second)), folder, contents) == []
    known = served.known()
    known.hear(Heard([(Begun(2, first), Ended(first))]))
    assert known.judge(served.home, Heard(), folder, contents) == [
        f"{second} is served, but {first} was acknowledged"
    ]


def test_a_mixture_and_a_damaged_index_are_faults(
    served: Served, folder: Folder, contents: list[Content]
) -> None:
    known = served.known()
    known.states[served.names[-1]] = 1
    assert known.judge(served.home, Heard(), folder, contents)[0].startswith("unreadable: ")
    store = generation.current(served.home) / "store.sqlite"
    store.write_bytes((served.home / "index" / served.names[0] / "store.sqlite").read_bytes())
    found = served.known().judge(served.home, Heard(), folder, contents)
    assert len(found) == 1
    assert "le sha256 n'est pas celui du manifeste" in found[0]


def test_what_a_dying_victim_says_is_told_apart(folder: Folder) -> None:
    heard = Heard()
    for message in (Begun(4), "lecture", Ended("g-1"), Begun(5), "index"):
        heard.take(message)
    assert heard.done == [(Begun(4), Ended("g-1"))]
    assert (heard.open, heard.stage, heard.last_state(0)) == (Begun(5), "index", 5)
