"""The process that builds for a service, so that answering never waits for a build.

Starts it, feeds it one job at a time, notices its death. What one build does is in `building`;
which jobs there are, in `jobs`.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from filelock import FileLock, Timeout

from corpus.errors import SourcierError, said
from index.errors import BuildCancelled
from qa.build_process import EncoderOf, Order, work
from qa.building import Recorder, load
from qa.config import Settings
from qa.jobs import Claim, Job, Jobs, Reason, State, UnknownJob

# Seconds without a build after which the model is let go: it takes some 500 MB.
IDLE = 600.0
# Seconds that a stopping service waits for a build to end in order; a step of encoding takes one.
GRACE = 5.0
# Seconds between two looks at whether another process still watches.
_RETRY = 1.0
_log = logging.getLogger(__name__)


class BuilderUnavailable(SourcierError):
    """This service cannot build: it was started without the means to, or it is stopping."""


@dataclass(frozen=True, slots=True)
class _Child:
    process: BaseProcess
    connection: Connection


class Builder:
    """Builds in a process of its own, kept with its model loaded; safe to call from any thread."""

    def __init__(self, settings: Settings, encoder_of: EncoderOf = load, idle: float = IDLE) -> None:
        """`encoder_of`, a function of a module, is called in the process that builds."""
        # The key is nothing that a build needs.
        self._settings = settings.model_copy(update={"key": None})
        self._encoder_of = encoder_of
        self._idle = idle
        self._jobs = Jobs(settings.home)
        self._changed = threading.Condition()
        self._orders: deque[tuple[Claim, Order]] = deque()
        self._stopping = threading.Event()
        self._watching = False
        self._child: _Child | None = None
        self._threads: dict[str, threading.Thread] = {}
        self._followed: str | None = None  # the job that the last change of the texts led to

    def request(self, reason: Reason, *, queue: bool = False, full: bool = False) -> Job:
        """Starts a build, `full` from nothing, and returns its job.

        While another is under way, in whichever process: with `queue`, a job that waits for its
        end, one for all who ask; without, raises JobUnderWay. Raises BuilderUnavailable once
        stopped, and UnusableHome.
        """
        with self._changed:
            if self._stopping.is_set():
                raise BuilderUnavailable("le service s'arrête ; relancez-le, puis la construction")
            claim = self._jobs.enqueue(reason) if queue else self._jobs.start(reason)
            if isinstance(claim, Job):
                return claim
            self._orders.append((claim, Order(claim.job.id, full, patient=queue)))
            self._start("feed", self._feed)
            self._changed.notify_all()
            return claim.job

    def start_watching(self) -> None:
        """Builds after each change of the texts, in one process of those that serve this home."""
        with self._changed:
            self._start("watch", self._watch)

    def stop(self) -> None:
        """Cancels what is building and ends the process; the index served stays as it is."""
        with self._changed:
            self._stopping.set()
            for claim, _ in self._orders:
                # One that cannot be told of its end ends with the process that builds.
                with suppress(SourcierError, OSError):
                    self._jobs.cancel(claim.job.id)
            self._changed.notify_all()
        deadline = time.monotonic() + GRACE
        for thread in self._threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        # Read once: the thread that feeds the child may let go of it meanwhile.
        child = self._child
        if child is not None:
            child.process.kill()
        for thread in self._threads.values():
            thread.join()

    def _start(self, name: str, target: Callable[[], None]) -> None:
        if name not in self._threads:
            self._threads[name] = threading.Thread(target=target, name=f"sourcier-{name}", daemon=True)
            self._threads[name].start()

    def _feed(self) -> None:
        """Hands the orders to the child, one after another, until stopped."""
        # The child inherits it: Ctrl-C reaches every process of a terminal, and ours decides for it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        while (first := self._next()) is not None:
            claim, order = first
            try:
                self._build(order)
            except Exception:  # noqa: BLE001 — its job, let go of, reads as failed; the next one is fed
                _log.exception("la construction %s n'a pas pu être suivie", order.job)
            finally:
                with self._changed:
                    self._orders.popleft()
                claim.release()
        self._dismiss()

    def _next(self) -> tuple[Claim, Order] | None:
        """The next order, waited for; it stays in the queue. None once stopped, and none is left."""
        with self._changed:
            while not self._orders:
                if self._stopping.is_set():
                    return None
                if not self._changed.wait(None if self._watching else self._idle):
                    self._dismiss()
            return self._orders[0]

    def _build(self, order: Order) -> None:
        """Has the child do it, and records its death should it die."""
        recorder = Recorder(self._jobs, order.job)
        try:
            with recorder.outcome():
                recorder.check()  # it may have been cancelled while it waited
                child = self._child
                if child is None or not _takes(child, order):  # it may have died while idle
                    self._dismiss()
                    child = self._child = self._spawn()
                    _takes(child, order)
        except (BuildCancelled, OSError):
            return
        try:
            child.connection.recv()
        except (EOFError, OSError):
            exit_code = self._dismiss()
            recorder = Recorder(self._jobs, order.job)  # as the child left it
            if not recorder.job.finished:
                recorder.die(exit_code)

    def _spawn(self) -> _Child:
        # A fork would inherit the sockets that the service listens on, and its locks.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=work, args=(theirs, self._settings, self._encoder_of), name="sourcier-build", daemon=True
        )
        process.start()
        theirs.close()  # else its death would not close the pipe
        return _Child(process, ours)

    def _dismiss(self) -> int | None:
        """Ends the child, if there is one; its exit code."""
        child, self._child = self._child, None
        if child is None:
            return None
        child.connection.close()  # which ends it
        child.process.join(GRACE)
        child.process.kill()
        child.process.join()
        return child.process.exitcode

    def _watch(self) -> None:
        from qa.watching import watch

        told = ""
        lock = FileLock(self._settings.home / ".watch.lock", thread_local=False, fallback_to_soft=False)
        while not self._stopping.is_set():
            try:
                self._settings.home.mkdir(parents=True, exist_ok=True)
                with lock.acquire(blocking=False):
                    self._watching = True
                    self._follow()  # what changed while nobody watched; then the model is loaded
                    watch(self._settings, self._follow, self._stopping, has_failed=self._has_failed)
            except Timeout:
                pass  # another process watches; this one takes over when it ends
            except (SourcierError, OSError) as error:
                reason = said(error)
                if reason != told:  # tried again every second, perhaps for a night
                    _log.error("le dossier des textes n'est pas suivi : %s", reason)
                told = reason
            self._stopping.wait(_RETRY)

    def _follow(self) -> None:
        with suppress(BuilderUnavailable):  # stopping: the next start looks at what changed
            self._followed = self.request("watch", queue=True).id

    def _has_failed(self) -> bool:
        """Whether the build of the last change failed, or nobody can tell what became of it."""
        try:
            return self._followed is not None and self._jobs.get(self._followed).state is State.FAILED
        except UnknownJob:
            return True


def _takes(child: _Child, order: Order) -> bool:
    """Whether the child lives and begins with the order."""
    try:
        child.connection.send(order)
        child.connection.recv()
    except (EOFError, OSError):
        return False
    return True
