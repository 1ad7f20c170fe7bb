"""What goes wrong in the process that builds leaves the old index, and does not stop the next build."""

from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import qa.builder
import qa.drift
from index import generation
from index.errors import UnusableHome
from qa.app import create_app
from qa.builder import Builder, BuilderUnavailable
from qa.building import Recorder, own_job, run_build
from qa.config import Settings, load_settings
from qa.jobs import Claim, Job, Jobs, Reason, State, UnknownJob
from tests.conftest import FakeEncoder
from tests.qa import encoders
from tests.qa.building_support import (
    Make,
    assert_as_before,
    at_work,
    hidden,
    is_running,
    outcome,
    save,
    sources,
    until,
)
from tests.qa.helpers import holder_of

# A service that starts a build and is then killed.
SERVICE = """
import sys, time
from qa.builder import Builder
from qa.config import load_settings
from tests.qa import encoders
from tests.qa.helpers import MARKER
if __name__ == "__main__":
    builder = Builder(load_settings(texts=sys.argv[1], home=sys.argv[2]), encoders.held)
    print(builder.request("http").id, flush=True)
    time.sleep(60)
"""


def test_a_build_whose_every_file_fails_keeps_the_old_index(settings: Settings, make: Make) -> None:
    served = generation.current(settings.home).name
    save(settings, "pluie.txt", b"")
    save(settings, "vent.pdf", b"%PDF-1.4 rien")
    job = outcome(settings, make(encoders.fake).request("http"))
    assert job.state is State.FAILED
    assert job.error is not None
    assert job.error.startswith(f"aucun texte lisible dans {settings.texts} : ")
    assert_as_before(settings, served)


def test_a_builder_killed_in_a_build_fails_the_job_and_the_next_one_works(
    settings: Settings, make: Make
) -> None:
    served = generation.current(settings.home).name
    save(settings)
    builder = make(encoders.held)
    running = builder.request("http")
    process = at_work(settings)
    os.kill(process, signal.SIGKILL)
    job = outcome(settings, running)
    assert (job.state, job.error) == (
        State.FAILED,
        "le processus qui construisait s'est tué (signal 9), faute de mémoire peut-être ; "
        "l'ancien index reste servi, relancez",
    )
    assert generation.current(settings.home).name == served
    assert sources(settings) == ["pluie.txt"]
    (settings.home / encoders.GO).touch()
    assert outcome(settings, builder.request("http", queue=True)).state is State.DONE
    assert at_work(settings) != process
    assert sources(settings) == ["pluie.txt", "vent.txt"]
    assert hidden(settings) == []


def test_a_builder_killed_while_idle_costs_no_build(settings: Settings, make: Make) -> None:
    builder = make(encoders.telling)
    assert outcome(settings, builder.request("http")).state is State.DONE
    process = int((settings.home / "loaded").read_text().split()[0])
    os.kill(process, signal.SIGKILL)
    until(lambda: not is_running(process))
    save(settings)
    assert outcome(settings, builder.request("http", queue=True)).state is State.DONE
    assert sources(settings) == ["pluie.txt", "vent.txt"]


def test_a_service_killed_in_a_build_takes_its_builder_along(settings: Settings, tmp_path: Path) -> None:
    save(settings)
    (tmp_path / "service.py").write_text(SERVICE)
    command = [sys.executable, str(tmp_path / "service.py"), str(settings.texts), str(settings.home)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as service:
        assert service.stdout is not None
        name = service.stdout.readline().strip()
        process = at_work(settings)
        service.kill()
    until(lambda: not is_running(process))
    assert Jobs(settings.home).get(name).state is State.FAILED
    with own_job(settings, "terminal") as recorder:
        run_build(settings, FakeEncoder(), recorder)
    assert sources(settings) == ["pluie.txt", "vent.txt"]
    assert hidden(settings) == []


def test_stopping_cancels_the_build_and_ends_the_process(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qa.builder, "GRACE", 0.2)  # this encoder would never see that it is cancelled
    served = generation.current(settings.home).name
    save(settings)
    builder = make(encoders.held)
    running = builder.request("http")
    process = at_work(settings)
    waiting = builder.request("texts", queue=True)
    builder.stop()
    jobs = Jobs(settings.home)
    assert [jobs.get(job.id).state for job in (running, waiting)] == [State.CANCELLED] * 2
    assert not is_running(process)
    assert generation.current(settings.home).name == served
    with pytest.raises(BuilderUnavailable) as caught:
        builder.request("http")
    assert str(caught.value) == "le service s'arrête ; relancez-le, puis la construction"


def test_a_model_that_cannot_be_loaded_fails_the_job_and_is_tried_again(
    settings: Settings, make: Make
) -> None:
    builder = make(encoders.missing)
    job = outcome(settings, builder.request("http"))
    assert (job.state, job.error) == (State.FAILED, "le modèle manque")
    (settings.home / encoders.GO).touch()
    assert outcome(settings, builder.request("http", queue=True)).state is State.DONE


def test_an_unforeseen_error_fails_the_job_and_the_next_one_works(settings: Settings, make: Make) -> None:
    builder = make(encoders.broken)
    job = outcome(settings, builder.request("http"))
    assert (job.state, job.error) == (
        State.FAILED,
        "une erreur imprévue s'est produite (ZeroDivisionError)",
    )
    (settings.home / encoders.GO).touch()
    assert outcome(settings, builder.request("http", queue=True)).state is State.DONE


def test_a_job_that_cannot_be_read_fails_and_the_next_one_is_built(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    unreadable: list[str] = []

    def recorder(jobs: Jobs, job_id: str) -> Recorder:
        if not unreadable:
            unreadable.append(job_id)
            raise UnknownJob("introuvable")
        return Recorder(jobs, job_id)

    monkeypatch.setattr(qa.builder, "Recorder", recorder)
    save(settings)
    builder = make(encoders.fake)
    asked = builder.request("http")
    assert outcome(settings, asked).state is State.FAILED
    assert unreadable == [asked.id]
    assert outcome(settings, builder.request("http", queue=True)).state is State.DONE
    assert caplog.messages == [f"la construction {asked.id} n'a pas pu être suivie"]


@pytest.mark.parametrize("error", [UnknownJob("introuvable"), OSError(errno.EMFILE, "too many")])
def test_a_service_stops_also_when_its_builds_cannot_be_cancelled(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(self: Jobs, job_id: str) -> Job:
        raise error

    monkeypatch.setattr(qa.builder, "GRACE", 0.2)
    save(settings)
    builder = make(encoders.held)
    running = builder.request("http")
    process = at_work(settings)
    monkeypatch.setattr(Jobs, "cancel", refuse)
    builder.stop()
    assert not is_running(process)
    assert Jobs(settings.home).get(running.id).state is State.FAILED


def test_a_home_that_cannot_be_written_is_said_once_and_watched_once_it_can(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[Exception] = [UnusableHome("le disque est plein"), OSError(errno.ENOSPC, "no space")]
    enqueue = Jobs.enqueue

    def refuse_at_first(self: Jobs, reason: Reason) -> Claim | Job:
        if errors:
            raise errors.pop(0)
        return enqueue(self, reason)

    monkeypatch.setattr(Jobs, "enqueue", refuse_at_first)
    monkeypatch.setattr(qa.builder, "_RETRY", 0.05)
    save(settings)
    with caplog.at_level(logging.ERROR, "qa"):
        make(encoders.fake).start_watching()
        until(lambda: sources(settings) == ["pluie.txt", "vent.txt"])
    assert caplog.messages == ["le dossier des textes n'est pas suivi : le disque est plein"]


def test_a_build_that_fails_after_a_change_is_tried_again_while_watching(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa import watching

    watch = watching.watch
    monkeypatch.setattr(
        watching, "watch", lambda *given, has_failed: watch(*given, recheck=0.5, has_failed=has_failed)
    )
    save(settings)
    make(encoders.missing).start_watching()
    jobs = Jobs(settings.home)
    until(lambda: [job.state for job in jobs.all()][-1:] == [State.FAILED])
    (settings.home / encoders.GO).touch()
    until(lambda: sources(settings) == ["pluie.txt", "vent.txt"])
    until(lambda: jobs.under_way() is None)
    assert jobs.all()[0].state is State.DONE


@pytest.mark.parametrize(("key", "found"), [("k" * 32, ["pluie.txt", "vent.txt"]), (None, ["pluie.txt"])])
def test_a_text_taken_before_a_restart_is_indexed_by_the_service_that_takes_texts(
    settings: Settings, key: str | None, found: list[str]
) -> None:
    save(settings)
    keyed = load_settings(home=settings.home, texts=settings.texts, key=key)
    builder = Builder(keyed, encoders.fake)
    with TestClient(create_app(holder_of(settings.home), settings=keyed, builder=builder)):
        for job in Jobs(settings.home).all():
            assert (outcome(settings, job).state, job.reason) == (State.DONE, "texts")
    assert sources(settings) == found
