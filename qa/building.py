"""One build of the service's index, recorded in its job: what the terminal and the builder's
process both run. Does not choose when.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from corpus.errors import SourcierError, said
from index.errors import BuildCancelled, BuildUnderWay
from index.progress import ENCODING
from qa.config import Settings, texts_of
from qa.jobs import Jobs, Reason, State, now

if TYPE_CHECKING:
    # Loaded by the process that builds, not by the server that only follows its jobs.
    from index.build import BuildReport
    from index.embedding import Encoder
    from index.progress import Progress
    from qa.drift import Drift

# Seconds. A page that polls sees no finer.
WRITE_EVERY = 0.2
_POLL_EVERY = 0.05
# Seconds. An editor that writes in place takes less between two writes of one save.
WATCH_SETTLE = 0.25
# What a build from nothing spends on each stage, of 1: the default model, the demonstration texts
# (`sourcier build --json`, `seconds`: 1.9 s of 3.5 are encoding, 0.9 the index; of 1,518 texts of an
# encyclopaedia, 53 s of 62).
_SHARES = {
    "modèle": 0.0,
    "inventaire": 0.0,
    "lecture": 0.15,
    "découpage": 0.04,
    ENCODING: 0.53,
    "index": 0.26,
    "épreuve": 0.0,
    "écriture": 0.02,
}


class Recorder:
    """Writes what becomes of one job, and hears when its end is asked for."""

    def __init__(self, jobs: Jobs, job_id: str, *, patient: bool = False) -> None:
        """`patient`: another build under way is no failure, the job will be tried again."""
        self.job = jobs.get(job_id)
        self._patient = patient
        self._jobs = jobs
        self._stage_began = self._written = self._polled = 0.0

    def progress(self, stage: str, done: int, total: int) -> None:
        """A build's progress callback. Raises BuildCancelled when the job's end was asked for."""
        moment = monotonic()
        if done in (0, total) or moment - self._polled >= _POLL_EVERY:
            self._polled = moment
            self.check()
        if _is_before(stage, self.job.stage):
            return  # texts are cut while those before them are encoded
        if stage != self.job.stage:
            self._stage_began = moment
        # A job that no longer waits is no longer shared, and a stage may be silent for long: both
        # are told at once.
        is_turn = stage != self.job.stage or self.job.state is State.QUEUED
        seconds = moment - self._stage_began
        self.job = replace(
            self.job,
            state=State.RUNNING,
            started_at=self.job.started_at or now(),
            stage=stage,
            done=done,
            total=total,
            progress=max(self.job.progress, _progress(stage, done, total)),
            eta_s=round(seconds * (total - done) / done, 1) if 0 < done <= total else None,
            passages_per_second=round(done / seconds, 1) if stage == ENCODING and done and seconds else None,
        )
        if is_turn or moment - self._written >= WRITE_EVERY:
            self._written = moment
            self._write()

    def check(self) -> None:
        """Raises BuildCancelled when the job's end was asked for."""
        if self._jobs.is_cancelled(self.job.id):
            raise BuildCancelled("la construction est annulée ; l'ancien index reste servi")

    @contextmanager
    def outcome(self) -> Iterator[None]:
        """Records how what is done inside fails, and lets the error through."""
        try:
            yield
        except (BuildCancelled, KeyboardInterrupt):
            self._end(State.CANCELLED)
            raise
        except SourcierError as error:
            if isinstance(error, BuildUnderWay) and self._patient:
                raise
            self._end(State.FAILED, error=str(error))
            raise
        except OSError as error:
            self._end(
                State.FAILED, error=f"le système refuse ({said(error)}) ; vérifiez la place et les droits"
            )
            raise
        except BaseException as error:
            self._end(State.FAILED, error=f"une erreur imprévue s'est produite ({type(error).__name__})")
            raise

    def die(self, exit_code: int | None) -> None:
        """The process that built is gone, with this exit code; minus a signal's number."""
        if self._jobs.is_cancelled(self.job.id):
            self._end(State.CANCELLED)
        else:
            how = f"tué (signal {-exit_code})" if exit_code and exit_code < 0 else f"arrêté ({exit_code})"
            self._end(
                State.FAILED,
                error=f"le processus qui construisait s'est {how}, faute de mémoire peut-être ; "
                "l'ancien index reste servi, relancez",
            )

    def succeed(self, report: Mapping[str, Any]) -> None:
        """The build is done; `report` is plain data."""
        self._end(State.DONE, progress=1.0, report=report)

    def _end(self, state: State, **changes: Any) -> None:
        self.job = replace(
            self.job, state=state, eta_s=None, passages_per_second=None, finished_at=now(), **changes
        )
        self._write()

    def _write(self) -> None:
        # The index is safe or not without its job: a full disk fails the build, not its record.
        with suppress(OSError):
            self._jobs.write(self.job)


@contextmanager
def own_job(settings: Settings, reason: Reason) -> Iterator[Recorder]:
    """A job that this very process runs: the terminal's. Raises JobUnderWay or UnusableHome."""
    jobs = Jobs(settings.home)
    claim = jobs.start(reason)
    try:
        yield Recorder(jobs, claim.job.id)
    finally:
        claim.release()


def run_build(
    settings: Settings,
    encoder: Encoder,
    job: Recorder,
    *,
    full: bool = False,
    show: Progress = lambda *_: None,
    tell: Callable[[Drift], None] = lambda _: None,
) -> BuildReport:
    """Builds the index of the settings' texts, the gate consulted, and records it all in the job.

    `show` hears the progress too, `tell` what the gate found. Raises what `index.build.build`
    raises, once recorded.
    """
    from index.build import BuildOptions, build
    from qa.drift import gate as gate_of

    def progress(stage: str, done: int, total: int) -> None:
        show(stage, done, total)
        job.progress(stage, done, total)

    with job.outcome():
        gate = gate_of(settings, encoder, progress)
        options = BuildOptions(
            full=full,
            keep=settings.keep,
            # A service that watches has one job for a saved text and for whoever else asks.
            settle=WATCH_SETTLE if job.job.reason == "watch" or settings.watch else 0.0,
            approve=gate.approve if gate else None,
        )
        # Whoever saves a text from now on asks for another build: this one may have listed the folder.
        progress("inventaire", 0, 0)
        report = build(texts_of(settings), settings.home, encoder, progress, options)
        drift = gate.report if gate else None
        # Anybody may read a job: what was asked, and answered, stays out of it.
        job.succeed({**dataclasses.asdict(report), "drift": drift and drift.as_dict(answers=False)})
    if drift:
        tell(drift)
    return report


def prepare(settings: Settings, tell: Callable[[str], None] = lambda _: None) -> None:
    """Prepares the model of the settings where it was not, which `tell` is told. Loads nothing."""
    from index import default_model, models

    if models.is_prepared(settings.model, settings.models, settings.encoder):
        return
    tell("préparation du modèle (une seule fois, une demi-minute)…")
    if settings.encoder == "onnx":
        models.prepare(settings.model, settings.models)
    else:
        default_model.prepare(settings.models)


def load(settings: Settings, tell: Callable[[str], None] = lambda _: None) -> Encoder:
    """The model of the settings, loaded when it is needed; prepared first where it was not, which
    `tell` is told."""
    from index.models import deferred_encoder

    prepare(settings, tell)
    return deferred_encoder(
        settings.model,
        settings.models,
        interaction=settings.ranking == "fine",
        runtime=settings.encoder,
    )


def _is_before(stage: str, other: str | None) -> bool:
    """Whether a stage comes before another; neither does where one of them is not known."""
    stages = list(_SHARES)
    return stage in _SHARES and other in _SHARES and stages.index(stage) < stages.index(other)


def _progress(stage: str, done: int, total: int) -> float:
    """The share of a build from nothing that is behind, by the usual weight of its stages."""
    if stage not in _SHARES:
        return 0.0
    stages = list(_SHARES)
    before = sum(_SHARES[s] for s in stages[: stages.index(stage)])
    return round(before + _SHARES[stage] * (done / total if total else 0.0), 4)
