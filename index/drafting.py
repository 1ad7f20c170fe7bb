"""Writes every file of a new generation: what was kept taken over, what is fresh encoded and added.

Does not commit.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import disk
from index.arrays import Analyses, Encodings, write_arrays
from index.calibration import Titled, as_record, read_text, unanswerable_level
from index.default_model import MODEL_NAME
from index.duplicates import Groups, grouped, likenesses
from index.embedding import Encoder
from index.encoding import contents, sources_of
from index.files import DUPLICATES, LEXICON, PROBES, STORE, WORDING
from index.french import phrases, terms
from index.layout import Layout, lay_out
from index.lexicon import NO_WORDING, update_lexicon
from index.previous import Previous, recipe, wordings
from index.probes import Probes
from index.ragged import Origin
from index.retrieval import Retriever
from index.store import Store
from index.store_writing import write_store
from index.texts import Gathered
from index.words import count_terms

# done, total
Progress = Callable[[int, int], None]
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """What the new generation is made of. `encodings` says, for each row, whose encodings it has: a
    row before, or ~i for the i-th of `wanted`, the fresh passages that are to be encoded; `contents`
    are the digests of all fresh ones.
    """

    gathered: Gathered
    layout: Layout
    fresh: tuple[Titled, ...]
    wanted: tuple[Titled, ...]
    contents: NDArray[np.uint8]
    encodings: Origin


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the manifest says of the generation's content."""

    counts: dict[str, int]
    level: dict[str, float]


def plan(gathered: Gathered, previous: Previous | None) -> Plan:
    """Where each passage goes, and which ones the model has not read yet."""
    layout = lay_out(gathered.kept, gathered.fresh)
    fresh = tuple((cut.document.title, p) for cut in gathered.fresh for p in cut.passages)
    before = previous.contents() if previous and fresh else contents([])
    digests = contents(fresh)
    places, wanted = sources_of(before, digests)
    encodings = layout.origin.copy()
    encodings[encodings < 0] = places[~encodings[encodings < 0]]
    return Plan(gathered, layout, fresh, tuple(fresh[i] for i in wanted), digests, encodings)


def draft_index(
    draft: Path,
    planned: Plan,
    previous: Previous | None,
    encoder: Encoder,
    encoded: Encodings,
    step: Progress,
) -> Drafted:
    """Writes the files of the generation into `draft`; `encoded` are the encodings of what was wanted."""
    step(0, _STEPS)
    layout, gathered = planned.layout, planned.gathered
    analyses = _analysed(planned.fresh, planned.contents)
    # Without an index before, every row is a new one.
    encodings, rows = previous.arrays() if previous else (encoded, analyses)
    encodings = encodings.merged(encoded, planned.encodings)
    rows = rows.merged(analyses, layout.origin)
    searchable = write_arrays(draft, encodings, rows)
    groups = grouped(rows.likenesses)
    disk.save_array(draft / DUPLICATES, groups)
    step(1, _STEPS)
    write_store(
        draft / STORE,
        layout,
        previous.folder / STORE if previous else None,
        unread=gathered.unread,
        files=gathered.files,
        facts={
            "recipe": recipe(),
            "recurring": json.dumps(sorted(gathered.recurring), ensure_ascii=False),
            "begun_ns": str(gathered.begun_ns),
        },
    )
    step(2, _STEPS)
    with closing(Store(draft / STORE)) as store:
        _write_lexicon(draft, planned, previous, store)
        step(3, _STEPS)
        retriever = Retriever(
            searchable.vectors,
            searchable.words,
            searchable.phrases,
            Groups(groups),
            encodings.tokens,
        )
        known = previous.probes() if previous else {}
        probes = Probes(encoder, known, lambda: step(3, _STEPS))
        level = unanswerable_level(
            retriever,
            probes,
            rows.contents,
            layout.documents,
            lambda some: [(stored.title, stored.passage) for stored in store.passages(some)],
            usual=encoder.fingerprint.startswith(MODEL_NAME),
        )
        disk.write_bytes(draft / PROBES, probes.to_bytes())
        counts = {
            "documents": len(layout.kept) + len(layout.fresh),
            "passages": layout.rows,
            "sentences": len(encodings.sentences.values),
            "meanings": len(store.glossary()),
            "set_aside": store.set_aside_count(),
            "unread": len(gathered.unread),
            "truncated": int(encodings.truncated.sum()),
        }
    step(4, _STEPS)
    return Drafted(counts, as_record(level))


def _analysed(titled: Sequence[Titled], digests: NDArray[np.uint8]) -> Analyses:
    # Headings count as much as the text: bench/RESULTS.md, "Word index".
    found = [terms(read_text(title, p)) for title, p in titled]
    return Analyses(
        digests,
        likenesses([p.text for _, p in titled]),
        count_terms([Counter(each) for each in found]),
        count_terms([Counter(phrases(each)) for each in found]),
    )


def _write_lexicon(draft: Path, planned: Plan, previous: Previous | None, store: Store) -> None:
    kept = {document.id for document, _ in planned.layout.kept}
    gone: Sequence[str] = ()
    before = NO_WORDING
    if previous is not None and previous.same_recipe:
        before = previous.wording()
        removed = [d.id for d in previous.store.document_rows() if d.id not in kept]
        gone = wordings(previous.store.texts_of(removed))
    come = wordings((cut.document.title, cut.passages) for cut in planned.gathered.fresh)
    wording, lexicon = update_lexicon(before, gone, come, lambda: _all_wordings(store))
    disk.write_bytes(draft / LEXICON, lexicon.to_bytes())
    disk.write_bytes(draft / WORDING, wording.to_bytes())


def _all_wordings(store: Store) -> Iterator[str]:
    for document in store.document_rows():
        yield from wordings(store.texts_of([document.id]))
