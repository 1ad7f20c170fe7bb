from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.peers import running
from bench.peers.material import Asked, Material
from bench.peers.processes import System
from bench.peers.protocol import Job
from bench.peers.records import Counted
from bench.peers.running import Running
from qa.config import Settings

PEER, ENCODING = System("txtai"), System("sentence-transformers", encodes=True)
MEMORY = {"resident": 1, "peak": 2}


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, Job]]:
    """The jobs that were given; each system finds the right passage second."""
    given: list[tuple[str, Job]] = []

    def replies(system: System, job: Job) -> Iterator[tuple[float, dict[str, Any]]]:
        given.append((system.name, job))
        asked = (*job.warm_up, *job.alone, *job.together)
        yield 1.5, {"answered": True}
        yield (
            2.5,
            {
                "milliseconds": [10.0] * len(job.alone),
                "memory": MEMORY,
                "together": {"seconds": 0.5, "milliseconds": [20.0] * len(job.together)},
                "failed": None,
                "found": {question: ["b.txt#0", "a.txt#0"] for question in asked},
            },
        )

    def done(system: System, job: Job) -> dict[str, Any]:
        given.append((system.name, job))
        return {"seconds": 4.0, "versions": {system.name: "1.0"}, "memory": MEMORY}

    monkeypatch.setattr(running, "VAR", tmp_path)
    monkeypatch.setattr(running, "replies", replies)
    monkeypatch.setattr(running, "done", done)
    monkeypatch.setattr(running, "counted", lambda texts, _: Counted(len(texts), 7))
    return given


def new_run(count: int) -> Running:
    passages = (("a.txt#0", "Un."), ("b.txt#0", "Deux."))
    questions = tuple(Asked(f"q{i}", {"a.txt": 1}, frozenset()) for i in range(count))
    material = Material("petit", passages, Path("texts"), passages[:1], Path("sample"), questions)
    return Running(material, Path("model"), Settings(), 20, lambda _: None)


def test_a_round_builds_the_sample_and_asks_each_question_once(jobs: list[tuple[str, Job]]) -> None:
    run = new_run(30)
    run.round(PEER, Path("kept"))
    (_, build), (_, ask) = jobs
    assert (build.task, build.passages, Path(build.texts).name) == ("build", (("a.txt#0", "Un."),), "sample")
    assert (ask.task, ask.folder) == ("ask", "kept")
    assert [len(ask.warm_up), len(ask.alone), len(ask.together)] == [10, 6, 4]
    assert (*ask.warm_up, *ask.alone, *ask.together) == tuple(f"q{i}" for i in range(20))


def test_only_what_can_be_told_apart_is_encoded_alone(jobs: list[tuple[str, Job]]) -> None:
    run = new_run(20)
    run.round(PEER, Path("kept"))
    run.round(ENCODING, Path("kept"))
    assert [(name, job.task) for name, job in jobs] == [
        ("txtai", "build"),
        ("txtai", "ask"),
        ("sentence-transformers", "encode"),
        ("sentence-transformers", "build"),
        ("sentence-transformers", "ask"),
    ]
    assert [runs.encodings for runs in run.results()] == [(), (4.0,)]


def test_the_rounds_of_a_system_are_gathered_and_its_replies_judged(jobs: list[tuple[str, Job]]) -> None:
    run = new_run(20)
    run.round(PEER, Path("kept"))
    run.round(PEER, Path("kept"))
    (runs,) = run.results()
    assert len(jobs) == 4
    assert (len(runs.builds), len(runs.asks)) == (2, 2)
    assert runs.sample == Counted(1, 7)
    assert runs.versions == {"txtai": "1.0"}
    assert (round(runs.ndcg, 4), runs.hit) == (0.6309, 0.0)
    assert (runs.asks[0].start, runs.asks[0].resident, runs.asks[0].together_seconds) == (1.5, 1, 0.5)
