"""Jobs are shared by every process of a home, outlive the one that ran them, and say how it ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from index.errors import UnusableHome
from index.lock import building
from qa.building import Recorder
from qa.jobs import KEPT_JOBS, Claim, Job, JobFinished, Jobs, JobUnderWay, Reason, State, UnknownJob

UNDER_WAY = "une construction est déjà en cours ; attendez sa fin, ou annulez-la"
# A process that claims a job, says its name, and is then killed.
CLAIMS = """
import sys, time
from pathlib import Path
from qa.jobs import Jobs
claim = Jobs(Path(sys.argv[1])).start("terminal")
print(claim.job.id, flush=True)
time.sleep(60)
"""


class HeldJobs(Jobs):
    """Keeps what is claimed until the test ends: a claim that nobody holds is given up."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.claims: list[Claim] = []

    def start(self, reason: Reason) -> Claim:
        self.claims.append(super().start(reason))
        return self.claims[-1]

    def enqueue(self, reason: Reason) -> Claim | Job:
        found = super().enqueue(reason)
        if isinstance(found, Claim):
            self.claims.append(found)
        return found


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    held = HeldJobs(tmp_path)
    yield held
    for claim in held.claims:
        claim.release()


def claimed(claim: Claim | Job) -> Claim:
    assert isinstance(claim, Claim)
    return claim


def ended(jobs: Jobs, claim: Claim) -> Job:
    Recorder(jobs, claim.job.id).succeed({"documents": 3})
    claim.release()
    return jobs.get(claim.job.id)


def test_a_job_is_read_by_others_as_it_was_written(jobs: Jobs, tmp_path: Path) -> None:
    claim = jobs.start("http")
    other = Jobs(tmp_path)
    job = other.get(claim.job.id)
    assert job == claim.job
    assert (job.state, job.reason, job.stage, job.progress) == (State.RUNNING, "http", "modèle", 0.0)
    assert (job.finished, job.report, job.error, job.finished_at) == (False, None, None, None)
    assert other.all() == [job]
    assert other.under_way() == job


def test_a_finished_job_keeps_its_report_and_no_longer_is_under_way(jobs: Jobs) -> None:
    job = ended(jobs, jobs.start("http"))
    assert (job.state, job.finished, job.progress, job.eta_s) == (State.DONE, True, 1.0, None)
    assert job.report == {"documents": 3}
    assert job.started_at is not None
    assert job.finished_at is not None
    assert datetime.fromisoformat(job.started_at) <= datetime.fromisoformat(job.finished_at)
    assert jobs.under_way() is None


def test_while_one_builds_another_is_refused_and_told_which(jobs: Jobs, tmp_path: Path) -> None:
    claim = jobs.start("http")
    with pytest.raises(JobUnderWay) as caught:
        Jobs(tmp_path).start("terminal")
    assert (str(caught.value), caught.value.job) == (UNDER_WAY, claim.job)
    ended(jobs, claim)
    assert jobs.start("terminal").job.state is State.RUNNING


def test_a_build_that_keeps_no_job_is_under_way_too(jobs: Jobs, tmp_path: Path) -> None:
    with building(tmp_path):
        with pytest.raises(JobUnderWay) as caught:
            jobs.start("http")
        assert caught.value.job is None
        assert claimed(jobs.enqueue("texts")).job.state is State.QUEUED


def test_one_job_waits_at_most_and_is_shared_by_all_who_ask(jobs: Jobs, tmp_path: Path) -> None:
    running = jobs.start("http")
    waiting = claimed(jobs.enqueue("watch"))
    assert (waiting.job.state, waiting.job.started_at) == (State.QUEUED, None)
    assert [Jobs(tmp_path).enqueue("texts") for _ in range(3)] == [waiting.job] * 3
    assert jobs.under_way() == running.job
    assert [job.id for job in jobs.all()] == [waiting.job.id, running.job.id]


def test_a_job_that_no_longer_waits_is_shared_no_longer(jobs: Jobs) -> None:
    jobs.start("http")
    waiting = claimed(jobs.enqueue("watch"))
    Recorder(jobs, waiting.job.id).progress("inventaire", 0, 1)
    assert jobs.get(waiting.job.id).state is State.RUNNING
    assert claimed(jobs.enqueue("watch")).job.id != waiting.job.id


def test_of_eight_that_start_at_once_one_wins(jobs: Jobs, tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    won: list[Claim] = []
    lost: list[Job | None] = []

    def start() -> None:
        barrier.wait()
        try:
            won.append(Jobs(tmp_path).start("http"))
        except JobUnderWay as error:
            lost.append(error.job)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert lost == [won[0].job] * 7


def test_a_job_whose_process_was_killed_reads_as_failed_and_bars_nobody(jobs: Jobs, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIMS, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    assert jobs.get(name).state is State.RUNNING
    with pytest.raises(JobUnderWay):
        jobs.start("http")
    process.kill()
    process.communicate()
    dead = jobs.get(name)
    assert (dead.state, dead.finished) == (State.FAILED, True)
    assert dead.error == "le processus qui construisait s'est arrêté ; l'ancien index reste servi, relancez"
    assert dead.finished_at is not None
    assert jobs.under_way() is None
    assert jobs.start("http").job.state is State.RUNNING


def test_a_waiting_job_is_cancelled_at_once(jobs: Jobs) -> None:
    jobs.start("http")
    waiting = claimed(jobs.enqueue("watch"))
    assert jobs.cancel(waiting.job.id).state is State.CANCELLED
    assert claimed(jobs.enqueue("watch")).job.id != waiting.job.id


def test_a_finished_job_cannot_be_cancelled(jobs: Jobs) -> None:
    job = ended(jobs, jobs.start("http"))
    with pytest.raises(JobFinished) as caught:
        jobs.cancel(job.id)
    assert str(caught.value) == "cette construction est finie : il n'y a rien à annuler"
    assert jobs.get(job.id) == job


@pytest.mark.parametrize("name", ["", "j-1", "../CURRENT", "j-" + "0" * 20 + "-abcdef01", "j-é" * 20, "\0"])
def test_an_unknown_name_is_refused_without_being_made_a_path(jobs: Jobs, name: str) -> None:
    jobs.start("http")
    for call in (jobs.get, jobs.cancel):
        with pytest.raises(UnknownJob) as caught:
            call(name)
        assert str(caught.value) == "aucune construction gardée ne porte ce nom ; les 20 dernières le sont"


def test_the_last_twenty_jobs_are_kept_and_nothing_else(jobs: Jobs, tmp_path: Path) -> None:
    names = [ended(jobs, jobs.start("http")).id for _ in range(KEPT_JOBS + 5)]
    assert [job.id for job in jobs.all()] == names[:-21:-1]
    left = {path.name.partition(".")[0] for path in (tmp_path / "jobs").glob("j-*")}
    assert left == set(names[-20:])


def test_a_job_cut_short_by_a_power_cut_is_unknown_and_bars_nobody(jobs: Jobs, tmp_path: Path) -> None:
    job = ended(jobs, jobs.start("http"))
    (tmp_path / "jobs" / f"{job.id}.json").write_bytes(b"")
    with pytest.raises(UnknownJob):
        jobs.get(job.id)
    assert jobs.all() == []
    assert jobs.start("http").job.state is State.RUNNING


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(UnusableHome):
        Jobs(tmp_path / "home").start("http")
