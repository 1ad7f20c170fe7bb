"""With the real model, texts about one subject answer no question about the others."""

from __future__ import annotations

from pathlib import Path

import pytest

import corpus
from index.build import build
from index.models import load_encoder
from index.opening import open_engine
from qa.answer import ask
from qa.config import load_settings

TEXTS = Path(corpus.__file__).parent / "texts" / "acteurs"
UNRELATED = (Path(__file__).parents[1] / "questions_unrelated.txt").read_text("utf-8").splitlines()


@pytest.mark.model
def test_of_120_unrelated_questions_at_most_two_are_answered(tmp_path: Path) -> None:
    encoder = load_encoder(None, load_settings().models)
    build(TEXTS, tmp_path, encoder)
    engine = open_engine(tmp_path, encoder)
    try:
        assert not ask(engine, "Que fait une CPTS ?", 1).refused
        answered = [question for question in UNRELATED if not ask(engine, question, 1).refused]
    finally:
        engine.close()
    assert len(UNRELATED) == 120
    assert len(answered) <= 2, answered
