"""An encoder that is loaded when it is first needed: a build that finds nothing new needs none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from index import default_model
from index.embedding import EncodedPassage, EncodedQuestion, Encoder, EncoderInput, load_encoder
from index.interaction import Interaction, load_interaction


class DeferredEncoder:
    """What is known of a model before it is loaded; then the model. See `Encoder`."""

    def __init__(
        self,
        load: Callable[[], Encoder],
        name: str,
        fingerprint: str,
        dimension: int,
        interaction: Interaction | None,
    ) -> None:
        self._load = load
        self.name = name
        self.fingerprint = fingerprint
        self.dimension = dimension
        self.interaction = interaction

    @cached_property
    def loaded(self) -> Encoder:
        """The model. Raises ModelUnavailable."""
        return self._load()

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        """See Encoder."""
        return self.loaded.encode_question(question, aside)

    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        """See Encoder."""
        return self.loaded.encode_questions(questions)

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        """See Encoder."""
        return self.loaded.encode_passages(passages)

    def token_starts(self, text: str) -> Sequence[int]:
        """See Encoder."""
        return self.loaded.token_starts(text)


def deferred_encoder(model: str | None, models: Path, *, interaction: bool = True) -> Encoder:
    """As `load_encoder`, but the default model is loaded when it is first needed.

    Any other is loaded at once: its fingerprint is that of its weights.
    """
    if model is not None:
        return load_encoder(model, models, interaction=interaction)
    learned = load_interaction() if interaction else None
    return DeferredEncoder(
        lambda: load_encoder(None, models, interaction=interaction),
        default_model.MODEL_NAME,
        default_model.MODEL_NAME + (f"+{learned.fingerprint}" if learned else ""),
        default_model.DIMENSION,
        learned,
    )
