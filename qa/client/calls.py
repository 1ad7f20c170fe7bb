"""Each request of the service as a value: what is sent, and how its reply is read. Pure.

Opens no connection and waits for nothing: `Sourcier` and `AsyncSourcier` do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar
from urllib.parse import quote as percent_encode

from pydantic import BaseModel, ConfigDict, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from qa.client.errors import NotFound, Reply, Unusable, check, not_ours
from qa.document_schemas import DocumentFactsOut, DocumentsOut, GlossaryOut
from qa.index_schemas import DeletedOut, HealthOut, IndexStateOut, JobOut, ReadyOut, RollbackOut, TextOut
from qa.schemas import AskOut, CitationOut, SearchOut

T = TypeVar("T")
Shape = TypeVar("Shape", bound=BaseModel)
_JSON = "application/json"


# LangChain's retriever has pydantic check it: a misspelt filter must not be dropped.
@with_config(ConfigDict(extra="forbid"))
class Filters(TypedDict, total=False):
    """Where to look: each a value or several, any of which will do; all given must hold."""

    folder: str | Sequence[str]
    source: str | Sequence[str]
    format: str | Sequence[str]


class Message(TypedDict):
    """A turn of the conversation before the question."""

    role: Literal["user", "assistant"]
    content: str


class Cited(Protocol):
    """Whatever says that a document has these characters there: a citation, another place, a definition."""

    @property
    def source(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def quote(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, and `read`, which makes its reply a T or raises a ClientError."""

    method: str
    path: str
    read: Callable[[Reply], T]
    body: bytes | None = None
    media_type: str = _JSON


def ask(
    question: str, top_k: int, history: Sequence[Message] = (), filters: Filters | None = None
) -> Call[AskOut]:
    """The answer to a question."""
    body = _question(question, top_k, history, filters)
    return Call("POST", "/v1/ask", _typed(AskOut), body)


def search(
    question: str, top_k: int, history: Sequence[Message] = (), filters: Filters | None = None
) -> Call[SearchOut]:
    """The best passages."""
    body = _question(question, top_k, history, filters)
    return Call("POST", "/v1/search", _typed(SearchOut), body)


def documents() -> Call[DocumentsOut]:
    """What the index holds."""
    return Call("GET", "/v1/documents", _typed(DocumentsOut))


def document(source: str) -> Call[DocumentFactsOut]:
    """What is known of a document."""
    return Call("GET", f"/v1/documents/{_path(source)}", _typed(DocumentFactsOut))


def text(source: str) -> Call[str]:
    """A document's text, to which positions refer."""
    return Call("GET", f"/v1/documents/{_path(source)}/text", _text)


def verify(citation: Cited) -> Call[bool]:
    """Whether the document has the quoted characters, and the highlighted ones, where they are said to be."""

    def read(reply: Reply) -> bool:
        try:
            return _stands(citation, _text(reply))
        except NotFound as error:
            if error.kind != "unknown_document":
                raise
            return False

    return Call("GET", f"/v1/documents/{_path(citation.source)}/text", read)


def glossary() -> Call[GlossaryOut]:
    """What acronyms stand for."""
    return Call("GET", "/v1/glossary", _typed(GlossaryOut))


def index() -> Call[IndexStateOut]:
    """The generation that answers."""
    return Call("GET", "/v1/index", _typed(IndexStateOut))


def build(full: bool) -> Call[JobOut]:
    """A build asked for."""
    return Call("POST", "/v1/index/build", _typed(JobOut), _encoded({"full": full}))


def job(job_id: str) -> Call[JobOut]:
    """Where a build stands."""
    return Call("GET", f"/v1/index/jobs/{_segment(job_id)}", _typed(JobOut))


def cancel(job_id: str) -> Call[JobOut]:
    """A build's end asked for."""
    return Call("DELETE", f"/v1/index/jobs/{_segment(job_id)}", _typed(JobOut))


def rollback(generation: str | None) -> Call[RollbackOut]:
    """A generation that is kept, served again."""
    body = _encoded({} if generation is None else {"generation": generation})
    return Call("POST", "/v1/index/rollback", _typed(RollbackOut), body)


def put(source: str, content: bytes) -> Call[TextOut]:
    """A text written."""
    path = f"/v1/documents/{_path(source)}"
    return Call("PUT", path, _typed(TextOut), content, "application/octet-stream")


def delete(source: str) -> Call[DeletedOut]:
    """A text removed."""
    return Call("DELETE", f"/v1/documents/{_path(source)}", _typed(DeletedOut))


def health() -> Call[HealthOut]:
    """Whether the process runs."""
    return Call("GET", "/health/live", _typed(HealthOut))


def ready() -> Call[ReadyOut]:
    """Whether questions are answered."""
    return Call("GET", "/health/ready", _typed(ReadyOut))


def _question(question: str, top_k: int, history: Sequence[Message], filters: Filters | None) -> bytes:
    """What is not given is not sent, so that a service of an earlier version still answers."""
    body: dict[str, object] = {"question": question, "top_k": top_k}
    if history:
        body["history"] = [dict(message) for message in history]
    if filters:
        body["filters"] = {
            name: list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
            for name, value in filters.items()
        }
    return _encoded(body)


def _encoded(body: Mapping[str, object]) -> bytes:
    # In ASCII: half a surrogate pair passes, and it is the service that says what is wrong with it.
    return json.dumps(body).encode("ascii")


def _typed(shape: type[Shape]) -> Callable[[Reply], Shape]:
    def read(reply: Reply) -> Shape:
        content = check(reply, _JSON)
        try:
            return shape.model_validate_json(content)
        except ValidationError:
            raise not_ours(reply.status) from None

    return read


def _text(reply: Reply) -> str:
    try:
        return check(reply, "text/plain").decode("utf-8")
    except UnicodeDecodeError:
        raise not_ours(reply.status) from None


def _stands(citation: Cited, text: str) -> bool:
    spans = [(citation.start, citation.end, citation.quote)]
    if isinstance(citation, CitationOut):
        spans += [(h.start, h.end, h.quote) for h in citation.highlights]
    # A slice forgives positions before and beyond the text: a citation does not.
    return all(0 <= start <= end <= len(text) and text[start:end] == quote for start, end, quote in spans)


def _path(source: str) -> str:
    return "/".join(_segment(component) for component in source.split("/"))


def _segment(name: str) -> str:
    """One step of a path, encoded. Raises Unusable."""
    # Clients and proxies resolve dots, encoded ones too: the request would go to another address.
    if name in ("", ".", ".."):
        raise Unusable(
            "le nom est vide, ou a une étape vide, « . » ou « .. » ; donnez-le tel que le service l'écrit"
        )
    try:
        return percent_encode(name, safe="")
    except UnicodeEncodeError:
        raise Unusable("le nom n'est pas de l'Unicode valide ; corrigez-le") from None
