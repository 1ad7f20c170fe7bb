"""OpenAI's chat shapes, as much of them as this service reads and sends. Decides nothing.

What a client sends and this service has no use for (temperature, tools, seed…) is not read at all.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from qa.schemas import CitationOut

# The one who serves, in `owned_by`, and the model of the plain answers.
SOURCIER = "sourcier"


class PartIn(BaseModel):
    """A piece of a message. Only a text says something here; an image or a sound is passed over."""

    type: str = "text"
    text: str | None = None


class MessageIn(BaseModel):
    """A message of the conversation, the oldest first."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[PartIn | str] | None = None

    @property
    def text(self) -> str:
        """What the message says, its pieces of text on lines of their own."""
        if isinstance(self.content, str):
            return self.content
        pieces = (part if isinstance(part, str) else part.text for part in self.content or ())
        return "\n".join(piece for piece in pieces if piece)


class StreamOptionsIn(BaseModel):
    """What to stream beside the text."""

    include_usage: bool | None = None


class ChatIn(BaseModel):
    """A conversation whose last question is to be answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": SOURCIER, "messages": [{"role": "user", "content": "Qu'est-ce qu'une CPTS ?"}]}
            ]
        }
    )

    messages: Annotated[list[MessageIn], Field(max_length=10_000)]
    model: str | None = None
    stream: bool | None = None
    stream_options: StreamOptionsIn | None = None
    n: int | None = None

    @property
    def wants_usage(self) -> bool:
        """A stream ends with a chunk that counts tokens."""
        return bool(self.stream_options and self.stream_options.include_usage)


class ModelOut(BaseModel):
    """One way to be answered. `created` is a Unix time in seconds."""

    id: str
    name: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = SOURCIER


class ModelsOut(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[ModelOut]


class UsageOut(BaseModel):
    """Tokens, estimated from characters: see `completions.tokens`."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class SourcierOut(BaseModel):
    """What the protocol has no place for. Its numbers are those of the text, `citations` included.

    `searched`: the question that was searched, once what it leans on was carried over. `citations`:
    those that the text cites, or when refused the nearest passages. `dropped`: sentences of the
    language model that were left out; `failure`: why its text is missing or cut short.
    """

    searched: str
    refused: bool
    confidence: float
    generation: str
    citations: list[CitationOut]
    dropped: int = 0
    failure: str | None = None


class AssistantOut(BaseModel):
    """The reply. `annotations` only where SOURCIER_CHAT_SOURCES asks for them."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[dict[str, Any]] = []


class ChoiceOut(BaseModel):
    """The one reply there is."""

    index: Literal[0] = 0
    message: AssistantOut
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class CompletionOut(BaseModel):
    """A whole reply. `system_fingerprint` is the generation that answered."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChoiceOut]
    usage: UsageOut
    system_fingerprint: str | None = None
    sourcier: SourcierOut | None = None


class DeltaOut(BaseModel):
    """What a chunk adds to the reply. What is not set is not sent."""

    role: Literal["assistant"] = "assistant"
    content: str = ""
    annotations: list[dict[str, Any]] = []


class ChunkChoiceOut(BaseModel):
    """The one reply there is, as much of it as a chunk has."""

    index: int
    delta: DeltaOut
    logprobs: None
    finish_reason: Literal["stop"] | None


class ChunkOut(BaseModel):
    """A piece of a streamed reply. What is not set is not sent.

    `event`: a source card, for Open WebUI alone.
    """

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    system_fingerprint: str | None
    choices: list[ChunkChoiceOut]
    usage: UsageOut | None = None
    event: dict[str, Any] = {}
    sourcier: SourcierOut | None = None


class ErrorOut(BaseModel):
    """An error as OpenAI has it: a sentence, its kind, the parameter and a code that does not change."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorReply(BaseModel):
    """The body of every reply that is an error."""

    error: ErrorOut
