"""Jobs: builds as others see them. One file a job below `<home>/jobs`, so that every worker and
the terminal see, share and cancel the same ones.

Keeps and reads them. Does not build: see `building` and `builder`.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from corpus.errors import SourcierError
from index.errors import BuildUnderWay, UnusableHome
from index.lock import is_building, is_held
from qa.job_states import Reason as Reason
from qa.job_states import State as State

KEPT_JOBS = 20
_NAME = re.compile(r"j-[0-9]{20}-[0-9a-f]{8}")


class UnknownJob(SourcierError):
    """No job kept here has this name."""


class JobFinished(SourcierError):
    """A job that is over cannot be cancelled."""


class JobUnderWay(BuildUnderWay):
    """Another build is under way in this home. `job`: that build, None where it keeps no job."""

    def __init__(self, job: Job | None) -> None:
        super().__init__("une construction est déjà en cours ; attendez sa fin, ou annulez-la")
        self.job = job


@dataclass(frozen=True, slots=True)
class Job:
    """A build asked for. Times are ISO 8601 in UTC.

    `stage`, `done` and `total` tell the stage in hand; `progress`, from 0 to 1, the whole build;
    `eta_s` the seconds that this stage still takes if it goes on as it began, and
    `passages_per_second` how fast it encodes, None where that cannot be told; `report` what a
    finished build did; `error` why a failed one did not.
    """

    id: str
    state: State
    reason: Reason
    stage: str | None = None
    done: int = 0
    total: int = 0
    progress: float = 0.0
    eta_s: float | None = None
    passages_per_second: float | None = None
    started_at: str | None = None
    finished_at: str | None = None
    report: Mapping[str, Any] | None = None
    error: str | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state not in (State.QUEUED, State.RUNNING)


class Jobs:
    """The jobs of one home. Reads need nothing; a claim is one process's at a time."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / "jobs"

    def get(self, job_id: str) -> Job:
        """The job of this name. Raises UnknownJob."""
        if _NAME.fullmatch(job_id):
            with suppress(OSError, ValueError, KeyError, TypeError):
                return self._read(job_id)
        raise UnknownJob(f"aucune construction gardée ne porte ce nom ; les {KEPT_JOBS} dernières le sont")

    def all(self) -> list[Job]:
        """The jobs kept, the newest first."""
        found = []
        for name in sorted((path.stem for path in self._folder.glob("j-*.json")), reverse=True):
            with suppress(UnknownJob):  # dropped meanwhile
                found.append(self.get(name))
        return found

    def under_way(self) -> Job | None:
        """The job that is building, else the one that waits, else None."""
        jobs = [job for job in self.all() if not job.finished]
        return next((job for job in jobs if job.state is State.RUNNING), jobs[-1] if jobs else None)

    def cancel(self, job_id: str) -> Job:
        """Asks for a job's end, whichever process runs it. Raises UnknownJob or JobFinished."""
        job = self.get(job_id)
        if job.finished:
            raise JobFinished("cette construction est finie : il n'y a rien à annuler")
        self._path(job_id, "cancel").touch()
        return self.get(job_id)

    def is_cancelled(self, job_id: str) -> bool:
        """Whether somebody asked for its end."""
        return self._path(job_id, "cancel").exists()

    def start(self, reason: Reason) -> Claim:
        """A new job that may build at once. Raises JobUnderWay, while any other does, or UnusableHome."""
        with self._alone():
            if self._is_busy():
                raise JobUnderWay(self.under_way())
            return self._new(reason, State.RUNNING)

    def enqueue(self, reason: Reason) -> Claim | Job:
        """As `start`, but while another build is under way: a job that waits for its end, or the
        one that already does (a Job, another's), which will see all that was saved before now.
        """
        with self._alone():
            waiting = [job for job in self.all() if job.state is State.QUEUED]
            if waiting:
                return waiting[0]
            return self._new(reason, State.QUEUED if self._is_busy() else State.RUNNING)

    def write(self, job: Job) -> None:
        """Replaces a job's file: a reader sees what it was, or what it is."""
        path = self._path(job.id, "json")
        temporary = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
        try:
            temporary.write_text(json.dumps(asdict(job), ensure_ascii=False), "utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While one looks at the jobs and adds its own, no other does, in any process."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with _lock(self._folder / ".lock"):
                yield
        except OSError as error:
            raise UnusableHome.because(self._home, error) from None

    def _is_busy(self) -> bool:
        return self.under_way() is not None or is_building(self._home)

    def _new(self, reason: Reason, state: State) -> Claim:
        name = f"j-{datetime.now(UTC):%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}"
        running = state is State.RUNNING
        self._prune()
        job = Job(name, state, reason, "modèle" if running else None, started_at=now() if running else None)
        # Held before the job can be read: a job without its owner is a dead one.
        lock = _lock(self._path(name, "lock"))
        lock.acquire(blocking=False)
        self.write(job)
        return Claim(job, lock)

    def _read(self, job_id: str) -> Job:
        job = self._stored(job_id)
        if job.state is State.QUEUED and self.is_cancelled(job_id):
            return replace(job, state=State.CANCELLED, finished_at=self._last_written(job_id))
        if job.finished or is_held(self._path(job_id, "lock")):
            return job
        job = self._stored(job_id)  # it may have ended between the two looks
        if job.finished:
            return job
        return replace(
            job,
            state=State.FAILED,
            eta_s=None,
            passages_per_second=None,
            finished_at=self._last_written(job_id),
            error="le processus qui construisait s'est arrêté ; l'ancien index reste servi, relancez",
        )

    def _stored(self, job_id: str) -> Job:
        fields = json.loads(self._path(job_id, "json").read_bytes())
        return Job(**{**fields, "state": State(fields["state"])})

    def _last_written(self, job_id: str) -> str:
        return _iso(self._path(job_id, "json").stat().st_mtime)

    def _prune(self) -> None:
        """Drops the oldest finished jobs, so that KEPT_JOBS are there with the next one."""
        kept = {job.id for i, job in enumerate(self.all()) if i < KEPT_JOBS - 1 or not job.finished}
        for path in self._folder.glob("j-*"):
            if path.name.partition(".")[0] not in kept:
                path.unlink(missing_ok=True)

    def _path(self, job_id: str, ending: str) -> Path:
        return self._folder / f"{job_id}.{ending}"


class Claim:
    """A job of this process's own. When the process dies, the job reads as failed."""

    def __init__(self, job: Job, lock: FileLock) -> None:
        self.job = job
        self._lock = lock

    def release(self) -> None:
        """Lets go of a job, whose outcome must be written by now."""
        self._lock.release()


def now() -> str:
    """The moment, as jobs tell it."""
    return _iso(time.time())


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _lock(path: Path) -> FileLock:
    # Released by another thread than the one that took it, when a job ends.
    return FileLock(path, thread_local=False, fallback_to_soft=False)
