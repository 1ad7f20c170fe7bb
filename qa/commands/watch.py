"""`sourcier watch`: indexes the folder of texts again whenever it changes, until told to stop."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from corpus.errors import SourcierError, said
from index.errors import BuildCancelled, BuildUnderWay
from qa.commands.options import Home, Texts
from qa.config import Settings, load_settings, texts_of
from qa.french import decimal
from qa.terminal import err, named_changes, out, progress

if TYPE_CHECKING:
    from index.build import BuildReport
    from index.embedding import Encoder
    from index.progress import Progress as ShowProgress
    from qa.building import Recorder

_RETRY = 1.0  # seconds between two tries while another process builds
# A line of a terminal holds about so many names of each kind; `--json` gives all.
_SHOWN_NAMES = 3


def add_watch(app: typer.Typer, encoder_of: Callable[[Settings], Encoder]) -> None:
    """Adds the command to `app`; `encoder_of` loads the model of the settings."""

    @app.command()
    def watch(
        texts: Texts = None,
        home: Home = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="Une ligne de JSON par construction, pour un programme.")
        ] = False,
    ) -> None:
        """Suit le dossier de textes et le réindexe dès qu'il change, jusqu'à Ctrl-C."""
        from corpus.reading.folder import list_files
        from qa.watching import watch as watch_folder

        settings = load_settings(texts=texts, home=home)
        followed = texts_of(settings)
        list_files(followed)  # a missing folder is told at once, before the model is loaded
        with _until_signalled() as stop:
            encoder = encoder_of(settings)
            encoder.encode_question("échauffement")  # loaded now: the first change does not wait for it
            builds = _Builds(settings, encoder, stop, as_json)
            err.print(f"{escape(str(followed))} est suivi ; Ctrl-C pour arrêter")
            watch_folder(settings, builds.catch_up, stop)


class _Builds:
    """The builds of one `sourcier watch`, with one model; each is told in a line."""

    def __init__(self, settings: Settings, encoder: Encoder, stop: threading.Event, as_json: bool) -> None:
        self._settings = settings
        self._encoder = encoder
        self._stop = stop
        self._as_json = as_json

    def catch_up(self) -> None:
        """Builds, after any other process that does; an error is told, and is not the end."""
        is_told = False
        while not self._stop.is_set():
            try:
                self._build()
            except BuildUnderWay:
                if not is_told:
                    err.print("une autre construction est en cours ; celle-ci attend sa fin")
                is_told = True
                self._stop.wait(_RETRY)
                continue
            except BuildCancelled as error:
                if not self._stop.is_set():  # by somebody else, over HTTP
                    self._tell_error(str(error))
            except SourcierError as error:
                self._tell_error(str(error))
            except OSError as error:
                place = error.filename or "le disque"
                self._tell_error(
                    f"{place} : {said(error)} ; vérifiez la place et les droits, puis enregistrez"
                )
            return

    def _build(self) -> None:
        from index.generation import served_name
        from qa.building import own_job, run_build

        before = served_name(self._settings.home)
        with own_job(self._settings, "watch") as job, _bars() as show:

            def show_unless_stopped(stage: str, done: int, total: int) -> None:
                if self._stop.is_set():
                    raise BuildCancelled("la construction est annulée ; l'ancien index reste servi")
                show(stage, done, total)

            report = run_build(self._settings, self._encoder, job, show=show_unless_stopped)
        if report.held or report.generation != before:
            self._tell(report, job)

    def _tell(self, report: BuildReport, job: Recorder) -> None:
        if self._as_json:
            print(json.dumps(job.job.report, ensure_ascii=False), flush=True)
        else:
            out.print(f"[dim]{time.strftime('%H:%M:%S')}[/]  {escape(told(report))}")

    def _tell_error(self, sentence: str) -> None:
        if self._as_json:
            print(json.dumps({"error": sentence}, ensure_ascii=False), flush=True)
        else:
            err.print(f"[bold red]sourcier :[/] {escape(sentence)}")


def told(report: BuildReport) -> str:
    """What a build did, on one line: "ajouté : a.txt ; retirés : b.txt, c.md ; 0,8 s (g-…)"."""
    kinds = named_changes(report.changes)
    if report.changes.failed:
        kinds.append(("illisible", report.changes.failed))
    parts = [_named(kind, names) for kind, names in kinds]
    if report.held:
        parts.append(f"{report.held} est retenue par l'épreuve, {report.generation} reste servie")
    seconds = decimal(sum(report.seconds.values()))
    return " ; ".join([*parts, f"{seconds} s ({report.generation})"])


def _named(kind: str, names: tuple[str, ...]) -> str:
    more = len(names) - _SHOWN_NAMES
    rest = "" if more <= 0 else " et une autre" if more == 1 else f" et {more} autres"
    return f"{kind}{'s' if len(names) > 1 else ''} : {', '.join(names[:_SHOWN_NAMES])}{rest}"


def _bars() -> AbstractContextManager[ShowProgress]:
    """Progress bars, which in a journal would leave an empty line a build."""
    return progress() if err.is_terminal else nullcontext(lambda *_: None)


@contextmanager
def _until_signalled() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that a build in hand ends at a place of its choice."""
    stop = threading.Event()

    def set_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, set_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
