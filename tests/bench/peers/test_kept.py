from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.peers import kept
from bench.peers.kept import kept_index
from bench.peers.material import Material
from bench.peers.processes import OURS, PeerFailed, System
from bench.peers.protocol import Job

PEER = System("txtai")
MODEL = Path("model")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The builds that were asked for: system, and whether into a draft or the folder itself."""
    asked: list[tuple[str, str]] = []

    def done(system: System, job: Job) -> dict[str, Any]:
        asked.append((system.name, Path(job.folder).suffix))
        Path(job.folder).mkdir(parents=True, exist_ok=True)
        return {}

    monkeypatch.setattr(kept, "VAR", tmp_path)
    monkeypatch.setattr(kept, "done", done)
    return asked


def material(text: str) -> Material:
    passages = (("a.txt#0", text),)
    return Material("petit", passages, Path("texts"), passages, Path("texts"), ())


def keep(system: System, text: str) -> Path:
    return kept_index(system, material(text), MODEL, lambda _: None)


def test_a_peers_index_is_built_once(built: list[tuple[str, str]]) -> None:
    assert keep(PEER, "un") == keep(PEER, "un")
    assert built == [("txtai", ".draft")]


def test_other_passages_make_another_index(built: list[tuple[str, str]]) -> None:
    assert keep(PEER, "un") != keep(PEER, "deux")
    assert len(built) == 2


def test_a_build_that_fails_leaves_no_index(
    built: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(system: System, job: Job) -> dict[str, Any]:
        Path(job.folder).mkdir(parents=True)
        raise PeerFailed("no")

    whole = keep(PEER, "un")
    whole.rmdir()
    monkeypatch.setattr(kept, "done", fails)
    for _ in range(2):  # the draft of the first does not stand in the way of the second
        with pytest.raises(PeerFailed):
            keep(PEER, "un")
    assert not whole.exists()


def test_ours_is_brought_up_to_date_each_time(built: list[tuple[str, str]]) -> None:
    assert keep(System(OURS), "un") == keep(System(OURS), "un")
    assert built == [(OURS, ""), (OURS, "")]
