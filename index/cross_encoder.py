"""A cross-encoder reads question and passage together: slow, and optional. Orders nothing itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.errors import ModelUnavailable
from index.ranking import Scores

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# So many of the best passages are read: each costs a pass of the model.
READ = 20


class Reranker(Protocol):
    """Scores passages for a question, each read with it."""

    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        """One score a passage, between 0 and 1, the higher the better."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder of one label (Nogueira & Cho 2019)."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        """See Reranker."""
        import torch

        pairs = [(question, passage) for passage in passages]
        found = self._model.predict(pairs, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False)
        return np.asarray(found, np.float32).reshape(-1)


def load_reranker(name: str) -> CrossEncoderReranker:
    """The cross-encoder of this name or folder; a folder never touches the network.

    Raises ModelUnavailable.
    """
    local = Path(name).expanduser()
    is_local = local.is_dir()
    if is_local:
        # Read by huggingface_hub when it is imported, below.
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    from sentence_transformers import CrossEncoder

    try:
        model = CrossEncoder(str(local) if is_local else name, local_files_only=is_local)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ModelUnavailable(
            f"le modèle {name} ne se charge pas ({type(error).__name__}) ; "
            "vérifiez SOURCIER_RERANKER : un nom ou un dossier de cross-encoder"
        ) from error
    # An embedding model loads too, with a head drawn at random.
    judges = any("ForSequenceClassification" in name for name in model.config.architectures or ())
    if not judges or model.num_labels != 1:
        raise ModelUnavailable(
            f"le modèle {name} ne donne pas une note à un passage lu avec sa question ; "
            "choisissez pour SOURCIER_RERANKER un modèle fait pour reclasser"
        )
    return CrossEncoderReranker(model)
