"""Writes every file of a new generation: window by window what was kept taken over and what is fresh
encoded and added, then what follows from all of it. Does not commit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import disk
from index.array_writing import ArraysWriter, Written
from index.arrays import Encodings
from index.calibration import Match, as_record, unanswerable_level
from index.default_model import MODEL_NAME
from index.duplicates import Groups, grouped
from index.embedding import Encoder
from index.encoding import Contents, contents, encode
from index.files import DUPLICATES, LEXICON, PROBES, STORE, WORDING
from index.layout import Layout
from index.lexicon import NO_WORDING, update_lexicon
from index.previous import Previous, Wordings, recipe
from index.probes import Probes
from index.ragged import Origins
from index.retrieval import Retriever
from index.store import Store
from index.store_writing import StoreWriter
from index.texts import Gathered
from index.vectors import Measured
from index.windows import Stretch, Window

# done, total
Progress = Callable[[int, int], None]
# Rows taken over at once, 25 MB: between two a build can be stopped.
_BLOCK = 1024
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the manifest says of the generation's content."""

    counts: dict[str, int]
    level: dict[str, float]
    vectors: Measured


class Planner:
    """Which fresh passages the model reads: each content once, and none that the index before has."""

    def __init__(self, gathered: Gathered, previous: Previous | None) -> None:
        has_fresh = len(gathered.fresh) > 0
        self._contents = Contents(previous.contents() if previous and has_fresh else contents([]))
        self.rows = self.encoded = self.documents = 0

    def plan(self, window: Window) -> tuple[Origins, list[int]]:
        """Whence each fresh passage of the window has its encodings, and which are to be encoded."""
        rows, digests = [np.zeros(0, np.int64)], [contents([])]
        for stretch in window.stretches:
            self.documents += len(stretch.kept) + len(stretch.fresh)
            self.rows += sum(document.passages for document in stretch.kept)
            rows.append(np.arange(self.rows, self.rows + len(stretch.titled)))
            digests.append(stretch.analyses.contents)
            self.rows += len(stretch.titled)
        origins, wanted = self._contents.find(np.concatenate(digests), np.concatenate(rows))
        self.encoded += len(wanted)
        return origins, wanted


class Draft:
    """The files of a new generation in the making, in `folder`; close it. Raises OSError."""

    def __init__(self, folder: Path, gathered: Gathered, previous: Previous | None, encoder: Encoder) -> None:
        self.planner = Planner(gathered, previous)
        self._folder, self._gathered = folder, gathered
        self._previous, self._encoder = previous, encoder
        self._layout = Layout()
        self._fresh: list[str] = []
        interaction = encoder.interaction
        with ExitStack() as opened:
            self._store = opened.enter_context(closing(StoreWriter(folder / STORE)))
            self._arrays = opened.enter_context(
                closing(
                    ArraysWriter(
                        folder,
                        encoder.dimension,
                        None if interaction is None else interaction.bytes_per_token,
                        previous.arrays() if previous else None,
                    )
                )
            )
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Lets go of the files."""
        self._opened.close()

    def add(self, window: Window, progress: Progress) -> None:
        """Encodes what is new in a window, and writes its rows.

        `progress` is told how many passages are encoded, and how many will be if all texts give as
        many, for their length, as those that were cut.
        """
        before = self.planner.encoded
        origins, wanted = self.planner.plan(window)
        total = round(self.planner.encoded / window.behind)
        progress(before, total)
        titled = window.titled
        encoded = encode(
            [titled[i] for i in wanted], self._encoder, lambda done, _: progress(before + done, total)
        )
        begin = 0
        for stretch in window.stretches:
            end = begin + len(stretch.titled)
            self._write(
                stretch, encoded, origins.taken(begin, end), lambda: progress(self.planner.encoded, total)
            )
            begin = end

    def _write(
        self, stretch: Stretch, encoded: Encodings, origins: Origins, listen: Callable[[], None]
    ) -> None:
        for document in stretch.kept:
            self._layout.keep(document)
        for first, last in _runs(stretch):
            self._arrays.keep(first, last)
            listen()
        for fresh in stretch.fresh:
            source, passages = fresh.cut.document.id, fresh.cut.passages
            self._store.add(fresh.cut, fresh.defined, self._layout.add(source, len(passages)))
            self._fresh.append(source)
        if stretch.titled:
            self._arrays.add(stretch.analyses, encoded, origins)

    def finish(self, step: Progress) -> Drafted:
        """Writes what follows from all rows, and completes every file."""
        step(0, _STEPS)
        written = self._arrays.finish(lambda: step(0, _STEPS))
        groups = grouped(written.analyses.likenesses)
        disk.save_array(self._folder / DUPLICATES, groups)
        step(1, _STEPS)
        gathered, previous = self._gathered, self._previous
        self._store.finish(
            self._layout.kept,
            previous.folder / STORE if previous else None,
            unread=gathered.unread,
            files=gathered.files,
            facts={
                "recipe": recipe(),
                "recurring": json.dumps(sorted(gathered.recurring), ensure_ascii=False),
                "begun_ns": str(gathered.begun_ns),
            },
        )
        self.close()
        step(2, _STEPS)
        with closing(Store(self._folder / STORE)) as store:
            self._write_lexicon(store)
            step(3, _STEPS)
            level = self._level(written, groups, store, lambda: step(3, _STEPS))
            counts = {
                "documents": self._layout.document_count,
                "passages": self._layout.rows,
                "sentences": len(written.encodings.sentences.values),
                "meanings": len(store.glossary()),
                "set_aside": store.set_aside_count(),
                "unread": len(gathered.unread),
                "truncated": int(written.encodings.truncated.sum()),
            }
        step(4, _STEPS)
        return Drafted(counts, as_record(level), written.searchable.vectors.measured)

    def _level(
        self, written: Written, groups: NDArray[np.int32], store: Store, listen: Callable[[], None]
    ) -> Match:
        searchable = written.searchable
        retriever = Retriever(
            searchable.vectors,
            searchable.words,
            searchable.phrases,
            Groups(groups),
            written.encodings.tokens,
        )
        known = self._previous.probes() if self._previous else {}
        probes = Probes(self._encoder, known, listen)
        level = unanswerable_level(
            retriever,
            probes,
            written.analyses.contents,
            self._layout.documents,
            lambda some: [(stored.title, stored.passage) for stored in store.passages(some)],
            usual=self._encoder.fingerprint.startswith(MODEL_NAME),
        )
        disk.write_bytes(self._folder / PROBES, probes.to_bytes())
        return level

    def _write_lexicon(self, store: Store) -> None:
        gone: list[str] = []
        before, previous = NO_WORDING, self._previous
        if previous is not None and previous.same_recipe:
            before = previous.wording()
            kept = {document.id for document, _ in self._layout.kept}
            gone = [d.id for d in previous.store.document_rows() if d.id not in kept]
        wording, lexicon = update_lexicon(
            before,
            Wordings(previous.store, gone) if previous and gone else (),
            Wordings(store, self._fresh),
            lambda: Wordings(store),
        )
        disk.write_bytes(self._folder / LEXICON, lexicon.to_bytes())
        disk.write_bytes(self._folder / WORDING, wording.to_bytes())


def _runs(stretch: Stretch) -> Iterator[tuple[int, int]]:
    """The rows of the index before that a stretch keeps, some at a time: kept documents need not have
    followed one another there.
    """
    rows = np.concatenate(
        [np.arange(d.first_row, d.first_row + d.passages) for d in stretch.kept] or [np.zeros(0, np.int64)]
    )
    turns = np.flatnonzero(np.diff(rows) != 1) + 1
    for first, last in zip([0, *turns.tolist()], [*turns.tolist(), len(rows)], strict=True):
        for begin in range(first, last, _BLOCK):
            yield int(rows[begin]), int(rows[min(begin + _BLOCK, last) - 1]) + 1
