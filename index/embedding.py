"""Texts become vectors: the Encoder protocol, and sentence-transformers behind it.

One pass over a text gives its vector and those of its tokens. Does not store or compare vectors.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.documents import Span
from index import default_model
from index.errors import ModelUnavailable
from index.interaction import Codes, Interaction, load_interaction

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

# Passages of like length share a batch; 16 of 200 tokens keep two cores busy.
_BATCH = 16


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


class SentenceTransformerEncoder:
    """A sentence-transformers model, on the CPU or whatever device it picks."""

    def __init__(
        self,
        model: SentenceTransformer,
        name: str,
        fingerprint: str | None = None,
        interaction: Interaction | None = None,
    ) -> None:
        self._model = model
        self._tokenizer: Any = model.tokenizer
        self.name = name
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.interaction = interaction
        self.fingerprint = fingerprint or _fingerprint(model)
        if interaction is not None:
            self.fingerprint += f"+{interaction.fingerprint}"
        self._question_prompt = model.prompts.get("query") or ""
        self._prompt = model.prompts.get("document") or model.prompts.get("passage") or ""

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        """See Encoder."""
        return self.encode_questions([(question, aside)])[0]

    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        """See Encoder."""
        prompted = [self._question_prompt + question for question, _ in questions]
        read_texts = [before + aside for before, (_, aside) in zip(prompted, questions, strict=True)]
        encoded = []
        for before, vector, tokens, offsets in zip(prompted, *self._forward(read_texts), strict=True):
            read = _read(offsets, len(self._question_prompt))
            beside = _read(offsets, len(before))
            encoded.append(EncodedQuestion(vector, _unit(tokens[read & ~beside]), _unit(tokens[beside])))
        return encoded

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        """Longest first, so that a batch that does not fit in memory fails at once."""
        order = sorted(range(len(passages)), key=lambda i: -len(passages[i].text))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            yield from zip(batch, self._encode_batch([passages[i] for i in batch]), strict=True)

    def token_starts(self, text: str) -> Sequence[int]:
        """See Encoder. The tokenizer's warning about long texts does not apply: none is encoded here."""
        encoded = self._tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return [start for start, _ in encoded["offset_mapping"]]

    def _encode_batch(self, batch: list[EncoderInput]) -> list[EncodedPassage]:
        prefixes = [self._prompt + (p.context + "\n" if p.context else "") for p in batch]
        vectors, tokens, offsets = self._forward(
            [prefix + p.text for prefix, p in zip(prefixes, batch, strict=True)]
        )
        encoded = []
        for i, p in enumerate(batch):
            read = _read(offsets[i], len(self._prompt))
            encoded.append(
                _pooled(
                    p,
                    vectors[i],
                    tokens[i],
                    offsets[i] - len(prefixes[i]),
                    None if self.interaction is None else self.interaction.codes(_unit(tokens[i][read])),
                )
            )
        return encoded

    def _forward(self, texts: list[str]) -> tuple[Vectors, Vectors, NDArray[np.int64]]:
        """Vectors (texts, dimension), token embeddings (texts, tokens, dimension), their offsets."""
        import torch

        encoded = self._tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = encoded.pop("offset_mapping").numpy()
        features = {name: tensor.to(self._model.device) for name, tensor in encoded.items()}
        with torch.inference_mode():
            output = self._model.forward(features)
        vectors = _unit(output["sentence_embedding"].float().cpu().numpy())
        return vectors, output["token_embeddings"].float().cpu().numpy(), offsets


def load_encoder(model: str | None, models: Path, *, interaction: bool = True) -> SentenceTransformerEncoder:
    """The encoder for a model's name or path; None is the default model, prepared in `models`.

    Only the default model has an interaction; `interaction` says whether to use it. The default
    model and local folders never touch the network. Raises ModelUnavailable.
    """
    local = Path(model).expanduser() if model is not None else default_model.prepare(models)
    is_local = local.is_dir()
    if is_local:
        # Read by huggingface_hub when it is imported, below.
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # batches already use all cores
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        loaded = SentenceTransformer(str(local) if is_local else model, local_files_only=is_local)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ModelUnavailable(
            f"le modèle {model or local.name} ne se charge pas ({type(error).__name__}) ; "
            "vérifiez SOURCIER_MODEL : un nom ou un dossier de modèle sentence-transformers"
        ) from error
    if model is None:
        name = default_model.MODEL_NAME
        return SentenceTransformerEncoder(loaded, name, name, load_interaction() if interaction else None)
    return SentenceTransformerEncoder(loaded, model)


def _read(offsets: NDArray[np.int64], prompt: int) -> NDArray[np.bool_]:
    """Which tokens are of what is encoded: not the prompt's, nor padding and the like, (0, 0)."""
    return np.asarray(offsets[:, 1] > prompt)


def _pooled(
    passage: EncoderInput,
    vector: Vectors,
    tokens: Vectors,
    offsets: NDArray[np.int64],
    codes: Codes | None,
) -> EncodedPassage:
    """Sentence vectors as means of the passage's own token embeddings: no second encoding."""
    starts, ends = offsets[:, 0], offsets[:, 1]
    read_to = int(ends.max(initial=0))
    rows = np.zeros((len(passage.sentences), len(vector)), np.float32)
    for i, sentence in enumerate(passage.sentences):
        inside = (starts >= sentence.start) & (ends <= sentence.end) & (ends > starts)
        if inside.any():
            rows[i] = tokens[inside].mean(axis=0)
    return EncodedPassage(vector, _unit(rows), read_to < len(passage.text.rstrip()), codes)


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(norms == 0, 1, norms), np.float32)


def _fingerprint(model: SentenceTransformer) -> str:
    """A hash of the weights and prompts: two models of one name are told apart."""
    digest = hashlib.sha256(repr(sorted(model.prompts.items())).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()
