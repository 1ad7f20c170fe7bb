"""Whether a generation is what it should be: its files, its texts, its vectors. Repairs nothing.

The hashes of the files tell damage; what sound files hold is then compared, which tells a
faulty build. A damaged file is never parsed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from corpus.documents import CutDocument
from corpus.errors import said
from index import checks, files
from index.arrays import Analyses, Encodings, read_arrays
from index.calibration import Titled
from index.checks import Rows
from index.counting import TermCounts
from index.duplicates import DIGEST
from index.embedding import Encoder, Vectors
from index.encoding import contents, encoder_input
from index.errors import DamagedIndex, IncompatibleIndex
from index.manifest import file_problems, read_manifest
from index.mapped import blocks_of, open_array
from index.store import Store

_ARRAYS = (
    *(files.VECTORS, files.SENTENCES, files.SENTENCE_STARTS, files.TOKENS, files.TOKEN_STARTS),
    *(files.WORDS.counts, files.WORDS.count_starts, files.PHRASES.counts, files.PHRASES.count_starts),
    *(files.PASSAGES, files.DUPLICATES),
)
# SQLite takes at most 32,766 values in a query.
_ROWS = 1_000

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Verification:
    """What was compared, and every fault found, a French sentence each; none for a sound generation.

    `encoded` passages were encoded again. What damaged files hold is not counted.
    """

    generation: str
    files: int
    documents: int
    passages: int
    sentences: int
    encoded: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    """What the store holds: `counts` as in the manifest, and by row the passages to encode again."""

    counts: dict[str, int]
    rows: Rows
    sample: dict[int, Titled]
    problems: tuple[str, ...]


def inspect_generation(folder: Path, encoder: Encoder | None = None, sample: int = 16) -> Verification:
    """Reads a generation's folder through. `sample` passages, evenly spread, are encoded again
    where an encoder is given.

    Raises IncompatibleIndex for another format, or another model than the encoder's.
    """
    try:
        manifest = read_manifest(folder)
    except DamagedIndex as error:
        return Verification(folder.name, 0, 0, 0, 0, 0, (str(error),))
    if encoder is not None and encoder.fingerprint != manifest.fingerprint:
        raise IncompatibleIndex(
            f"{folder.name} a été construite avec le modèle {manifest.model} ({manifest.fingerprint}), "
            f"pas avec {encoder.name} ({encoder.fingerprint}) ; réglez SOURCIER_MODEL, ou : --sample 0"
        )
    damaged = dict(file_problems(folder, manifest))
    problems = list(damaged.values())

    def parsed(names: Collection[str], read: Callable[[], _Read]) -> _Read | None:
        # A large array is read through the digests of its blocks.
        if damaged.keys() & {each for name in names for each in (name, blocks_of(folder / name).name)}:
            return None
        try:
            return read()
        except (OSError, RuntimeError, ValueError, LookupError, sqlite3.Error) as error:
            problems.append(f"{', '.join(names)} : illisible ({type(error).__name__} : {said(error)})")
            return None

    texts = parsed((files.STORE,), lambda: _read_texts(folder, sample))
    arrays = parsed(_ARRAYS, lambda: _read_all_arrays(folder))
    if texts is not None:
        problems += [*texts.problems, *checks.count_problems(manifest.counts, texts.counts)]
    if arrays is not None:
        problems += checks.norm_problems(arrays[0], manifest.dimension)
    encoded = 0
    if texts is not None and arrays is not None:
        encodings, analyses, groups = arrays
        problems += checks.row_problems(texts.rows, encodings, analyses, groups)
        for names, counted in ((files.WORDS, analyses.terms), (files.PHRASES, analyses.phrases)):
            read = partial(_posting_problems, folder, names, counted, texts.counts["passages"])
            problems += parsed((names.terms, names.starts, names.rows), read) or []
        expected = (texts.counts["passages"], manifest.dimension)
        if encoder is not None and encodings.vectors.shape == expected:
            encoded = len(texts.sample)
            again = _encoded(texts.sample, encoder)
            problems += checks.sample_problems(encodings.vectors, again, list(texts.sample))
    counts = {"documents": 0, "passages": 0, "sentences": 0} if texts is None else texts.counts
    return Verification(
        folder.name,
        len(manifest.files),
        counts["documents"],
        counts["passages"],
        counts["sentences"],
        encoded,
        tuple(problems),
    )


def _read_texts(folder: Path, sample: int) -> _Texts:
    problems: list[str] = []
    sentences: list[int] = []
    digests = [np.zeros((0, DIGEST), np.uint8)]
    sampled: dict[int, Titled] = {}
    lengths: dict[str, int] = {}
    set_aside = 0
    with closing(Store(folder / files.STORE)) as store:
        documents = sorted(store.document_rows(), key=lambda d: (d.first_row, d.passages))
        total = sum(d.passages for d in documents)
        # Evenly spread, the same at each run.
        wanted = set(np.linspace(0, total - 1, min(sample, total)).astype(int).tolist())
        for d in documents:
            first = len(sentences)
            if d.first_row != first:
                problems.append(f"{d.id} : commence à la ligne {d.first_row}, attendu à {first}")
            cut = _read_document(store, d.id, range(first, first + d.passages))
            problems += checks.document_problems(cut)
            titled = [(cut.document.title, p) for p in cut.passages]
            sampled |= {row: t for row, t in enumerate(titled, first) if row in wanted}
            digests.append(contents(titled))
            sentences += [len(p.sentences) for p in cut.passages]
            lengths[d.id] = len(cut.document.text)
            set_aside += len(cut.set_aside)
        glossary = store.glossary()
    problems += checks.glossary_problems(glossary, lengths)
    counts = {
        "documents": len(lengths),
        "passages": len(sentences),
        "sentences": sum(sentences),
        "meanings": len(glossary),
        "set_aside": set_aside,
    }
    return _Texts(counts, Rows(sentences, np.concatenate(digests)), sampled, tuple(problems))


def _read_document(store: Store, document_id: str, rows: range) -> CutDocument:
    document = store.document(document_id)
    if document is None:
        raise LookupError(document_id)
    stored = [s for start in rows[::_ROWS] for s in store.passages(rows[start - rows.start :][:_ROWS])]
    return CutDocument(document, tuple(s.passage for s in stored), tuple(store.set_aside_of(document_id)))


def _read_all_arrays(folder: Path) -> tuple[Encodings, Analyses, int]:
    """The arrays, and the rows of the file of duplicates."""
    return *read_arrays(folder), len(open_array(folder / files.DUPLICATES))


def _posting_problems(folder: Path, names: files.WordFiles, counted: TermCounts, passages: int) -> list[str]:
    terms, starts, rows = (open_array(folder / name) for name in (names.terms, names.starts, names.rows))
    return list(checks.posting_problems(names, terms, starts, rows, len(counted.rows.values), passages))


def _encoded(sample: dict[int, Titled], encoder: Encoder) -> Vectors:
    """The passages encoded again, in the order of `sample`; shape (len(sample), dimension)."""
    vectors = np.zeros((len(sample), encoder.dimension), np.float32)
    for i, encoded in encoder.encode_passages([encoder_input(*titled) for titled in sample.values()]):
        vectors[i] = encoded.vector
    return vectors
