"""An encoder that is loaded when it is first needed: a build that finds nothing new needs none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from index.embedding import EncodedPassage, EncodedQuestion, Encoder, EncoderInput
from index.interaction import Interaction


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
