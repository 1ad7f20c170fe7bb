"""Where the passages of each document stand in a new index. Pure: moves no passage itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.documents import CutDocument
from index.ragged import Origin
from index.store import DocumentRows


@dataclass(frozen=True, slots=True)
class Layout:
    """Documents in the order of their sources, whatever order they came in, so that an index grown
    by small changes is the one that a build from nothing makes.

    `kept`: documents as they stand in the index before, each with its first row now. `fresh`:
    those that were cut for this build, with theirs. `origin`: for each row now, its row before,
    or ~i for the i-th passage of the fresh ones. `documents`: the number of each row's document.
    """

    kept: tuple[tuple[DocumentRows, int], ...]
    fresh: tuple[tuple[CutDocument, int], ...]
    origin: Origin
    documents: NDArray[np.int32]

    @property
    def rows(self) -> int:
        """How many passages there are."""
        return len(self.origin)


def lay_out(kept: Iterable[DocumentRows], fresh: Iterable[CutDocument]) -> Layout:
    """Gives each passage its row. No source is in both."""
    ordered: list[tuple[str, DocumentRows | CutDocument]] = [(d.id, d) for d in kept]
    ordered += [(cut.document.id, cut) for cut in fresh]
    old: list[tuple[DocumentRows, int]] = []
    new: list[tuple[CutDocument, int]] = []
    spans: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    first = cut_passages = 0
    for _, document in sorted(ordered, key=lambda pair: pair[0]):
        if isinstance(document, DocumentRows):
            old.append((document, first))
            span = np.arange(document.first_row, document.first_row + document.passages)
        else:
            new.append((document, first))
            span = ~np.arange(cut_passages, cut_passages + len(document.passages))
            cut_passages += len(document.passages)
        spans.append(span.astype(np.int64))
        first += len(span)
    counts = [len(span) for span in spans[1:]]
    documents = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return Layout(tuple(old), tuple(new), np.concatenate(spans), documents)
