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
from index.ragged import Origin, Ragged, ragged


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


def sources_of(before: NDArray[np.uint8], fresh: NDArray[np.uint8]) -> tuple[Origin, list[int]]:
    """Where the encodings of fresh contents come from, and which of them must be encoded.

    For each: a row before of the same content, or ~i for the i-th that is to be encoded.
    """
    known = {row.tobytes(): place for place, row in enumerate(before)} if len(fresh) else {}
    wanted: list[int] = []
    places = np.zeros(len(fresh), np.int64)
    for i, row in enumerate(fresh):
        content = row.tobytes()
        if content not in known:
            known[content] = ~len(wanted)
            wanted.append(i)
        places[i] = known[content]
    return places, wanted


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
