"""Passages become what the model makes of them, each content once. Stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.documents import Passage, Span
from index.arrays import Encodings
from index.calibration import Titled
from index.duplicates import DIGEST, digest
from index.embedding import Encoder, EncoderInput
from index.interaction import Codes
from index.ragged import BEFORE, EARLIER, NOW, Origins, Ragged, ragged


class Contents:
    """The contents that have encodings: those of the index before, then those of the new one.

    By the two halves of their digests, in order: a dict of a million takes 180 MB.
    """

    def __init__(self, before: NDArray[np.uint8]) -> None:
        """`before` are the digests of the rows of the index before."""
        keys, rests = _halves(before)
        order = np.argsort(keys, kind="stable")
        self._keys, self._rests = keys[order], rests[order]
        # The rows of the new index are ~row.
        self._rows = order.astype(np.int64)

    def find(self, digests: NDArray[np.uint8], rows: NDArray[np.int64]) -> tuple[Origins, list[int]]:
        """Where the encodings of contents come from, and which of them must be encoded, each once.

        The i-th of those is row i of NOW; then all are known, at their `rows` of the new index.
        """
        keys, rests = _halves(digests)
        places = np.searchsorted(self._keys, keys)
        places[places == len(self._keys)] = 0
        if len(self._keys):
            # Two that share a half and not the other are encoded again, which never happens.
            known = (self._keys[places] == keys) & (self._rests[places] == rests)
            found = np.where(known, self._rows[places], 0)
        else:
            known, found = np.zeros(len(keys), bool), np.zeros(len(keys), np.int64)
        part = np.where(found >= 0, BEFORE, EARLIER).astype(np.int8)
        row = np.where(found >= 0, found, ~found)
        numbers: dict[bytes, int] = {}
        wanted: list[int] = []
        for i in np.flatnonzero(~known).tolist():
            content = digests[i].tobytes()
            if content not in numbers:
                numbers[content] = len(wanted)
                wanted.append(i)
            part[i], row[i] = NOW, numbers[content]
        self._learn(keys[wanted], rests[wanted], ~rows[wanted])
        return Origins(part, row), wanted

    def _learn(self, keys: NDArray[np.uint64], rests: NDArray[np.uint64], rows: NDArray[np.int64]) -> None:
        order = np.argsort(keys, kind="stable")
        places = np.searchsorted(self._keys, keys[order])
        self._keys = np.insert(self._keys, places, keys[order])
        self._rests = np.insert(self._rests, places, rests[order])
        self._rows = np.insert(self._rows, places, rows[order])


def _halves(digests: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    halves = np.ascontiguousarray(digests).view(np.uint64).reshape(-1, DIGEST // 8)
    return halves[:, 0].copy(), halves[:, 1].copy()


def encoder_input(title: str, passage: Passage) -> EncoderInput:
    """What the encoder reads of a passage: title and headings as context, then the text."""
    return EncoderInput(
        " > ".join([title, *passage.headings]),
        passage.text,
        tuple(Span(s.start - passage.start, s.end - passage.start) for s in passage.sentences),
    )


def contents(titled: Sequence[Titled]) -> NDArray[np.uint8]:
    """A digest of what is read of each passage, wherever it stands; shape (len(titled), DIGEST)."""
    digests = b"".join(digest(repr((title, p.headings, encoder_input(title, p)))) for title, p in titled)
    return np.frombuffer(digests, np.uint8).reshape(-1, DIGEST)


def encode(titled: Sequence[Titled], encoder: Encoder, progress: Callable[[int, int], None]) -> Encodings:
    """The encodings of passages, in their order."""
    passage_vectors = np.zeros((len(titled), encoder.dimension), np.float32)
    sentences: list[NDArray[np.float16]] = [np.zeros(0, np.float16)] * len(titled)
    codes: dict[int, Codes] = {}
    truncated = np.zeros(len(titled), bool)
    inputs = [encoder_input(title, p) for title, p in titled]
    # Nothing to encode needs no model.
    found = encoder.encode_passages(inputs) if inputs else ()
    for done, (i, encoded) in enumerate(found, 1):
        passage_vectors[i] = encoded.vector
        # Half precision: sentence vectors only choose among a passage's own sentences.
        sentences[i] = encoded.sentences.astype(np.float16)
        if encoded.codes is not None:
            # A passage of which the model reads nothing still has its place.
            codes[i] = encoded.codes if len(encoded.codes) else _one_zero(encoded.codes.shape[1])
        truncated[i] = encoded.truncated
        progress(done, len(titled))
    size = None if encoder.interaction is None else encoder.interaction.bytes_per_token
    return Encodings(
        passage_vectors,
        ragged(sentences, np.zeros((0, encoder.dimension), np.float16)),
        None if size is None else _tokens(codes, size),
        truncated,
    )


def _tokens(codes: dict[int, Codes], size: int) -> Ragged:
    return ragged([codes[i] for i in range(len(codes))], np.zeros((0, size), np.uint8))


def _one_zero(size: int) -> Codes:
    return np.zeros((1, size), np.uint8)
