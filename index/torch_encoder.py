"""The encoder that runs a sentence-transformers model by torch: the reference, and the one for models
that `onnx_export` cannot write.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embedding import (
    EncodedPassage,
    EncodedQuestion,
    EncoderInput,
    Prompts,
    ReadText,
    fingerprint_with,
    passage_of,
    question_of,
    unit,
)
from index.errors import ModelUnavailable
from index.interaction import Interaction

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Passages of like length share a batch; 16 of 200 tokens keep two cores busy.
_BATCH = 16


class SentenceTransformerEncoder:
    """A sentence-transformers model, on the CPU or whatever device it picks. See `Encoder`."""

    def __init__(
        self,
        model: SentenceTransformer,
        name: str,
        fingerprint: str | None = None,
        interaction: Interaction | None = None,
    ) -> None:
        self._model = model
        self._tokenizer: Any = model.tokenizer
        # To pad or not is a state of the tokenizer, and a build cuts texts while others are encoded.
        self._tokenizing = threading.Lock()
        self._prompts = prompts_of(model)
        self.name = name
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.interaction = interaction
        self.fingerprint = fingerprint_with(fingerprint or _fingerprint(model), interaction)

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        """See Encoder."""
        return self.encode_questions([(question, aside)])[0]

    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        """See Encoder."""
        prompts = self._prompts
        read = self._read([prompts.question + question + aside for question, aside in questions])
        return [question_of(r, prompts, question) for r, (question, _) in zip(read, questions, strict=True)]

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        """Longest first, so that a batch that does not fit in memory fails at once."""
        order = sorted(range(len(passages)), key=lambda i: -len(passages[i].text))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            read = self._read([self._prompts.before(passages[i]) + passages[i].text for i in batch])
            for i, r in zip(batch, read, strict=True):
                yield i, passage_of(r, self._prompts, passages[i], self.interaction)

    def token_starts(self, text: str) -> Sequence[int]:
        """See Encoder. The tokenizer's warning about long texts does not apply: none is encoded here."""
        with self._tokenizing:
            encoded = self._tokenizer(
                text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
            )
        return [start for start, _ in encoded["offset_mapping"]]

    def _read(self, texts: list[str]) -> list[ReadText]:
        import torch

        with self._tokenizing:
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
        vectors = unit(output["sentence_embedding"].float().cpu().numpy())
        states = output["token_embeddings"].float().cpu().numpy()
        return [ReadText(*each) for each in zip(vectors, states, offsets, strict=True)]


def load_model(folder: Path) -> SentenceTransformer:
    """The sentence-transformers model of a folder, without a look at the network. Raises ModelUnavailable."""
    # Read by huggingface_hub when it is imported, below.
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # batches already use all cores
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), local_files_only=True)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ModelUnavailable(
            f"le modèle {folder} ne se charge pas ({type(error).__name__}) ; "
            "vérifiez SOURCIER_MODEL : un nom ou un dossier de modèle sentence-transformers"
        ) from error


def prompts_of(model: SentenceTransformer) -> Prompts:
    """The prompts that a model declares, under the names that its makers use."""
    return Prompts(
        model.prompts.get("query") or "",
        model.prompts.get("document") or model.prompts.get("passage") or "",
    )


def _fingerprint(model: SentenceTransformer) -> str:
    """A hash of the weights and prompts: two models of one name are told apart."""
    digest = hashlib.sha256(repr(sorted(model.prompts.items())).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()
