"""Haystack: its in-memory store, embedding and BM25 retrievers joined by reciprocal rank fusion."""

from __future__ import annotations

from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from bench.peers.protocol import DEPTH, Job, serve

_STORE = "store.json"


class HaystackPeer:
    """The hybrid pipeline of its tutorial, without the cross-encoder that re-ranks there."""

    packages = ("haystack-ai", "sentence-transformers-haystack", "sentence-transformers", "torch")

    def __init__(self, model: str) -> None:
        self._path = model
        self._questions = SentenceTransformersTextEmbedder(model=model, prefix="query: ", progress_bar=False)

    def warm(self) -> None:
        self._passages = SentenceTransformersDocumentEmbedder(
            model=self._path, prefix="passage: ", progress_bar=False
        )
        self._passages.warm_up()
        self._passages.run([Document(content="échauffement")])

    def build(self, job: Job) -> None:
        store = InMemoryDocumentStore()
        documents = [Document(id=id, content=text) for id, text in job.passages]
        store.write_documents(self._passages.run(documents)["documents"])
        store.save_to_disk(str(Path(job.folder) / _STORE))

    def open(self, folder: Path) -> None:
        store = InMemoryDocumentStore.load_from_disk(str(folder / _STORE))
        pipeline = Pipeline()
        pipeline.add_component("embedder", self._questions)
        pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store, top_k=DEPTH))
        pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=DEPTH))
        pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("embedder.embedding", "vectors.query_embedding")
        pipeline.connect("vectors", "joiner")
        pipeline.connect("words", "joiner")
        self._pipeline = pipeline

    def search(self, question: str, limit: int) -> list[str]:
        found = self._pipeline.run({"embedder": {"text": question}, "words": {"query": question}})
        return [document.id for document in found["joiner"]["documents"]][:limit]


if __name__ == "__main__":
    serve(HaystackPeer)
