"""Texts become vectors: the Encoder protocol, its records, and what every encoder makes of a model's states.

One pass over a text gives its vector and those of its tokens. Runs no model: see `onnx_encoder` and
`torch_encoder`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.documents import Span
from index.interaction import Codes, Interaction

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncoderInput:
    """A passage to encode: `context` (title and headings) goes before `text`.

    `sentences` are offsets in `text`.
    """

    context: str
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class EncodedQuestion:
    """`vector` (dimension,) for the question with what is read beside it; `tokens` and `aside`
    (count, dimension) for the tokens of each. Unit norm.
    """

    vector: Vectors
    tokens: Vectors
    aside: Vectors


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """`vector` (dimension,) for the passage and one row of `sentences` for each sentence.

    Unit norm; a sentence beyond what the model reads has a zero row, and `truncated` is true.
    `codes` are the tokens of context and text as the interaction keeps them; None without one.
    """

    vector: Vectors
    sentences: Vectors
    truncated: bool
    codes: Codes | None = None


class QuestionEncoder(Protocol):
    """What asking needs of a model. `interaction` is what was learned to compare its tokens, if any."""

    @property
    def interaction(self) -> Interaction | None: ...

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        """The question's vector and those of its tokens, with the model's prompt for questions.

        `aside` is read with it; its tokens are apart.
        """
        ...


class Encoder(QuestionEncoder, Protocol):
    """What the index needs of a model. `fingerprint` changes whenever the vectors or codes would."""

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...

    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        """As `encode_question` for each question and its aside, in one pass."""
        ...

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        """Each passage's position in the sequence and its vectors, in whatever order is fast."""
        ...

    def token_starts(self, text: str) -> Sequence[int]:
        """The offset in `text` at which each of its tokens starts, nothing truncated."""
        ...


@dataclass(frozen=True, slots=True)
class Prompts:
    """What the model was taught to read before a question and before a passage."""

    question: str = ""
    passage: str = ""

    def before(self, passage: EncoderInput) -> str:
        """All that is read before a passage's own text."""
        return self.passage + (passage.context + "\n" if passage.context else "")


@dataclass(frozen=True, slots=True)
class ReadText:
    """What a model made of one text: its `vector` (dimension,), unit norm, its `states` (tokens,
    dimension), and where each token stands in it, `offsets` (tokens, 2); (0, 0) for one that is no
    part of the text.
    """

    vector: Vectors
    states: Vectors
    offsets: NDArray[np.int64]


def question_of(read: ReadText, prompts: Prompts, question: str) -> EncodedQuestion:
    """The question, of a text that is the prompt, the question and what is read beside it."""
    asked = _after(read.offsets, len(prompts.question))
    beside = _after(read.offsets, len(prompts.question) + len(question))
    return EncodedQuestion(read.vector, unit(read.states[asked & ~beside]), unit(read.states[beside]))


def passage_of(
    read: ReadText, prompts: Prompts, passage: EncoderInput, interaction: Interaction | None
) -> EncodedPassage:
    """The passage, of a text that is the prompt, its context and its text.

    Sentence vectors are means of the passage's own token embeddings: no second encoding.
    """
    starts, ends = (read.offsets - len(prompts.before(passage))).T
    read_to = int(ends.max(initial=0))
    rows = np.zeros((len(passage.sentences), len(read.vector)), np.float32)
    for i, sentence in enumerate(passage.sentences):
        inside = (starts >= sentence.start) & (ends <= sentence.end) & (ends > starts)
        if inside.any():
            rows[i] = read.states[inside].mean(axis=0)
    codes = None
    if interaction is not None:
        codes = interaction.codes(unit(read.states[_after(read.offsets, len(prompts.passage))]))
    return EncodedPassage(read.vector, unit(rows), read_to < len(passage.text.rstrip()), codes)


def fingerprint_with(fingerprint: str, interaction: Interaction | None) -> str:
    """The fingerprint of a model and of what was learned to compare its tokens."""
    return fingerprint if interaction is None else f"{fingerprint}+{interaction.fingerprint}"


def unit(vectors: Vectors) -> Vectors:
    """The vectors, each of norm 1; a zero vector stays."""
    # As `np.linalg.norm` does, which spends more on what it is given than on a question's tokens.
    norms = np.sqrt(np.add.reduce(vectors * vectors, axis=-1, keepdims=True))
    return np.asarray(vectors / np.where(norms == 0, 1, norms), np.float32)


def _after(offsets: NDArray[np.int64], prompt: int) -> NDArray[np.bool_]:
    """Which tokens come after a prompt of this length: not its own, nor padding and the like, (0, 0)."""
    return np.asarray(offsets[:, 1] > prompt)
