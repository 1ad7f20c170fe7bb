"""The pipeline: a folder of texts becomes a committed generation, from the one before where it can.

Surveys, reads, cuts, encodes, writes, commits. Answers nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus.changes import Changes
from corpus.documents import Unread
from index import generation
from index.ahead import ahead
from index.drafting import Draft, Planner
from index.embedding import Encoder
from index.errors import DamagedIndex, NothingIndexed
from index.lock import building
from index.previous import Previous, open_previous
from index.progress import ENCODING, Progress
from index.readings import Readings
from index.texts import Gathered, gather
from index.windows import Window, windows


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build. `full`: reuse nothing. `keep`: how many generations. `settle`, in seconds: a file
    saved more recently is waited for, and one that is still being written keeps its old version.
    `dry_run`: say what would be done. `approve` is given the candidate's folder, complete; when it
    answers no, the candidate is kept and not served.
    """

    full: bool = False
    keep: int = 3
    settle: float = 0.0
    dry_run: bool = False
    approve: Callable[[Path], bool] | None = None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `generation` is the one served after it, `held` the one that was not approved.

    `encoded` and `reused` count passages, `truncated` those longer than the model reads; `seconds` is
    what was waited for, by stage: cutting goes on while passages are encoded.
    """

    generation: str
    held: str | None
    documents: int
    passages: int
    truncated: int
    unread: tuple[Unread, ...]
    changes: Changes
    encoded: int
    reused: int
    seconds: dict[str, float]


def build(
    texts: Path,
    home: Path,
    encoder: Encoder,
    progress: Progress = lambda *_: None,
    options: BuildOptions | None = None,
) -> BuildReport:
    """Brings the index of a folder up to date and serves it; where nothing changed, nothing is written.

    `progress` is called at the beginning and the end of each stage, and for the last time before
    CURRENT is replaced: then it is too late to stop. Raises MissingTexts, BuildUnderWay,
    UnusableHome, what `progress` raises, or NothingIndexed when no file could be read: the index
    that was there then stays.
    """
    options = options or BuildOptions()
    if options.dry_run:
        return _Build(texts, home, encoder, progress, options).run()
    with building(home):
        generation.sweep(home)
        return _Build(texts, home, encoder, progress, options).run()


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Documents and passages there are, and how many of these the model reads now."""

    documents: int
    passages: int
    encoded: int


class _Build:
    """One build, its clock running."""

    def __init__(
        self, texts: Path, home: Path, encoder: Encoder, progress: Progress, options: BuildOptions
    ) -> None:
        self._texts, self._home, self._encoder = texts, home, encoder
        self._progress, self._options = progress, options
        self._seconds: dict[str, float] = {}
        self._started = time.perf_counter()

    def run(self) -> BuildReport:
        previous = None if self._options.full else open_previous(self._home, self._encoder)
        # A dry run writes nothing to the home, whose index may not even be there.
        folder = None if self._options.dry_run else self._home / "index"
        try:
            with closing(Readings(folder, generation.DRAFT)) as readings:
                settle = self._options.settle
                gathered = gather(self._texts, previous, readings, self._progress, settle, self._lap)
                if previous is not None and self._is_served(gathered, previous):
                    name, counts = previous.manifest.generation, previous.manifest.counts
                    numbers = _Numbers(counts["documents"], counts["passages"], 0)
                    return self._report(gathered, numbers, name, None, counts["truncated"])
                if self._options.dry_run:
                    return self._planned(gathered, previous)
                return self._commit(gathered, previous)
        finally:
            if previous is not None:
                previous.close()

    def _is_served(self, gathered: Gathered, previous: Previous) -> bool:
        """Whether the index served says all that the texts say now."""
        return (
            not gathered.fresh
            and len(gathered.kept) == previous.manifest.counts["documents"]
            and gathered.unread == tuple(previous.store.unread())
            and str(self._texts.absolute()) == previous.manifest.texts
        )

    def _planned(self, gathered: Gathered, previous: Previous | None) -> BuildReport:
        planner = Planner(gathered, previous)
        with closing(self._windows(gathered)) as found:
            for window in found:
                planner.plan(window)
        numbers = self._numbers(gathered, planner)
        return self._report(gathered, numbers, previous.manifest.generation if previous else "", None, 0)

    def _commit(self, gathered: Gathered, previous: Previous | None) -> BuildReport:
        folder = generation.new_draft(self._home)
        try:
            with (
                closing(Draft(folder, gathered, previous, self._encoder)) as draft,
                # Its thread ends with it: left to the collector, it would go on after an error.
                closing(self._windows(gathered)) as found,
            ):
                for window in found:
                    draft.add(window, partial(self._progress, ENCODING))
                    self._lap(ENCODING)
                numbers = self._numbers(gathered, draft.planner)
                drafted = draft.finish(partial(self._progress, "index"))
                self._lap("index")
            manifest = generation.prepare(
                folder,
                model=self._encoder.name,
                fingerprint=self._encoder.fingerprint,
                dimension=self._encoder.dimension,
                counts=drafted.counts,
                level=drafted.level,
                vectors=drafted.vectors,
                texts=self._texts,
            )
        finally:
            generation.discard(folder)
        truncated = drafted.counts["truncated"]
        name, served = manifest.generation, generation.served_name(self._home)
        if not self._published(name):
            return self._report(gathered, numbers, served or "", name, truncated)
        return self._report(gathered, numbers, name, None, truncated)

    def _windows(self, gathered: Gathered) -> Generator[Window, None, None]:
        """The texts cut, while those before them are encoded."""
        begun, total = 0, len(gathered.fresh)

        def cutting(pulse: Callable[[], None]) -> Iterator[Window]:
            def counted() -> None:
                nonlocal begun
                pulse()
                begun += 1

            return windows(gathered, self._encoder.token_starts, counted)

        self._progress("découpage", 0, total)
        with closing(ahead(cutting, lambda: self._progress("découpage", max(0, begun - 1), total))) as found:
            for window in found:
                self._lap("découpage")
                yield window
        self._progress("découpage", total, total)
        self._lap("découpage")

    def _numbers(self, gathered: Gathered, planner: Planner) -> _Numbers:
        if not planner.rows:
            raise NothingIndexed(_nothing(self._texts, gathered))
        return _Numbers(planner.documents, planner.rows, planner.encoded)

    def _published(self, name: str) -> bool:
        """Serves a generation that is complete, unless it is not approved."""
        candidate = self._home / "index" / name
        try:
            if self._options.approve is not None:
                self._progress("épreuve", 0, 1)
                approved = self._options.approve(candidate)
                self._progress("épreuve", 1, 1)
                self._lap("épreuve")
                if not approved:
                    generation.hold(self._home, name, self._options.keep)
                    return False
            self._progress("écriture", 0, 1)
            generation.publish(self._home, name, self._options.keep)
        except BaseException:
            # Cancelled, or a disk that fails: what was never served leaves no trace. Where that
            # cannot be told, it stays, and the next build sweeps it.
            with suppress(DamagedIndex):
                if not generation.is_served(self._home, name):
                    generation.discard(candidate)
            raise
        self._lap("écriture")
        return True

    def _report(
        self, gathered: Gathered, numbers: _Numbers, served: str, held: str | None, truncated: int
    ) -> BuildReport:
        return BuildReport(
            generation=served,
            held=held,
            documents=numbers.documents,
            passages=numbers.passages,
            truncated=truncated,
            unread=gathered.unread,
            changes=gathered.changes,
            encoded=numbers.encoded,
            reused=numbers.passages - numbers.encoded,
            seconds=dict(self._seconds),
        )

    def _lap(self, stage: str) -> None:
        """The time since the last one belongs to this stage."""
        elapsed = time.perf_counter() - self._started
        self._seconds[stage] = self._seconds.get(stage, 0.0) + elapsed - sum(self._seconds.values())


def _nothing(texts: Path, gathered: Gathered) -> str:
    if not gathered.unread:
        return f"le dossier {texts} ne contient aucun texte ; déposez-y des .txt, .md, .html, .pdf ou .docx"
    named = " ; ".join(f"{u.source} ({u.reason})" for u in gathered.unread[:5])
    return f"aucun texte lisible dans {texts} : {named}"
