from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.peers import processes
from bench.peers.processes import SYSTEMS, PeerFailed, System, done, replies
from bench.peers.protocol import Job

SYSTEM, JOB = System("a-peer"), Job("build", "model", "folder")


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a program the module of SYSTEM, in an environment that is there."""
    monkeypatch.setattr(processes, "ROOT", tmp_path)
    monkeypatch.setattr(processes, "VAR", tmp_path / "var")
    monkeypatch.setattr(processes, "OURS", SYSTEM.name)

    def write(program: str) -> None:
        module = tmp_path / "bench" / "peers" / "a_peer_peer.py"
        module.parent.mkdir(parents=True)
        module.write_text(program)

    return write


def test_each_reply_comes_with_the_time_since_the_start(runs: Callable[[str], None]) -> None:
    runs(
        "import time\nprint('chatter')\nprint('reply: {\"n\": 1}', flush=True)\n"
        "time.sleep(0.3)\nprint('reply: {\"n\": 2}')"
    )
    (first, one), (second, two) = replies(SYSTEM, JOB)
    assert (one, two) == ({"n": 1}, {"n": 2})
    assert 0 < first < second - 0.25


def test_the_job_arrives_whole_and_no_hub_is_asked(runs: Callable[[str], None]) -> None:
    runs(
        "import os, sys\nprint('reply:', open(sys.argv[1]).read())\n"
        "assert os.environ['HF_HUB_OFFLINE'] == '1'"
    )
    assert done(SYSTEM, JOB)["task"] == "build"


def test_a_peer_that_fails_says_why(runs: Callable[[str], None]) -> None:
    runs("raise ValueError('no such model')")
    with pytest.raises(PeerFailed, match=r"a-peer, build: (?s:.*)ValueError: no such model"):
        list(replies(SYSTEM, JOB))


def test_a_missing_environment_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "VAR", tmp_path)
    with pytest.raises(PeerFailed, match="a-peer: no environment; run make peers"):
        list(replies(SYSTEM, JOB))


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_every_system_has_a_module_and_every_peer_its_versions(system: System) -> None:
    assert system.module.is_file()
    if system.python != Path(sys.executable):
        requirements = system.module.parent / "requirements" / f"{system.name}.txt"
        assert all("==" in line for line in requirements.read_text().splitlines())
