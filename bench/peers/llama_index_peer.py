"""LlamaIndex: FAISS and BM25 with a French stemmer, joined by reciprocal rank fusion."""

from __future__ import annotations

from pathlib import Path

import bm25s
import faiss
import Stemmer
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissVectorStore

from bench.peers.protocol import DEPTH, Job, serve


class LlamaIndexPeer:
    """No question is rewritten by a language model (`num_queries=1`): the mock one is never asked."""

    packages = (
        "llama-index-core",
        "llama-index-vector-stores-faiss",
        "llama-index-retrievers-bm25",
        "llama-index-embeddings-huggingface",
        "sentence-transformers",
        "torch",
        "faiss-cpu",
    )

    def __init__(self, model: str) -> None:
        self._model = HuggingFaceEmbedding(
            model_name=model, query_instruction="query: ", text_instruction="passage: "
        )

    def warm(self) -> None:
        self._model.get_query_embedding("échauffement")

    def build(self, job: Job) -> None:
        folder = Path(job.folder)
        nodes = [TextNode(id_=id, text=text) for id, text in job.passages]
        dimension = len(self._model.get_query_embedding("dimension"))
        # Inner product: fusion takes the highest score for the best, which L2 distances are not.
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(dimension))
        context = StorageContext.from_defaults(vector_store=store)
        index = VectorStoreIndex(nodes, storage_context=context, embed_model=self._model)
        index.storage_context.persist(persist_dir=str(folder / "vectors"))
        words = BM25Retriever.from_defaults(
            nodes=nodes, similarity_top_k=DEPTH, stemmer=Stemmer.Stemmer("french"), language="french"
        )
        words.persist(str(folder / "words"))

    def open(self, folder: Path) -> None:
        vectors = str(folder / "vectors")
        store = FaissVectorStore.from_persist_dir(vectors)
        context = StorageContext.from_defaults(vector_store=store, persist_dir=vectors)
        index = load_index_from_storage(context, embed_model=self._model)
        # `BM25Retriever.from_persist_dir` would come back with the English stemmer.
        words = BM25Retriever(
            existing_bm25=bm25s.BM25.load(str(folder / "words"), load_corpus=True),
            similarity_top_k=DEPTH,
            stemmer=Stemmer.Stemmer("french"),
            language="french",
        )
        self._retriever = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=DEPTH), words],
            llm=MockLLM(),
            mode=FUSION_MODES.RECIPROCAL_RANK,
            similarity_top_k=DEPTH,
            num_queries=1,
            use_async=False,
        )

    def search(self, question: str, limit: int) -> list[str]:
        return [found.node.node_id for found in self._retriever.retrieve(question)][:limit]


if __name__ == "__main__":
    serve(LlamaIndexPeer)
