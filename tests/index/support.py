"""What the tests of `index` share: small indexes of given texts, with late interaction or without, what is
wrong with one, passages of given sentences, and the indexes of given rows, written as a build does."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from unittest import mock

import numpy as np

from corpus.documents import Passage, Span
from index import disk, vectors
from index.array_writing import ArraysWriter, Searchable
from index.arrays import Analyses, Encodings
from index.build import build
from index.counting import TermCounts, count_terms
from index.duplicates import Groups, group
from index.embedded import EmbeddedEngine
from index.embedding import EncoderInput, Vectors
from index.files import VECTORS, WordFiles
from index.french import phrases, terms
from index.manifest import MANIFEST, read_manifest, seal, write_manifest
from index.opening import open_engine
from index.ragged import NOW, Origins, Ragged
from index.retrieval import Asked, Retriever, ask
from index.row_files import RaggedFile
from index.vectors import EXACT_BYTES, Proposer, VectorIndex, index_vectors
from index.verification import inspect_generation
from index.words import WordIndex, build_word_index, index_words
from tests.conftest import FakeEncoder, fake_interaction


def interacting_encoder() -> FakeEncoder:
    """The fake encoder with an interaction, under a fingerprint that says so, as a real one has."""
    interaction = fake_interaction()
    encoder = FakeEncoder(interaction)
    encoder.fingerprint = f"{FakeEncoder.fingerprint}+{interaction.fingerprint}"
    return encoder


def indexed(folder: Path, texts: Mapping[str, str], encoder: FakeEncoder | None = None) -> EmbeddedEngine:
    """Writes the texts to `folder/texts`, indexes them in `folder/home`, and opens that."""
    for source, text in texts.items():
        path = folder / "texts" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    used = encoder or FakeEncoder()
    build(folder / "texts", folder / "home", used)
    return open_engine(folder / "home", used)


def passage_of(*sentences: str, document_id: str = "a.txt", headings: tuple[str, ...] = ()) -> Passage:
    """A passage of these sentences, one after another, in the middle of a document."""
    start, spans = 100, []
    for sentence in sentences:
        spans.append(Span(start, start + len(sentence)))
        start += len(sentence) + 1
    text = " ".join(sentences)
    return Passage(f"{document_id}#1", document_id, 100, 100 + len(text), text, headings, tuple(spans))


def asked_of(question: str, encoder: FakeEncoder) -> Asked:
    """The question as the searchers need it, nothing added to it."""
    return ask(encoder, question)


def retriever_of(texts: Sequence[str], encoder: FakeEncoder, proposer: Proposer | None = None) -> Retriever:
    """A retriever whose row i is the i-th text; with tokens where the encoder has an interaction."""
    encoded = [each for _, each in encoder.encode_passages([EncoderInput("", text, ()) for text in texts])]
    found = [terms(text) for text in texts]
    codes = [each.codes for each in encoded if each.codes is not None]
    tokens = None
    if codes:
        tokens = Ragged(np.concatenate(codes), np.cumsum([0, *map(len, codes)], dtype=np.int64))
    return Retriever(
        VectorIndex(np.array([each.vector for each in encoded]), proposer),
        build_word_index(count_terms([Counter(each) for each in found])),
        build_word_index(count_terms([Counter(phrases(each)) for each in found])),
        Groups(group(texts)),
        tokens,
    )


def write_arrays(folder: Path, encodings: Encodings, analyses: Analyses) -> Searchable:
    """Writes rows that are all known, and returns the indexes of them."""
    tokens = encodings.tokens
    token_bytes = None if tokens is None else tokens.values.shape[1]
    with closing(ArraysWriter(folder, encodings.vectors.shape[1], token_bytes)) as writer:
        rows = np.arange(len(encodings.vectors))
        writer.add(analyses, encodings, Origins(np.full(len(rows), NOW, np.int8), rows))
        return writer.finish().searchable


def write_vectors(folder: Path, rows: Vectors, exact_bytes: int = EXACT_BYTES) -> VectorIndex:
    """Writes unit vectors, and returns the index of them; above `exact_bytes`, one proposes among them."""
    with closing(disk.ArrayFile(folder / VECTORS, rows.shape[1:], np.float32)) as file:
        disk.append(file, rows)
        disk.finish(file)
    with mock.patch.object(vectors, "EXACT_BYTES", exact_bytes):
        return index_vectors(folder)


def write_words(folder: Path, names: WordFiles, counted: TermCounts) -> WordIndex:
    """Writes counts, and returns the index of them."""
    with closing(RaggedFile(folder, names.counts, names.count_starts, (), np.uint64)) as file:
        file.append(counted.rows)
        file.finish()
    return index_words(folder, names)


def problems_of(folder: Path) -> tuple[str, ...]:
    """What is wrong with a generation that `interacting_encoder` built."""
    return inspect_generation(folder, interacting_encoder()).problems


def reseal(folder: Path) -> None:
    """Makes the manifest vouch for the files as they are now, as a faulty build would."""
    manifest = read_manifest(folder)
    (folder / MANIFEST).unlink()
    sealed = seal(folder)
    write_manifest(folder, dataclasses.replace(manifest, files=sealed.files, sizes=sealed.sizes))
