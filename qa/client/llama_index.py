"""A LlamaIndex retriever over HTTP. Needs the extra `llama-index`; embeds nothing itself."""

from __future__ import annotations

from qa.client.asynchronous import AsyncSourcier
from qa.client.calls import Filters
from qa.client.connection import LOCAL, TIMEOUT
from qa.client.retrieval import Found, call_of, metadata_of, passage_id
from qa.client.synchronous import Sourcier
from qa.schemas import DEFAULT_TOP_K

try:
    from llama_index.core.callbacks import CallbackManager
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import (
        NodeRelationship,
        NodeWithScore,
        QueryBundle,
        RelatedNodeInfo,
        TextNode,
    )
except ModuleNotFoundError as error:
    raise ImportError(
        "LlamaIndex n'est pas installé ; lancez : pip install 'sourcier[llama-index]'", name=error.name
    ) from error

# What a language model or an embedding would only be confused by: it reads source, title, headings.
_NOT_READ = ["start", "end", "score", "url", "generation"]


class SourcierRetriever(BaseRetriever):
    """The passages that answer a question, as LlamaIndex's nodes.

    A node's text is the exact quote, `start_char_idx` and `end_char_idx` its place in the document,
    whose source is the node's `ref_doc_id`. `only_if_answered`: no node for a question that the
    texts do not answer, as far as the service can tell; without it, always the nearest ones.
    Raises ClientError.

    Each call has its connection, so that any thread and any event loop may use the retriever, and
    nothing is left to close.
    """

    def __init__(
        self,
        url: str = LOCAL,
        key: str | None = None,
        *,
        k: int = DEFAULT_TOP_K,
        filters: Filters | None = None,
        only_if_answered: bool = False,
        timeout: float | None = TIMEOUT,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager)
        self.url = url
        self.k = k
        self.filters = filters
        self.only_if_answered = only_if_answered
        self._key = key
        self._timeout = timeout

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        call = call_of(query_bundle.query_str, self.k, self.filters, self.only_if_answered)
        with Sourcier(self.url, self._key, self._timeout) as client:
            return _nodes(client.send(call), client.url)

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        call = call_of(query_bundle.query_str, self.k, self.filters, self.only_if_answered)
        async with AsyncSourcier(self.url, self._key, self._timeout) as client:
            return _nodes(await client.send(call), client.url)


def _nodes(found: Found, url: str) -> list[NodeWithScore]:
    return [
        NodeWithScore(
            score=citation.score,
            node=TextNode(
                id_=passage_id(citation),
                text=citation.quote,
                start_char_idx=citation.start,
                end_char_idx=citation.end,
                metadata=metadata_of(citation, found.generation, url),
                excluded_llm_metadata_keys=_NOT_READ,
                excluded_embed_metadata_keys=_NOT_READ,
                relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=citation.source)},
            ),
        )
        for citation in found.citations
    ]
