"""The life of the process that builds for a service: order after order, until its parent is gone.

Runs nothing in the parent, which is in `builder`.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TYPE_CHECKING

from corpus.errors import SourcierError, said
from index.errors import BuildCancelled, BuildUnderWay
from index.lock import is_building
from qa.building import Recorder, run_build
from qa.config import Settings
from qa.jobs import Jobs

if TYPE_CHECKING:
    from index.embedding import Encoder

EncoderOf = Callable[[Settings], "Encoder"]
# Answering comes first: a build takes what is left of the machine.
NICENESS = 10
# Seconds between two looks at the build of another process.
_POLL = 0.2
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """A job to do, `full` from nothing. `patient`: it waits while another process builds."""

    job: str
    full: bool
    patient: bool


def work(connection: Connection, settings: Settings, encoder_of: EncoderOf) -> None:
    """The life of the process that builds: order after order, the model loaded once."""
    os.nice(NICENESS)
    orders: SimpleQueue[Order] = SimpleQueue()
    threading.Thread(target=_listen, args=(connection, orders), daemon=True).start()
    jobs = Jobs(settings.home)
    encoder: Encoder | None = None
    is_warm = False
    while True:
        order = orders.get()
        connection.send(order.job)  # taken
        recorder = Recorder(jobs, order.job, patient=order.patient)
        try:
            with recorder.outcome():
                encoder = encoder or encoder_of(settings)
            _build_in_turn(settings, encoder, recorder, order)
        except BuildCancelled:
            pass
        except (SourcierError, OSError) as error:
            _log.error("la construction a échoué : %s", said(error))
        # Another error is the end of this process, its trace printed; the next one starts afresh.
        connection.send(order.job)  # done
        # Nobody waits now.
        if settings.watch and encoder is not None and not is_warm:
            _warm(encoder)
            is_warm = True
        # The model and the words of French stay: looking through them for garbage in the middle of
        # each build takes 0.3 s of the 1.2 s that one changed text takes (PIAF).
        gc.collect()
        gc.freeze()


def _warm(encoder: Encoder) -> None:
    """Loads what the first text that is saved would wait for: the model, the words of French."""
    from index.lexicon import build_lexicon

    encoder.encode_question("échauffement")
    build_lexicon([])


def _listen(connection: Connection, orders: SimpleQueue[Order]) -> None:
    """Takes orders while a build goes on; without a parent to give them, there is nothing to live for."""
    try:
        while True:
            orders.put(connection.recv())
    except (EOFError, OSError):
        # At once, whatever is being built: its draft is swept by the next build.
        os._exit(0)


def _build_in_turn(settings: Settings, encoder: Encoder, recorder: Recorder, order: Order) -> None:
    while True:
        with recorder.outcome():
            while order.patient and is_building(settings.home):
                recorder.check()
                time.sleep(_POLL)
        try:
            report = run_build(settings, encoder, recorder, full=order.full)
        except BuildUnderWay:
            if recorder.job.finished:
                raise
        else:
            if report.held:
                _log.warning(
                    "trop de réponses perdent au nouvel index, l'ancien reste servi ; "
                    "comparez-les : sourcier drift %s",
                    report.held,
                )
            return
