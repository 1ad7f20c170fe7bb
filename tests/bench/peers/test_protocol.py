from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bench.peers.protocol import MARK, SETTLED, Job, serve


class StubPeer:
    """Remembers what it was asked, and from where."""

    packages = ("numpy",)
    in_threads = True
    asked: list[str]

    def __init__(self, model: str) -> None:
        self.model, self.warmed = model, False
        type(self).asked = []

    def warm(self) -> None:
        self.warmed = True

    def encode(self, job: Job) -> None:
        assert self.warmed

    def build(self, job: Job) -> None:
        assert self.warmed
        Path(job.folder, "built").write_text(str(len(job.passages)))

    def open(self, folder: Path) -> None:
        self.opened = folder

    def search(self, question: str, limit: int) -> list[str]:
        if threading.current_thread() is not threading.main_thread() and not self.in_threads:
            raise RuntimeError("one thread only")
        self.asked.append(question)
        return [f"{question}-{place}" for place in range(limit)]


class LonelyPeer(StubPeer):
    in_threads = False


Told = Callable[[Callable[[str], Any], Job], list[dict[str, Any]]]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """The replies of a peer to a job."""

    def run(make: Callable[[str], Any], job: Job) -> list[dict[str, Any]]:
        given = tmp_path / "job.json"
        given.write_text(json.dumps(asdict(job)))
        monkeypatch.setattr(sys, "argv", ["peer", str(given)])
        serve(make)
        lines = capsys.readouterr().out.splitlines()
        return [json.loads(line.removeprefix(MARK)) for line in lines if line.startswith(MARK)]

    return run


def questions(count: int) -> Job:
    names = [f"q{i}" for i in range(count)]
    third = count // 3
    return Job(
        "ask", "", "", warm_up=(*names[:third],), alone=(*names[third:-third],), together=(*names[-third:],)
    )


def test_a_build_says_how_long_it_took_and_what_took_part(told: Told, tmp_path: Path) -> None:
    (reply,) = told(StubPeer, Job("build", "", str(tmp_path / "new"), passages=(("a", "x"), ("b", "y"))))
    assert (tmp_path / "new" / "built").read_text() == "2"
    assert reply["seconds"] > 0
    assert reply["memory"]["peak"] >= reply["memory"]["resident"] > 0
    assert list(reply["versions"]) == ["numpy"]


def test_the_model_alone_is_timed_once_warm(told: Told) -> None:
    (reply,) = told(StubPeer, Job("encode", "", ""))
    assert list(reply) == ["seconds"]


def test_every_question_is_asked_once(told: Told) -> None:
    first, reply = told(StubPeer, questions(9))
    assert first == {"answered": True}
    assert sorted(StubPeer.asked) == [f"q{i}" for i in range(9)]
    assert sorted(reply["found"]) == [f"q{i}" for i in range(9)]
    assert reply["found"]["q8"] == [f"q8-{place}" for place in range(10)]
    assert len(reply["milliseconds"]) == len(reply["together"]["milliseconds"]) == 3
    assert reply["together"]["seconds"] > 0
    assert reply["failed"] is None


def test_a_library_for_one_thread_says_so_and_still_answers(told: Told) -> None:
    _, reply = told(LonelyPeer, questions(9))
    assert reply["failed"] == "RuntimeError: one thread only"
    assert reply["together"] == {}
    assert sorted(reply["found"]) == [f"q{i}" for i in range(9)]


def test_memory_is_read_after_fifty_questions(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    read_after: list[int] = []

    def memory() -> dict[str, int]:
        read_after.append(len(StubPeer.asked))
        return {"resident": 1, "peak": 2}

    monkeypatch.setattr("bench.peers.protocol._memory", memory)
    _, reply = told(StubPeer, questions(180))
    assert read_after == [60 + SETTLED]
    assert reply["memory"] == {"resident": 1, "peak": 2}
