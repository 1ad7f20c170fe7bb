"""This project, called as a library: its build of a folder of texts, and `qa.answer.ask`.

An id is a passage's place: source, "#", and where it starts in the document.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from bench.peers.protocol import Job, serve
from corpus.sentences import split_sentences
from index.build import build
from index.embedding import EncoderInput
from index.opening import open_engine
from qa.answer import ask
from qa.building import load
from qa.config import load_settings


class SourcierPeer:
    """Its own prepared model is found by the settings, as in use; the folder given is the peers'."""

    packages = ("sourcier", *filter(find_spec, ("onnxruntime",)), "faiss-cpu")

    def __init__(self, _model: str) -> None:
        self._encoder = load(load_settings())

    def warm(self) -> None:
        self._encoder.encode_question("échauffement")

    def encode(self, job: Job) -> None:
        """The very texts that the peers encode, their sentences found before, as in a build."""
        inputs = [EncoderInput("", text, tuple(split_sentences(text))) for _, text in job.passages]
        for _ in self._encoder.encode_passages(inputs):
            pass

    def build(self, job: Job) -> None:
        build(Path(job.texts), Path(job.folder), self._encoder)

    def open(self, folder: Path) -> None:
        self._engine = open_engine(folder, self._encoder)

    def search(self, question: str, limit: int) -> list[str]:
        found = ask(self._engine, question, limit).citations
        return [f"{citation.source}#{citation.start}" for citation in found]


if __name__ == "__main__":
    serve(SourcierPeer)
