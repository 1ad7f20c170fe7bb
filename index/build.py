"""The pipeline: a folder of texts becomes a committed generation, from the one before where it can.

Surveys, reads, cuts, encodes, writes, commits. Answers nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus.changes import Changes, compare
from corpus.documents import Unread
from corpus.errors import said
from corpus.reading.survey import Survey, glance
from index import generation
from index.drafting import Plan, draft_index, plan
from index.embedding import Encoder
from index.encoding import encode
from index.errors import DamagedIndex, NothingIndexed
from index.files import STORE
from index.lock import building
from index.previous import Previous, open_previous
from index.store import Store
from index.texts import Gathered, Progress, gather


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

    `encoded` and `reused` count passages, `truncated` those longer than the model reads; `seconds`
    is by stage.
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


def pending(texts: Path, home: Path) -> Changes:
    """What a build would find changed, as far as sizes and dates tell.

    Raises MissingTexts, NoIndex, DamagedIndex or IncompatibleIndex.
    """
    before = generation.opened(home, _surveyed)
    hashes = {source: file.sha256 for source, file in before.files.items()}
    return compare(hashes, glance(texts, before))


def _surveyed(folder: Path) -> Survey:
    generation.read_manifest(folder)
    try:
        with closing(Store(folder / STORE)) as store:
            return store.survey()
    except OSError as error:
        raise DamagedIndex(
            f"{folder.name} ne s'ouvre pas ({said(error)}) ; lancez : sourcier build"
        ) from None


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
        try:
            starts, settle = self._encoder.token_starts, self._options.settle
            gathered = gather(self._texts, previous, starts, self._progress, settle, self._lap)
            planned = plan(gathered, previous)
            if not planned.layout.rows:
                raise NothingIndexed(_nothing(self._texts, gathered))
            if previous is not None and self._is_served(gathered, previous):
                counts = previous.manifest.counts
                return self._report(planned, previous.manifest.generation, None, counts["truncated"])
            if self._options.dry_run:
                return self._report(planned, previous.manifest.generation if previous else "", None, 0)
            return self._commit(planned, previous)
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

    def _commit(self, planned: Plan, previous: Previous | None) -> BuildReport:
        draft = generation.new_draft(self._home)
        try:
            self._progress("encodage", 0, len(planned.wanted))
            encoded = encode(planned.wanted, self._encoder, partial(self._progress, "encodage"))
            self._lap("encodage")
            step = partial(self._progress, "index")
            drafted = draft_index(draft, planned, previous, self._encoder, encoded, step)
            self._lap("index")
            manifest = generation.prepare(
                draft,
                model=self._encoder.name,
                fingerprint=self._encoder.fingerprint,
                dimension=self._encoder.dimension,
                counts=drafted.counts,
                level=drafted.level,
                texts=self._texts,
            )
        finally:
            generation.discard(draft)
        truncated = drafted.counts["truncated"]
        name, served = manifest.generation, generation.served_name(self._home)
        if not self._published(name):
            return self._report(planned, served or "", name, truncated)
        return self._report(planned, name, None, truncated)

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

    def _report(self, planned: Plan, served: str, held: str | None, truncated: int) -> BuildReport:
        gathered, layout = planned.gathered, planned.layout
        return BuildReport(
            generation=served,
            held=held,
            documents=len(gathered.kept) + len(gathered.fresh),
            passages=layout.rows,
            truncated=truncated,
            unread=gathered.unread,
            changes=gathered.changes,
            encoded=len(planned.wanted),
            reused=layout.rows - len(planned.wanted),
            seconds=dict(self._seconds),
        )

    def _lap(self, stage: str) -> None:
        elapsed = time.perf_counter() - self._started
        self._seconds[stage] = elapsed - sum(self._seconds.values())


def _nothing(texts: Path, gathered: Gathered) -> str:
    if not gathered.unread:
        return f"le dossier {texts} ne contient aucun texte ; déposez-y des .txt, .md, .html, .pdf ou .docx"
    named = " ; ".join(f"{u.source} ({u.reason})" for u in gathered.unread[:5])
    return f"aucun texte lisible dans {texts} : {named}"
