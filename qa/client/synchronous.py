"""`Sourcier`, the client that waits. Knows no request: see `calls`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from os import PathLike
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from qa.client import calls
from qa.client.calls import Call, Cited, Filters, Message
from qa.client.connection import (
    LOCAL,
    TIMEOUT,
    Patience,
    address,
    bytes_of,
    headers,
    is_over,
    options,
    reply_of,
)
from qa.client.errors import transport_error
from qa.document_schemas import DocumentFactsOut, DocumentsOut, GlossaryOut
from qa.index_schemas import DeletedOut, HealthOut, IndexStateOut, JobOut, ReadyOut, RollbackOut, TextOut
from qa.schemas import DEFAULT_TOP_K, AskOut, SearchOut

T = TypeVar("T")


class Sourcier:
    """A service at an address. Threads may share it; its connections are kept and used again.

    `timeout`: seconds without a byte of the reply, None for no limit. The key is sent to this address
    alone: no redirect is followed, no proxy of the environment used. Nothing is tried twice. Every
    method raises ClientError: Unreachable, UnexpectedReply, or the ServiceError that the service gives.
    """

    def __init__(self, url: str = LOCAL, key: str | None = None, timeout: float | None = TIMEOUT) -> None:
        self.url = address(url)
        self._http = httpx2.Client(**options(key, timeout))

    def __enter__(self) -> Self:
        self._http.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.__exit__(kind, error, trace)

    def close(self) -> None:
        """Ends its connections. It asks nothing more after that."""
        self._http.close()

    def send(self, call: Call[T]) -> T:
        """The reply to any call of `qa.client.calls`."""
        try:
            response = self._http.request(
                call.method, self.url + call.path, content=call.body, headers=headers(call)
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise transport_error(error, self.url) from None
        return call.read(reply_of(response))

    def ask(
        self,
        question: str,
        top_k: int = DEFAULT_TOP_K,
        *,
        history: Sequence[Message] = (),
        filters: Filters | None = None,
    ) -> AskOut:
        """The answer with its citations, or a refusal with the nearest passages.

        `history`: the conversation before, oldest first, for a question that does not stand alone.
        """
        return self.send(calls.ask(question, top_k, history, filters))

    def search(
        self,
        question: str,
        top_k: int = DEFAULT_TOP_K,
        *,
        history: Sequence[Message] = (),
        filters: Filters | None = None,
    ) -> SearchOut:
        """The best passages, without an answer; never refuses."""
        return self.send(calls.search(question, top_k, history, filters))

    def documents(self) -> DocumentsOut:
        """All documents of the index, and the files left out with the reason."""
        return self.send(calls.documents())

    def document(self, source: str) -> DocumentFactsOut:
        """What is known of a document, and what was set aside in it."""
        return self.send(calls.document(source))

    def text(self, source: str) -> str:
        """The text to which the positions of citations refer, in code points."""
        return self.send(calls.text(source))

    def verify(self, citation: Cited) -> bool:
        """Whether the document has these characters there today; False too where it is gone.

        The highlights of a citation are checked as well.
        """
        return self.send(calls.verify(citation))

    def glossary(self) -> GlossaryOut:
        """What the texts say their acronyms stand for."""
        return self.send(calls.glossary())

    def index(self) -> IndexStateOut:
        """The generation that answers, and what could take its place."""
        return self.send(calls.index())

    def build(self, full: bool = False) -> JobOut:
        """Asks for a build. Conflict, with its `job`, while another is under way."""
        return self.send(calls.build(full))

    def job(self, job_id: str) -> JobOut:
        """Where a build stands, or what it did."""
        return self.send(calls.job(job_id))

    def cancel(self, job_id: str) -> JobOut:
        """Asks for the end of a build."""
        return self.send(calls.cancel(job_id))

    def wait(self, job_id: str, timeout: float | None = None) -> JobOut:
        """The build once it is done, failed or cancelled; its `state` says which.

        Raises WaitedTooLong after `timeout` seconds. The service answers from a new index a moment
        after the build is done.
        """
        patience = Patience(timeout)
        while not is_over(job := self.job(job_id)):
            time.sleep(patience.pause())
        return job

    def rollback(self, generation: str | None = None) -> RollbackOut:
        """Serves a kept generation again; without a name, the one before the one that answers."""
        return self.send(calls.rollback(generation))

    def put(self, source: str, content: bytes | PathLike[str]) -> TextOut:
        """Writes a text, given by its bytes or its file, and asks for a build. Raises OSError too."""
        return self.send(calls.put(source, bytes_of(content)))

    def delete(self, source: str) -> DeletedOut:
        """Removes a text and asks for a build."""
        return self.send(calls.delete(source))

    def health(self) -> HealthOut:
        """The process runs."""
        return self.send(calls.health())

    def ready(self) -> ReadyOut:
        """Questions are answered. Raises Unavailable, which says why, while they are not."""
        return self.send(calls.ready())
