"""Texts and encodings drawn near real ones are the same at each run, and as like as real ones are."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path

import numpy as np

from bench.near_real import NearReal, articles, read_articles, write_texts
from corpus.documents import Span
from index.embedding import EncoderInput
from tests.conftest import FakeEncoder
from tests.index.support import interacting_encoder

REAL = [(f"Article {n}", f"Le délai est de {n}7 jours. Le salarié {n} en est informé.") for n in range(40)]


def _inputs(count: int) -> list[EncoderInput]:
    texts = [f"Le lit {n % 90} de la salle {n % 7} est libre." for n in range(count)]
    return [EncoderInput(f"Salle {n}", text, (Span(0, len(text)),)) for n, text in enumerate(texts)]


def test_articles_are_the_real_ones_then_others_made_of_their_sentences() -> None:
    drawn = list(islice(articles(REAL), 100))
    assert drawn[:40] == REAL
    assert drawn == list(islice(articles(REAL), 100))
    words = {word for _, text in REAL for word in text.split() if word.isalpha()}
    assert {word for _, text in drawn[40:] for word in text.split() if word.isalpha()} <= words
    assert len({text for _, text in drawn}) > 90


def test_articles_are_read_from_lines_compressed_or_not_and_from_a_folder(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"title": title, "text": text}) + "\n" for title, text in REAL)
    (tmp_path / "a.jsonl").write_text(lines, "utf-8")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "un.txt").write_text("Un texte.", "utf-8")
    assert read_articles(tmp_path / "a.jsonl") == read_articles(tmp_path / "a.jsonl.gz") == REAL
    assert read_articles(tmp_path / "texts") == [("un", "Un texte.")]


def test_so_many_characters_are_written(tmp_path: Path) -> None:
    write_texts(tmp_path / "texts", REAL, 5_000)
    written = [path.read_text("utf-8") for path in sorted((tmp_path / "texts").iterdir())]
    assert written[0].startswith("# Article 0\n\nLe délai est de 07 jours.")
    assert 5_000 <= sum(map(len, written)) < 5_000 + len(written[0]) * 2


def test_the_first_are_encoded_and_the_others_drawn_near_them() -> None:
    encoder, inputs = interacting_encoder(), _inputs(600)
    near = NearReal(encoder, 300)
    found = dict(near.encode_passages(inputs))
    assert sorted(found) == list(range(600))
    for i, encoded in encoder.encode_passages(inputs[:300]):
        assert np.array_equal(found[i].vector, encoded.vector)
    drawn = np.stack([found[i].vector for i in range(300, 600)])
    assert np.abs(np.linalg.norm(drawn, axis=1) - 1).max() < 1e-6
    real = np.stack([found[i].vector for i in range(300)])
    assert not np.isin(drawn[:, 0], real[:, 0]).any()
    for i in range(300, 600):
        assert len(found[i].sentences) == 1
        codes = found[i].codes
        assert codes is not None
        assert codes.dtype == np.uint8
    again = dict(NearReal(encoder, 300).encode_passages(inputs))
    assert all(np.array_equal(again[i].vector, found[i].vector) for i in range(600))


def test_two_drawn_near_the_same_are_as_like_as_a_real_one_and_its_nearest() -> None:
    random = np.random.default_rng(1)
    texts = [" ".join(f"m{n}" for n in random.integers(0, 60, 12)) for _ in range(400)]
    inputs = [EncoderInput("", text, (Span(0, len(text)),)) for text in dict.fromkeys(texts)]
    near = NearReal(FakeEncoder(), 200)
    found = dict(near.encode_passages(inputs))
    real = np.stack([found[i].vector for i in range(200)])
    drawn = np.stack([found[i].vector for i in range(200, len(inputs))])
    between = real @ real.T
    np.fill_diagonal(between, -1)
    nearest = float(np.median(between.max(axis=1)))
    to_its_own = float(np.median((drawn @ real.T).max(axis=1)))
    assert abs(to_its_own**2 - nearest) < 0.05
