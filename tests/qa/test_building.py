"""One build, recorded: how far it is, how it ends, what a cancelled one leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import index.build
import qa.builder
import qa.drift
from index import generation
from index.errors import BuildCancelled, BuildUnderWay, NothingIndexed
from qa import building as recording
from qa.building import Recorder, own_job, run_build
from qa.config import Settings
from qa.drift import ChangedAnswer, Drift, Fate, Kind, Reply
from qa.jobs import Claim, Jobs, State
from tests.conftest import FakeEncoder
from tests.qa.building_support import (
    assert_as_before,
    save,
    sources,
)
from tests.qa.helpers import MARKER

STAGES = ["inventaire", "lecture", "découpage", "encodage", "index", "épreuve", "écriture"]


@pytest.fixture
def claim(tmp_path: Path) -> Iterator[Claim]:
    """A job of this process's own."""
    held = Jobs(tmp_path).start("http")
    yield held
    held.release()


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def test_a_running_job_hears_of_its_cancellation_at_the_next_step(
    jobs: Jobs, claim: Claim, tmp_path: Path
) -> None:
    recorder = Recorder(jobs, claim.job.id)
    recorder.progress("lecture", 0, 2)
    assert Jobs(tmp_path).cancel(claim.job.id).state is State.RUNNING
    with pytest.raises(BuildCancelled) as caught, recorder.outcome():
        recorder.progress("lecture", 2, 2)
    assert str(caught.value) == "la construction est annulée ; l'ancien index reste servi"
    assert jobs.get(claim.job.id).state is State.CANCELLED


class Clock:
    """A clock that tests move."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1000.0
        monkeypatch.setattr(recording, "monotonic", lambda: self.seconds)


def test_progress_tells_the_stage_the_whole_and_the_time_left(
    jobs: Jobs, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    recorder = Recorder(jobs, claim.job.id)
    recorder.progress("encodage", 0, 400)
    assert (recorder.job.progress, recorder.job.eta_s) == (0.19, None)
    clock.seconds += 10
    recorder.progress("encodage", 100, 400)
    assert (recorder.job.stage, recorder.job.done, recorder.job.total) == ("encodage", 100, 400)
    # 0.19 of a build is behind encoding, which is 0.53 of it; 300 are left at 10 a second.
    assert (recorder.job.progress, recorder.job.eta_s) == (0.3225, 30.0)
    assert recorder.job.passages_per_second == 10.0
    recorder.progress("écriture", 1, 1)
    assert (recorder.job.progress, recorder.job.eta_s) == (1.0, 0.0)
    assert recorder.job.passages_per_second is None


def test_what_is_cut_while_passages_are_encoded_changes_neither_stage_nor_time_left(
    jobs: Jobs, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    recorder = Recorder(jobs, claim.job.id)
    recorder.progress("découpage", 0, 9)
    recorder.progress("encodage", 0, 400)
    clock.seconds += 10
    recorder.progress("découpage", 4, 9)
    # What is to be encoded turns out to be more.
    recorder.progress("encodage", 100, 500)
    assert (recorder.job.stage, recorder.job.done, recorder.job.total) == ("encodage", 100, 500)
    assert (recorder.job.eta_s, recorder.job.passages_per_second) == (40.0, 10.0)
    jobs.cancel(claim.job.id)
    with pytest.raises(BuildCancelled):
        recorder.progress("découpage", 9, 9)


def test_a_new_stage_is_told_at_once(jobs: Jobs, claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    name = claim.job.id
    recorder = Recorder(jobs, name)
    for stage in ("inventaire", "lecture", "encodage"):
        recorder.progress(stage, 0, 2)
        assert jobs.get(name).stage == stage


def test_progress_never_goes_back(jobs: Jobs, claim: Claim) -> None:
    recorder = Recorder(jobs, claim.job.id)
    recorder.progress("encodage", 3, 4)
    recorder.progress("lecture", 1, 4)
    recorder.progress("une étape que l'on ne connaît pas", 0, 0)
    assert recorder.job.progress == 0.5875


def test_a_job_is_written_five_times_a_second_at_most(
    jobs: Jobs, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    recorder = Recorder(jobs, claim.job.id)
    recorder.progress("encodage", 0, 2000)
    written: list[int] = []
    monkeypatch.setattr(jobs, "write", lambda job: written.append(job.done))
    for done in range(1, 1025):
        clock.seconds += 1 / 1024
        recorder.progress("encodage", done, 2000)
    assert written == [205, 410, 615, 820]
    recorder.succeed({})
    assert len(written) == 5
    assert (recorder.job.eta_s, recorder.job.passages_per_second) == (None, None)


def test_a_disk_that_is_full_fails_the_build_and_not_its_record(
    jobs: Jobs, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(jobs, claim.job.id)
    failed = 0

    def fail(*_: object, **__: object) -> None:
        nonlocal failed
        failed += 1
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail)
    recorder.progress("lecture", 0, 2)
    recorder.succeed({})
    assert failed == 2


@pytest.mark.parametrize(
    ("raised", "state", "error"),
    [
        (BuildCancelled("annulée"), State.CANCELLED, None),
        (KeyboardInterrupt(), State.CANCELLED, None),
        (NothingIndexed("rien à lire"), State.FAILED, "rien à lire"),
        (
            OSError(28, "No space left on device"),
            State.FAILED,
            "le système refuse (le disque est plein) ; vérifiez la place et les droits",
        ),
        (ZeroDivisionError("détail"), State.FAILED, "une erreur imprévue s'est produite (ZeroDivisionError)"),
        (BuildUnderWay("déjà"), State.FAILED, "déjà"),
    ],
)
def test_how_a_build_ends_is_recorded_and_the_error_goes_on(
    jobs: Jobs, claim: Claim, raised: BaseException, state: State, error: str | None
) -> None:
    recorder = Recorder(jobs, claim.job.id)
    with pytest.raises(type(raised)), recorder.outcome():
        raise raised
    job = jobs.get(recorder.job.id)
    assert (job.state, job.error) == (state, error)


def test_to_a_patient_job_another_build_is_no_failure(jobs: Jobs, claim: Claim) -> None:
    recorder = Recorder(jobs, claim.job.id, patient=True)
    with pytest.raises(BuildUnderWay), recorder.outcome():
        raise BuildUnderWay("déjà")
    assert jobs.get(recorder.job.id).state is State.RUNNING


@pytest.mark.parametrize(
    ("exit_code", "how"), [(-9, "tué (signal 9)"), (3, "arrêté (3)"), (None, "arrêté (None)")]
)
def test_a_job_whose_builder_died_says_how(jobs: Jobs, claim: Claim, exit_code: int | None, how: str) -> None:
    recorder = Recorder(jobs, claim.job.id)
    recorder.die(exit_code)
    assert jobs.get(recorder.job.id).error == (
        f"le processus qui construisait s'est {how}, faute de mémoire peut-être ; "
        "l'ancien index reste servi, relancez"
    )


@pytest.mark.parametrize("stage", STAGES)
def test_a_build_cancelled_at_any_stage_leaves_no_trace(
    settings: Settings, tmp_path: Path, stage: str
) -> None:
    served = generation.current(settings.home).name
    (tmp_path / "questions.txt").write_text("Où tombe la pluie ?\n")
    settings = settings.model_copy(update={"questions": tmp_path / "questions.txt"})
    save(settings)
    struck = 0

    def strike(name: str, done: int, _: int) -> None:
        nonlocal struck
        if (name, done) == (stage, 0):
            struck += 1
            jobs.cancel(recorder.job.id)

    jobs = Jobs(settings.home)
    with own_job(settings, "terminal") as recorder, pytest.raises(BuildCancelled):
        run_build(settings, FakeEncoder(), recorder, show=strike)
    assert struck == 1
    assert jobs.get(recorder.job.id).state is State.CANCELLED
    assert_as_before(settings, served)
    with own_job(settings, "terminal") as recorder:
        run_build(settings, FakeEncoder(), recorder)
    assert sources(settings) == ["pluie.txt", "vent.txt"]


def test_a_job_is_shared_no_longer_before_the_folder_is_looked_at(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = Jobs(settings.home)
    first, second = jobs.start("http"), jobs.enqueue("texts")
    assert isinstance(second, Claim)
    seen: list[State] = []

    def look(*_: object) -> None:
        seen.append(jobs.get(second.job.id).state)
        raise BuildCancelled

    monkeypatch.setattr(index.build, "build", look)
    assert jobs.get(second.job.id).state is State.QUEUED
    with pytest.raises(BuildCancelled):
        run_build(settings, FakeEncoder(), Recorder(jobs, second.job.id))
    assert seen == [State.RUNNING]
    first.release()
    second.release()


def test_an_index_that_is_served_by_now_is_not_cancelled(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(settings)
    jobs = Jobs(settings.home)
    struck = 0
    publish = generation.publish

    def strike(home: Path, name: str, keep: int) -> None:
        nonlocal struck
        publish(home, name, keep)
        struck += 1
        jobs.cancel(recorder.job.id)

    monkeypatch.setattr(generation, "publish", strike)
    with own_job(settings, "terminal") as recorder:
        run_build(settings, FakeEncoder(), recorder)
    assert struck == 1
    assert jobs.get(recorder.job.id).state is State.DONE
    assert sources(settings) == ["pluie.txt", "vent.txt"]


def test_what_the_gate_held_is_in_the_job_without_what_was_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = generation.current(settings.home).name
    reply = Reply("il pleut", "pluie.txt", 0.9)
    changed = ChangedAnswer(MARKER, Kind.REFUSED, reply, Reply(None, None, 0.1), Fate.SAME)
    drift = Drift(served, "g-nouvelle", 4, (changed,))
    candidates: list[Path] = []

    class Closed:
        """A gate that nothing passes."""

        report = drift

        def approve(self, candidate: Path) -> bool:
            candidates.append(candidate)
            return False

    monkeypatch.setattr(qa.drift, "gate", lambda *_: Closed())
    save(settings)
    heard: list[Drift] = []
    with own_job(settings, "terminal") as recorder:
        run_build(settings, FakeEncoder(), recorder, tell=heard.append)
    assert heard == [drift]
    job = Jobs(settings.home).get(recorder.job.id)
    assert job.report is not None
    assert [job.report["held"]] == [candidate.name for candidate in candidates]
    assert job.report["generation"] == generation.current(settings.home).name == served
    assert (job.report["drift"]["regressions"], job.report["drift"]["share"]) == (1, 0.25)
    assert MARKER not in next((settings.home / "jobs").glob("*.json")).read_text()
