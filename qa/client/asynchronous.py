"""`AsyncSourcier`, the client that awaits. Knows no request: see `calls`."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from types import TracebackType
from typing import Self, TypeVar

import anyio.to_thread
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


class AsyncSourcier:
    """As `Sourcier`, for asyncio or trio: the same methods, awaited. One event loop may use it."""

    def __init__(self, url: str = LOCAL, key: str | None = None, timeout: float | None = TIMEOUT) -> None:
        self.url = address(url)
        self._http = httpx2.AsyncClient(**options(key, timeout))

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def aclose(self) -> None:
        """Ends its connections. It asks nothing more after that."""
        await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """The reply to any call of `qa.client.calls`."""
        try:
            response = await self._http.request(
                call.method, self.url + call.path, content=call.body, headers=headers(call)
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise transport_error(error, self.url) from None
        return call.read(reply_of(response))

    async def ask(
        self,
        question: str,
        top_k: int = DEFAULT_TOP_K,
        *,
        history: Sequence[Message] = (),
        filters: Filters | None = None,
    ) -> AskOut:
        """See `Sourcier.ask`."""
        return await self.send(calls.ask(question, top_k, history, filters))

    async def search(
        self,
        question: str,
        top_k: int = DEFAULT_TOP_K,
        *,
        history: Sequence[Message] = (),
        filters: Filters | None = None,
    ) -> SearchOut:
        """See `Sourcier.search`."""
        return await self.send(calls.search(question, top_k, history, filters))

    async def documents(self) -> DocumentsOut:
        """See `Sourcier.documents`."""
        return await self.send(calls.documents())

    async def document(self, source: str) -> DocumentFactsOut:
        """See `Sourcier.document`."""
        return await self.send(calls.document(source))

    async def text(self, source: str) -> str:
        """See `Sourcier.text`."""
        return await self.send(calls.text(source))

    async def verify(self, citation: Cited) -> bool:
        """See `Sourcier.verify`."""
        return await self.send(calls.verify(citation))

    async def glossary(self) -> GlossaryOut:
        """See `Sourcier.glossary`."""
        return await self.send(calls.glossary())

    async def index(self) -> IndexStateOut:
        """See `Sourcier.index`."""
        return await self.send(calls.index())

    async def build(self, full: bool = False) -> JobOut:
        """See `Sourcier.build`."""
        return await self.send(calls.build(full))

    async def job(self, job_id: str) -> JobOut:
        """See `Sourcier.job`."""
        return await self.send(calls.job(job_id))

    async def cancel(self, job_id: str) -> JobOut:
        """See `Sourcier.cancel`."""
        return await self.send(calls.cancel(job_id))

    async def wait(self, job_id: str, timeout: float | None = None) -> JobOut:
        """See `Sourcier.wait`."""
        patience = Patience(timeout)
        while not is_over(job := await self.job(job_id)):
            await anyio.sleep(patience.pause())
        return job

    async def rollback(self, generation: str | None = None) -> RollbackOut:
        """See `Sourcier.rollback`."""
        return await self.send(calls.rollback(generation))

    async def put(self, source: str, content: bytes | PathLike[str]) -> TextOut:
        """See `Sourcier.put`."""
        return await self.send(calls.put(source, await anyio.to_thread.run_sync(bytes_of, content)))

    async def delete(self, source: str) -> DeletedOut:
        """See `Sourcier.delete`."""
        return await self.send(calls.delete(source))

    async def health(self) -> HealthOut:
        """See `Sourcier.health`."""
        return await self.send(calls.health())

    async def ready(self) -> ReadyOut:
        """See `Sourcier.ready`."""
        return await self.send(calls.ready())
