"""The sentences that calibration asks, encoded once and kept for the next build. Asks nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping

import numpy as np

from index.embedding import EncodedQuestion, QuestionEncoder
from index.interaction import Interaction
from index.ragged import Ragged, ragged


class Probes:
    """A question encoder that remembers what it has encoded before: `known` by question.

    `listen` is called before each question, so that a build can be stopped between two.
    """

    def __init__(
        self,
        encoder: QuestionEncoder,
        known: Mapping[str, EncodedQuestion],
        listen: Callable[[], None] = lambda: None,
    ) -> None:
        self._encoder = encoder
        self._listen = listen
        self._known = known
        self.asked: dict[str, EncodedQuestion] = {}

    @property
    def interaction(self) -> Interaction | None:
        """See QuestionEncoder."""
        return self._encoder.interaction

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        """See QuestionEncoder. Nothing is read beside a sentence that calibration asks."""
        self._listen()
        found = self._known.get(question) if not aside else None
        self.asked[question] = found or self._encoder.encode_question(question, aside)
        return self.asked[question]

    def to_bytes(self) -> bytes:
        """What was asked, as one .npz archive without pickled objects."""
        vectors = [encoded.vector for encoded in self.asked.values()]
        empty = np.zeros((0, len(vectors[0]) if vectors else 0), np.float32)
        tokens = ragged([encoded.tokens for encoded in self.asked.values()], empty)
        buffer = io.BytesIO()
        np.savez(
            buffer,
            questions=np.frombuffer(json.dumps(list(self.asked)).encode(), np.uint8),
            vectors=np.array([*vectors, *empty], np.float32).reshape(len(vectors), empty.shape[1]),
            tokens=tokens.values,
            starts=tokens.starts,
        )
        return buffer.getvalue()


def known_from_bytes(data: bytes) -> dict[str, EncodedQuestion]:
    """What `Probes.to_bytes` wrote. The caller has checked the bytes' hash."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        questions = json.loads(arrays["questions"].tobytes())
        rows = Ragged(arrays["tokens"], arrays["starts"])
        vectors = arrays["vectors"]
        nothing = np.zeros((0, vectors.shape[1]), np.float32)
        return {
            question: EncodedQuestion(vector, rows.values[first:last], nothing)
            for question, vector, first, last in zip(
                questions, vectors, rows.starts[:-1], rows.starts[1:], strict=True
            )
        }
