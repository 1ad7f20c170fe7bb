"""What goes wrong in the process that builds leaves the old index, and does not stop the next build."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import qa.builder
import qa.drift
from index import generation
from qa.builder import BuilderUnavailable
from qa.building import own_job, run_build
from qa.config import Settings
from qa.jobs import Jobs, State
from tests.conftest import FakeEncoder
from tests.qa import encoders
from tests.qa.building_support import (
    Make,
    assert_as_before,
    at_work,
    builders,
    hidden,
    indexed,
    is_running,
    outcome,
    save,
    sources,
    until,
)

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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return indexed(tmp_path)


@pytest.fixture
def make(settings: Settings) -> Iterator[Make]:
    with builders(settings) as builder_of:
        yield builder_of


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
