"""txtai: its hybrid index (vectors and BM25), with the model's prompts as instructions."""

from __future__ import annotations

from pathlib import Path

from txtai import Embeddings

from bench.peers.protocol import Job, serve


class TxtaiPeer:
    """`hybrid` joins both scores half and half, txtai's default."""

    packages = ("txtai", "transformers", "torch", "faiss-cpu")

    def __init__(self, model: str) -> None:
        self._path = model

    def warm(self) -> None:
        self._embeddings = Embeddings(
            path=self._path, hybrid=True, instructions={"query": "query: ", "data": "passage: "}
        )
        self._embeddings.transform("échauffement")

    def build(self, job: Job) -> None:
        self._embeddings.index(job.passages)
        self._embeddings.save(job.folder)

    def open(self, folder: Path) -> None:
        # Loads the model too, which the index names.
        self._embeddings = Embeddings()
        self._embeddings.load(str(folder))

    def search(self, question: str, limit: int) -> list[str]:
        return [id for id, _ in self._embeddings.search(question, limit)]


if __name__ == "__main__":
    serve(TxtaiPeer)
