"""A LangChain retriever over HTTP. Needs the extra `langchain`, and not LangChain's own loaders or stores."""

from __future__ import annotations

from pydantic import Field, SecretStr

from qa.client.asynchronous import AsyncSourcier
from qa.client.calls import Filters
from qa.client.connection import LOCAL, TIMEOUT
from qa.client.retrieval import Found, call_of, metadata_of, passage_id
from qa.client.synchronous import Sourcier
from qa.schemas import DEFAULT_TOP_K, MOST_HITS

try:
    from langchain_core.callbacks import (
        AsyncCallbackManagerForRetrieverRun,
        CallbackManagerForRetrieverRun,
    )
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ModuleNotFoundError as error:
    raise ImportError(
        "LangChain n'est pas installé ; lancez : pip install 'sourcier[langchain]'", name=error.name
    ) from error


class SourcierRetriever(BaseRetriever):
    """The passages that answer a question, as LangChain's documents.

    `page_content` is the exact quote; the metadata say where it stands, so that anyone can check it.
    `only_if_answered`: no document for a question that the texts do not answer, as far as the
    service can tell; without it, always the nearest ones. Raises ClientError.

    Each call has its connection, so that any thread and any event loop may use the retriever, and
    nothing is left to close.
    """

    url: str = LOCAL
    key: SecretStr | None = None
    timeout: float | None = TIMEOUT
    k: int = Field(default=DEFAULT_TOP_K, ge=1, le=MOST_HITS)
    filters: Filters | None = None
    only_if_answered: bool = False

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain names it)
    ) -> list[Document]:
        with Sourcier(self.url, self._key(), self.timeout) as client:
            found = client.send(call_of(query, self.k, self.filters, self.only_if_answered))
        return _documents(found, client.url)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain names it)
    ) -> list[Document]:
        async with AsyncSourcier(self.url, self._key(), self.timeout) as client:
            found = await client.send(call_of(query, self.k, self.filters, self.only_if_answered))
        return _documents(found, client.url)

    def _key(self) -> str | None:
        return None if self.key is None else self.key.get_secret_value()


def _documents(found: Found, url: str) -> list[Document]:
    return [
        Document(
            id=passage_id(citation),
            page_content=citation.quote,
            metadata=metadata_of(citation, found.generation, url),
        )
        for citation in found.citations
    ]
