"""What must hold of an index, each fault named in French. Pure: reads no file, encodes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.documents import CutDocument, Span, uncovered
from corpus.glossary import Meaning
from index import files
from index.arrays import Analyses, Encodings
from index.embedding import Vectors
from index.ragged import Ragged

# Encoded in another batch, a passage has the same vector but for the rounding of float32: on the
# demonstration texts the lowest cosine was 0.9999999. Another model or another text is far below.
SAME_VECTOR = 0.999
# How far a unit vector's norm may be from 1. There, at most 1.2e-7 in float32 (passages) and 4.8e-5
# in float16 (sentences): `sourcier verify --sample 1000`.
ROUNDING, COARSE_ROUNDING = 1e-5, 1e-3
# Rows read at once of an array that stays on disk: 50 MB of 384 float16.
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Rows:
    """What the store says of each passage, in the order of rows: how many sentences it has, and a
    digest of all that is read of it, shape (passages, DIGEST).
    """

    sentences: Sequence[int]
    contents: NDArray[np.uint8]


def document_problems(cut: CutDocument) -> Iterator[str]:
    """Offsets that lie: passages that are no slices, sentences outside of theirs, characters lost."""
    document = cut.document
    whole = Span(0, len(document.text))
    told = (
        (
            "passages d'un autre texte",
            [Span(p.start, p.end) for p in cut.passages if p.document_id != document.id],
        ),
        (
            "passages qui ne sont pas la tranche de leur texte",
            [Span(p.start, p.end) for p in cut.passages if document.text[p.start : p.end] != p.text],
        ),
        (
            "phrases hors de leur passage",
            [s for p in cut.passages for s in p.sentences if not _inside(s, Span(p.start, p.end))],
        ),
        (
            "mises de côté hors du texte",
            [s for s in (Span(a.start, a.end) for a in cut.set_aside) if not _inside(s, whole)],
        ),
        ("morceaux qui ne sont ni dans un passage ni mis de côté", uncovered(cut)),
    )
    for what, spans in told:
        if spans:
            yield f"{document.id} : {what} : {len(spans)}, d'abord {spans[0].start}–{spans[0].end}"


def glossary_problems(glossary: Sequence[Meaning], lengths: Mapping[str, int]) -> Iterator[str]:
    """Definitions that stand nowhere; `lengths` is the number of characters of each document."""
    for meaning in glossary:
        for d in meaning.definitions:
            whole = Span(0, lengths.get(d.document_id, 0))
            if not (
                _inside(Span(d.start, d.end), whole)
                and _inside(Span(d.sentence_start, d.sentence_end), whole)
            ):
                yield f"glossaire, {meaning.acronym} : {d.document_id} {d.start}–{d.end} n'existe pas"


def count_problems(stated: Mapping[str, int], found: Mapping[str, int]) -> Iterator[str]:
    """Counts of the manifest that are not those of what is there."""
    for name, count in found.items():
        if stated.get(name) != count:
            yield f"manifeste : {name} : {stated.get(name)}, mais {count} dans {files.STORE}"


def norm_problems(encodings: Encodings, dimension: int) -> Iterator[str]:
    """Vectors that are not finite or not of norm 1. A sentence that the model did not reach is zero."""
    for name, vectors, rounding, may_be_zero in (
        (files.VECTORS, encodings.vectors, ROUNDING, False),
        (files.SENTENCES, encodings.sentences.values, COARSE_ROUNDING, True),
    ):
        if vectors.shape[1:] != (dimension,):
            yield f"{name} : tableau {vectors.shape}, mais les vecteurs du modèle sont de {dimension}"
            continue
        wrong = 0
        for start in range(0, len(vectors), _CHUNK):
            norms = np.linalg.norm(vectors[start : start + _CHUNK].astype(np.float32), axis=1)
            unit = np.abs(norms - 1) <= rounding  # false for what is not a number
            wrong += int((~(unit | (may_be_zero & (norms == 0)))).sum())
        if wrong:
            yield f"{name} : vecteurs qui ne sont pas de norme 1 : {wrong}"


def row_problems(rows: Rows, encodings: Encodings, analyses: Analyses, groups: int) -> Iterator[str]:
    """Files that do not speak of the same passages. `groups`: the rows of the file of duplicates."""
    passages = len(rows.sentences)
    found = {
        files.VECTORS: len(encodings.vectors),
        files.SENTENCE_STARTS: len(encodings.sentences),
        files.WORDS.count_starts: len(analyses.terms.rows),
        files.PHRASES.count_starts: len(analyses.phrases.rows),
        files.PASSAGES: len(analyses.contents),
        files.DUPLICATES: groups,
    }
    if encodings.tokens is not None:
        found[files.TOKEN_STARTS] = len(encodings.tokens)
    for name, count in found.items():
        if count != passages:
            yield f"{name} : {count} lignes, mais {passages} passages dans {files.STORE}"
    yield from _ragged_problems(files.SENTENCES, encodings.sentences)
    yield from _ragged_problems(files.WORDS.counts, analyses.terms.rows)
    yield from _ragged_problems(files.PHRASES.counts, analyses.phrases.rows)
    if encodings.tokens is not None:
        yield from _ragged_problems(files.TOKENS, encodings.tokens)
    if len(encodings.sentences) == passages:
        differing = np.diff(encodings.sentences.starts) != np.array(rows.sentences, np.int64)
        yield from _differing(files.SENTENCE_STARTS, "au nombre de phrases autre", differing)
    if len(analyses.contents) == passages:
        differing = (analyses.contents != rows.contents).any(axis=1)
        yield from _differing(files.PASSAGES, "au contenu autre", differing)


def posting_problems(
    names: files.WordFiles,
    terms: NDArray[np.uint64],
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    counted: int,
    passages: int,
) -> Iterator[str]:
    """Postings that cannot be those of `counted` counts of terms in so many passages: see `WordIndex`.

    The arrays may stay on disk: they are read in parts.
    """
    if len(starts) != len(terms) + 1:
        yield f"{names.starts} : {len(starts)} débuts, mais {len(terms)} termes dans {names.terms}"
    if not len(starts) or starts[:1][0] != 0 or starts[-1:][0] != len(rows):
        yield f"{names.rows} : ses lignes ne se suivent pas de 0 à {len(rows)}"
    if len(rows) != counted:
        yield f"{names.rows} : {len(rows)} lignes, mais {counted} dans {names.counts}"
    for name, rising in ((names.terms, terms), (names.starts, starts)):
        # One more than a part, so that its last is compared with the first of the next.
        parts = (rising[start : start + _CHUNK + 1] for start in range(0, len(rising), _CHUNK))
        if any((part[1:] <= part[:-1]).any() for part in parts):
            yield f"{name} : n'est pas en ordre croissant"
    outside = 0
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        outside += int(((part < 0) | (part >= passages)).sum())
    if outside:
        yield f"{names.rows} : lignes qui ne sont celles d'aucun passage : {outside}"


def sample_problems(stored: Vectors, encoded: Vectors, rows: Sequence[int]) -> Iterator[str]:
    """Rows whose stored vector is not the one that they are given when encoded again."""
    cosines = (stored[list(rows)] * encoded).sum(axis=1)
    for row, cosine in zip(rows, cosines.tolist(), strict=True):
        if not cosine >= SAME_VECTOR:
            yield f"{files.VECTORS} : le passage {row} s'encode autrement (cosinus {cosine:.4f})"


def _differing(name: str, how: str, differing: NDArray[np.bool_]) -> Iterator[str]:
    if differing.any():
        yield f"{name} : passages {how} : {differing.sum()}, d'abord la ligne {differing.argmax()}"


def _ragged_problems(name: str, rows: Ragged) -> Iterator[str]:
    starts = rows.starts
    if not len(starts) or starts[0] != 0 or starts[-1] != len(rows.values) or (np.diff(starts) < 0).any():
        yield f"{name} : ses lignes ne se suivent pas de 0 à {len(rows.values)}"


def _inside(span: Span, outer: Span) -> bool:
    return outer.start <= span.start <= span.end <= outer.end
