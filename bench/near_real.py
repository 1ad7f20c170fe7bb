"""More texts and encodings than there is time to encode: drawn near real ones.

A text is a real one of which sentences are replaced by sentences of others, and figures by other
figures, so that words come as often as they do and new ones keep coming. Its encoding is that of a
real passage, moved by a random mixture of the differences between real passages that are near one
another, so far that two drawn near the same one are as like as a real one and its nearest. Measures
nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedding import EncodedPassage, EncodedQuestion, Encoder, EncoderInput

_SENTENCE = re.compile(r"(?<=[.;:!?])\s+")
_FIGURE = re.compile(r"\d")
_REPLACED = 0.5
# Neighbours whose differences make the directions to move in.
_NEIGHBOURS = (1, 2, 4, 8)
# A token code of so many in a hundred is another one.
_CODES_CHANGED = 0.1
# Passages drawn together.
_AT_ONCE = 1_000
# Articles a file: a million passages are 40,000 files.
_ARTICLES = 20

Floats = NDArray[np.float32]


def read_articles(path: Path) -> list[tuple[str, str]]:
    """Title and text of each line of a .jsonl or .jsonl.gz, or name and text of each .txt of a folder."""
    if path.is_dir():
        return [(p.stem, p.read_text("utf-8")) for p in sorted(path.rglob("*.txt"))]
    data = path.read_bytes()
    lines = (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()
    read = [json.loads(line) for line in lines]
    return [(each.get("title", ""), each["text"]) for each in read]


def articles(real: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The real ones, then as many as are asked for; the same at each run."""
    yield from real
    random = np.random.default_rng(1)
    sentences = [s for _, text in real for s in _SENTENCE.split(text)]
    while True:
        title, text = real[int(random.integers(len(real)))]
        drawn = [
            sentences[int(random.integers(len(sentences)))] if random.random() < _REPLACED else sentence
            for sentence in _SENTENCE.split(text)
        ]
        figures = iter(random.integers(0, 10, sum(map(len, drawn)) + 1).tolist())
        yield title, _FIGURE.sub(lambda _, f=figures: str(next(f)), " ".join(drawn))  # type: ignore[misc]


def write_texts(folder: Path, real: Sequence[tuple[str, str]], characters: int) -> None:
    """Writes so many characters of articles, real ones first, each below its title."""
    folder.mkdir(parents=True)
    source, written, number = articles(real), 0, 0
    while written < characters:
        parts = [f"# {title}\n\n{text}\n" for title, text in (next(source) for _ in range(_ARTICLES))]
        (folder / f"{number:06}.md").write_text("\n".join(parts), "utf-8")
        written += sum(map(len, parts))
        number += 1


class NearReal:
    """The encoder, for `most` passages; those after are drawn near them. Questions are always encoded."""

    def __init__(self, encoder: Encoder, most: int) -> None:
        self._encoder, self._most = encoder, most
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.interaction = encoder.dimension, encoder.interaction
        self._known: dict[EncoderInput, EncodedPassage] = {}
        self._pool: list[EncodedPassage] = []
        self._moves: Floats | None = None

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        return self._encoder.encode_question(question, aside)

    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        return self._encoder.encode_questions(questions)

    def token_starts(self, text: str) -> Sequence[int]:
        return self._encoder.token_starts(text)

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        new = list(dict.fromkeys(p for p in passages if p not in self._known))
        new = new[: self._most - len(self._known)]
        for i, encoded in self._encoder.encode_passages(new):
            self._known[new[i]] = encoded
        others = [i for i, passage in enumerate(passages) if passage not in self._known]
        yield from ((i, self._known[p]) for i, p in enumerate(passages) if p in self._known)
        for start in range(0, len(others), _AT_ONCE):
            some = others[start : start + _AT_ONCE]
            yield from zip(some, self._drawn([passages[i] for i in some]), strict=True)

    def _drawn(self, passages: Sequence[EncoderInput]) -> Iterator[EncodedPassage]:
        if self._moves is None:
            self._pool = list(self._known.values())
            self._moves = _moves(np.stack([each.vector for each in self._pool]))
        digest = hashlib.sha256(passages[0].text.encode()).digest()
        random = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        pool = [self._pool[i] for i in random.integers(0, len(self._pool), len(passages)).tolist()]
        moves = random.standard_normal((len(passages), self.dimension), np.float32) @ self._moves
        for passage, near, move in zip(passages, pool, moves, strict=True):
            moved = near.vector + move
            places = np.arange(len(passage.sentences)) % max(1, len(near.sentences))
            yield EncodedPassage(
                (moved / np.linalg.norm(moved)).astype(np.float32),
                near.sentences[places],
                truncated=False,
                codes=None if near.codes is None else _other_codes(near.codes, random),
            )


def _other_codes(codes: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    changed = codes.copy()
    places = random.integers(0, codes.size, int(_CODES_CHANGED * codes.size))
    changed.ravel()[places] = random.integers(0, 256, len(places), np.uint8)
    return changed


def _moves(vectors: Floats) -> Floats:
    """What makes a standard normal vector a move, of shape (dimension, dimension)."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    order = np.argsort(-cosines, axis=1)
    differences = np.concatenate([vectors[order[:, n]] - vectors for n in _NEIGHBOURS])
    values, directions = np.linalg.eigh(differences.T @ differences / len(differences))
    root = (directions * np.sqrt(np.maximum(values, 0))) @ directions.T
    # The cosine of two vectors moved apart from one is about the square of that of each to it.
    cosine = float(np.sqrt(np.median(cosines.max(axis=1))))
    length = np.sqrt(1 / cosine**2 - 1) / np.sqrt(np.trace(root @ root))
    return np.asarray(root * length, np.float32)
