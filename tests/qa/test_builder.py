"""A service builds in another process, one build at a time, and one more waits at most."""

from __future__ import annotations

import os
import socket
import time
from contextlib import closing

import pytest

from index import generation
from index.lock import building
from index.opening import open_engine
from qa.builder import Builder
from qa.config import Settings, load_settings
from qa.jobs import Jobs, JobUnderWay, State
from tests.conftest import FakeEncoder
from tests.qa import encoders
from tests.qa.building_support import (
    Make,
    assert_as_before,
    at_work,
    is_running,
    outcome,
    save,
    sources,
    until,
)


def test_a_build_is_done_beside_and_says_what_it_did(settings: Settings, make: Make) -> None:
    save(settings)
    builder = make(encoders.fake)
    asked = builder.request("http")
    assert (asked.state, asked.reason) == (State.RUNNING, "http")
    job = outcome(settings, asked)
    assert (job.state, job.error, job.progress) == (State.DONE, None, 1.0)
    assert job.report is not None
    assert job.report["generation"] == generation.current(settings.home).name
    assert job.report["changes"]["added"] == ["vent.txt"]
    assert (job.report["documents"], job.report["encoded"], job.report["reused"]) == (2, 1, 1)
    assert (job.report["held"], job.report["drift"]) == (None, None)
    assert sources(settings) == ["pluie.txt", "vent.txt"]


def test_a_full_build_encodes_everything_again(settings: Settings, make: Make) -> None:
    save(settings)
    job = outcome(settings, make(encoders.fake).request("http", full=True))
    assert job.report is not None
    assert (job.report["encoded"], job.report["reused"]) == (2, 0)


def test_the_process_keeps_its_model_gives_way_to_answers_and_never_sees_the_key(
    settings: Settings, make: Make
) -> None:
    builder = Builder(load_settings(home=settings.home, texts=settings.texts, key="k" * 32), encoders.telling)
    try:
        for name in ("vent.txt", "neige.txt"):
            save(settings, name)
            assert outcome(settings, builder.request("http")).state is State.DONE
    finally:
        builder.stop()
    (line,) = (settings.home / "loaded").read_text().splitlines()
    process, key, niceness = line.split()
    assert int(process) != os.getpid()
    assert (key, int(niceness)) == ("None", min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10))
    assert not is_running(int(process))


def test_while_one_builds_another_is_refused_and_one_more_may_wait(settings: Settings, make: Make) -> None:
    save(settings)
    builder = make(encoders.held)
    running = builder.request("http")
    at_work(settings)
    with pytest.raises(JobUnderWay) as caught:
        builder.request("http")
    assert caught.value.job is not None
    assert caught.value.job.id == running.id
    save(settings, "neige.txt")
    waiting = builder.request("texts", queue=True)
    assert waiting.state is State.QUEUED
    assert builder.request("watch", queue=True).id == waiting.id
    (settings.home / encoders.GO).touch()
    assert outcome(settings, running).state is State.DONE
    assert outcome(settings, waiting).state is State.DONE
    assert sources(settings) == ["neige.txt", "pluie.txt", "vent.txt"]


def test_the_build_of_another_service_is_told_and_waited_for(settings: Settings, make: Make) -> None:
    save(settings)
    first, second = make(encoders.held), make(encoders.fake)
    running = first.request("http")
    at_work(settings)
    with pytest.raises(JobUnderWay) as caught:
        second.request("http")
    assert caught.value.job is not None
    assert caught.value.job.id == running.id
    waiting = second.request("texts", queue=True)
    assert first.request("texts", queue=True).id == waiting.id
    (settings.home / encoders.GO).touch()
    assert outcome(settings, waiting).state is State.DONE
    assert outcome(settings, running).state is State.DONE


def test_a_build_that_keeps_no_job_is_waited_for(settings: Settings, make: Make) -> None:
    save(settings)
    builder = make(encoders.fake)
    with building(settings.home):
        with pytest.raises(JobUnderWay):
            builder.request("http")
        waiting = builder.request("texts", queue=True)
        # Long enough for a builder that does not wait to have given up.
        time.sleep(1.5)
        assert Jobs(settings.home).get(waiting.id).state is State.QUEUED
    assert outcome(settings, waiting).state is State.DONE


def test_another_process_cancels_a_build(settings: Settings, make: Make) -> None:
    served = generation.current(settings.home).name
    save(settings)
    builder = make(encoders.held)
    running = builder.request("http")
    at_work(settings)
    assert Jobs(settings.home).cancel(running.id).state is State.RUNNING
    (settings.home / encoders.GO).touch()
    assert outcome(settings, running).state is State.CANCELLED
    assert_as_before(settings, served)
    assert outcome(settings, builder.request("http", queue=True)).state is State.DONE


def test_a_waiting_build_that_is_cancelled_never_starts(settings: Settings, make: Make) -> None:
    save(settings)
    builder = make(encoders.held)
    running = builder.request("http")
    at_work(settings)
    waiting = builder.request("texts", queue=True)
    assert Jobs(settings.home).cancel(waiting.id).state is State.CANCELLED
    (settings.home / encoders.GO).touch()
    assert outcome(settings, running).state is State.DONE
    builder.stop()
    assert Jobs(settings.home).get(waiting.id).started_at is None


def test_a_builder_without_work_lets_its_model_go_and_loads_it_again(settings: Settings) -> None:
    builder = Builder(settings, encoders.telling, idle=0.05)
    try:
        assert outcome(settings, builder.request("http")).state is State.DONE
        process = int((settings.home / "loaded").read_text().split()[0])
        until(lambda: not is_running(process))
        assert outcome(settings, builder.request("http", queue=True)).state is State.DONE
    finally:
        builder.stop()
    assert len((settings.home / "loaded").read_text().splitlines()) == 2


def test_the_builder_does_not_hold_the_socket_that_the_service_listens_on(
    settings: Settings, make: Make
) -> None:
    save(settings)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        address = listening.getsockname()
        with socket.create_connection(address):
            pass
        running = make(encoders.held).request("http")
        process = at_work(settings)
    assert is_running(process)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    (settings.home / encoders.GO).touch()
    assert outcome(settings, running).state is State.DONE


def test_a_text_removed_answers_no_more_after_the_build(settings: Settings, make: Make) -> None:
    path = save(settings)
    builder = make(encoders.fake)
    assert outcome(settings, builder.request("http")).state is State.DONE
    question = "Où le vent souffle-t-il ?"
    with closing(open_engine(settings.home, FakeEncoder())) as engine:
        assert "vent.txt" in [hit.passage.document_id for hit in engine.search(question, 50).hits]
    path.unlink()
    job = outcome(settings, builder.request("http", queue=True))
    assert job.report is not None
    assert job.report["changes"]["removed"] == ["vent.txt"]
    with closing(open_engine(settings.home, FakeEncoder())) as engine:
        assert [hit.passage.document_id for hit in engine.search(question, 50).hits] == ["pluie.txt"]
        assert engine.document("vent.txt") is None


def test_of_two_services_one_watches_and_the_other_takes_over(settings: Settings, make: Make) -> None:
    first, second = make(encoders.fake), make(encoders.fake)
    first.start_watching()
    second.start_watching()
    save(settings)
    until(lambda: "vent.txt" in added(settings))
    first.stop()
    save(settings, "neige.txt")
    until(lambda: "neige.txt" in added(settings))
    assert sorted(added(settings)) == ["neige.txt", "vent.txt"]
    assert {job.reason for job in Jobs(settings.home).all()} == {"watch"}
    assert sources(settings) == ["neige.txt", "pluie.txt", "vent.txt"]


def added(settings: Settings) -> list[str]:
    """What the builds that are done added, each time that it was."""
    reports = [job.report for job in Jobs(settings.home).all() if job.report is not None]
    return [source for report in reports for source in report["changes"]["added"]]
