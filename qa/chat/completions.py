"""The pieces of a reply become OpenAI's whole completion. Does not stream: see `streaming`."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal

from qa.answer import Answer
from qa.chat import sources as cards
from qa.chat.replying import Close, Piece, Pieces
from qa.chat.schemas import (
    AssistantOut,
    ChoiceOut,
    CompletionOut,
    MessageIn,
    SourcierOut,
    UsageOut,
)
from qa.replies import citation_out

# The demonstration texts have 3.9 characters to a token of the default model. There is no tokenizer
# here: what a client pays is nothing, and it counts to know how long a conversation is.
_CHARACTERS_A_TOKEN = 4


def _new_id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the parts of one reply have in common. `answer` is None where nothing was searched.

    `characters`: those of the messages received; `sources`: how the citations are sent beside the text.
    """

    model: str
    generation: str
    characters: int
    base_url: str
    sources: Literal["openwebui", "annotations", "none"] = "none"
    searched: str = ""
    answer: Answer | None = None
    id: str = field(default_factory=_new_id)
    created: int = field(default_factory=lambda: int(time.time()))

    def usage(self, replied: int) -> UsageOut:
        """The tokens of the messages and of a reply of so many characters, estimated."""
        prompt, completion = tokens(self.characters), tokens(replied)
        return UsageOut(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)

    def beside(self, close: Close) -> SourcierOut | None:
        """What this reply has to say that the protocol has no place for."""
        if self.answer is None:
            return None
        return SourcierOut(
            searched=self.searched,
            refused=self.answer.refused,
            confidence=round(self.answer.confidence, 4),
            generation=self.answer.generation,
            citations=[citation_out(citation) for citation in close.citations],
            dropped=close.dropped,
            failure=close.failure,
        )


def tokens(characters: int) -> int:
    """About how many tokens so many characters are: a quarter, rounded up."""
    return -(-characters // _CHARACTERS_A_TOKEN)


def characters_of(messages: Sequence[MessageIn]) -> int:
    """How much text the messages hold, system messages and history included."""
    return sum(len(message.text) for message in messages)


async def whole(exchange: Exchange, pieces: Pieces) -> CompletionOut:
    """The reply at once, when its last piece is there."""
    texts: list[str] = []
    marked: list[dict[str, object]] = []
    close = Close()
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Piece):
                texts.append(piece.text)
                if exchange.sources == "annotations":
                    marked += cards.annotations(piece.citations, exchange.base_url)
            else:
                close = piece
    content = "".join(texts)
    return CompletionOut(
        id=exchange.id,
        created=exchange.created,
        model=exchange.model,
        choices=[ChoiceOut(message=AssistantOut(content=content, annotations=marked))],
        usage=exchange.usage(len(content)),
        system_fingerprint=exchange.generation,
        sourcier=exchange.beside(close),
    )
