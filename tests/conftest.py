"""What the tests share: a deterministic encoder that needs no model, and a small index built with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.folding import fold
from index.build import build
from index.embedded import EmbeddedEngine
from index.embedding import EncodedPassage, EncodedQuestion, EncoderInput, Vectors
from index.interaction import Interaction
from index.opening import open_engine

_TOKEN = re.compile(r"\w{1,6}|[^\w\s]")


class FakeEncoder:
    """Adds up one fixed random direction a word: texts that share words point alike."""

    name = "fake"
    fingerprint = "fake-1"
    dimension = 64

    def __init__(self, interaction: Interaction | None = None) -> None:
        self.interaction = interaction

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        return EncodedQuestion(self._vector(question + aside), self._tokens(question), self._tokens(aside))

    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        return [self.encode_question(question, aside) for question, aside in questions]

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        for i, p in enumerate(passages):
            rows = [self._vector(p.text[s.start : s.end]) for s in p.sentences]
            yield (
                i,
                EncodedPassage(
                    self._vector(f"{p.context} {p.text}"),
                    np.array(rows, np.float32).reshape(-1, self.dimension),
                    truncated=False,
                    codes=None
                    if self.interaction is None
                    else self.interaction.codes(self._tokens(f"{p.context} {p.text}")),
                ),
            )

    def token_starts(self, text: str) -> Sequence[int]:
        return [match.start() for match in _TOKEN.finditer(text)]

    def _tokens(self, text: str) -> Vectors:
        vectors = [self._vector(word) for word in re.findall(r"\w+", text)]
        return np.array(vectors, np.float32).reshape(-1, self.dimension)

    def _vector(self, text: str) -> Vectors:
        total = np.full(self.dimension, 1e-6)
        for word in re.findall(r"\w+", fold(text)):
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).standard_normal(self.dimension)
        return np.asarray(total / np.linalg.norm(total), np.float32)


TEXTS = {
    "cpts.md": "# Les CPTS\n\n## Rôle\n\nUne CPTS organise les soins de ville d'un territoire. "
    "Elle réunit des médecins et des infirmières.\n\n## Financement\n\n"
    "L'assurance maladie finance chaque CPTS selon sa taille.\n",
    "ght.txt": "Les groupements hospitaliers\n\nUn groupement réunit des hôpitaux publics. "
    "Il partage une pharmacie et un système d'information.\n\nA lire aussi : Bien dormir\n",
    "dossier/télémédecine.html": "<html><head><title>Télémédecine</title></head><body>"
    "<h1>Télémédecine</h1><p>La téléconsultation se fait par vidéo &amp; sans déplacement.</p></body></html>",
}


@pytest.fixture(scope="session")
def fake_encoder() -> FakeEncoder:
    return FakeEncoder()


def fake_interaction(size: int = 32) -> Interaction:
    """Nothing learned: a random projection, every question token worth the same."""
    random = np.random.default_rng(5)
    projection = np.linalg.qr(random.standard_normal((FakeEncoder.dimension, size)))[0].astype(np.float32)
    return Interaction(
        projection,
        np.zeros(FakeEncoder.dimension, np.float32),
        0.0,
        np.full(size, -0.6, np.float32),
        np.full(size, 0.08, np.float32),
    )


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three small texts in three formats."""
    folder = tmp_path_factory.mktemp("texts")
    for source, content in TEXTS.items():
        path = folder / source
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    return folder


@pytest.fixture(scope="session")
def home(texts: Path, fake_encoder: FakeEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their index, built with the fake encoder. Read-only: tests that build use their own."""
    folder = tmp_path_factory.mktemp("home")
    build(texts, folder, fake_encoder)
    return folder


@pytest.fixture(scope="session")
def engine(home: Path, fake_encoder: FakeEncoder) -> EmbeddedEngine:
    return open_engine(home, fake_encoder)
