from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, HTTPException

from bench import serving
from bench.serving import Client, _all_at_once, memory_of
from tests.running import running


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def port(asked: list[str]) -> Iterator[int]:
    """A service that keeps what it is asked, and refuses "non"."""
    application = FastAPI()

    @application.post("/v1/ask")
    def ask(body: dict[str, str]) -> dict[str, object]:
        if body["question"] == "non":
            raise HTTPException(503)
        asked.append(body["question"])
        return {"stages_ms": {"encoding": 2.0}}

    with running(application) as address:
        yield urlsplit(address).port or 0


def test_a_reply_comes_whole_with_its_time(port: int, asked: list[str]) -> None:
    with closing(Client(port)) as client:
        milliseconds, body = client.ask("Où ?")
    assert milliseconds > 0
    assert body == b'{"stages_ms":{"encoding":2.0}}'
    assert asked == ["Où ?"]


def test_a_refused_question_is_no_figure(port: int) -> None:
    with closing(Client(port)) as client, pytest.raises(RuntimeError, match="/v1/ask replied 503"):
        client.ask("non")


def test_sixteen_clients_ask_every_question_once(port: int, asked: list[str]) -> None:
    questions = [f"q{i}" for i in range(50)]
    took = _all_at_once(port, questions)
    assert len(took) == 50
    assert sorted(asked) == sorted(questions)


def test_a_refusal_ends_the_run_and_leaves_no_client_waiting(port: int) -> None:
    with pytest.raises(RuntimeError, match="/v1/ask replied 503"):
        _all_at_once(port, ["non"] * 50)


def test_a_run_asks_each_question_once_and_reads_the_stages(
    port: int, asked: list[str], only_this_process: Callable[[int], None]
) -> None:
    only_this_process(port)
    run = serving.measure(Path("home"), [f"q{i}" for i in range(30)])
    assert sorted(asked) == sorted(f"q{i}" for i in range(30))
    assert (len(run.alone), len(run.together)) == (6, 14)
    assert run.stages == {"encoding": (2.0,) * 6}
    assert run.peak >= run.resident > 0
    assert run.start > 0


@pytest.fixture
def only_this_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes the service one that listens already, in this process."""

    class Process:
        pid = os.getpid()

        def poll(self) -> None:
            return None

    def replace(port: int) -> None:
        @contextmanager
        def service(_: Path) -> Iterator[tuple[Process, int]]:
            yield Process(), port

        monkeypatch.setattr(serving, "_service", service)

    return replace


def test_memory_is_that_of_the_process_and_its_children() -> None:
    before, peak = memory_of(os.getpid())
    assert peak >= before > 10 * 2**20
