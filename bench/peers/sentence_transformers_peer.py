"""sentence-transformers and a flat FAISS index: what most people write first."""

from __future__ import annotations

import json
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from bench.peers.protocol import Job, serve


class SentenceTransformersPeer:
    """Meaning alone: the library has no search by words."""

    packages = ("sentence-transformers", "torch", "faiss-cpu")

    def __init__(self, model: str) -> None:
        self._model = SentenceTransformer(model)

    def warm(self) -> None:
        self._model.encode_query("échauffement")

    def encode(self, job: Job) -> NDArray[np.float32]:
        """Vectors, shape (passages, dimension). The prompts are the model's own: "passage: " here."""
        return self._model.encode_document([text for _, text in job.passages])

    def build(self, job: Job) -> None:
        folder, vectors = Path(job.folder), self.encode(job)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(folder / "vectors.faiss"))
        (folder / "ids.json").write_text(json.dumps([id for id, _ in job.passages]))

    def open(self, folder: Path) -> None:
        self._index = faiss.read_index(str(folder / "vectors.faiss"))
        self._ids = json.loads((folder / "ids.json").read_text())

    def search(self, question: str, limit: int) -> list[str]:
        _, rows = self._index.search(self._model.encode_query([question]), limit)
        return [self._ids[row] for row in rows[0]]


if __name__ == "__main__":
    serve(SentenceTransformersPeer)
