"""A question is asked as the texts would write it, unless it is in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embedding import EncodedQuestion
from index.opening import open_engine
from tests.conftest import FakeEncoder
from tests.index.support import indexed


class Listening(FakeEncoder):
    """Remembers the questions that it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        self.asked.append(question + aside)
        return super().encode_question(question, aside)


@pytest.fixture(scope="module")
def bourges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = {
        "a.txt": "L'hôpital de Bourges soigne le Cher. Madame Morel dirige cet hôpital, à Bourges.",
        "b.txt": "La fanfare de Bourges défile. Monsieur Petit la dirige.",
    }
    folder = tmp_path_factory.mktemp("bourges")
    indexed(folder, texts).close()
    return folder / "home"


@pytest.mark.parametrize(
    "typed",
    [
        "Qui dirige l'hopital de Bourges ?",
        "QUI DIRIGE L'HOPITAL DE BOURGES ?",
        "Qui dirige l'hôpitzl de Bourges ?",
        "Qui dirige l'hoptial de Bourges ?",
        " Qui  dirige l`hôpital de Bourges ?",
    ],
)
def test_a_mistyped_question_finds_what_the_well_written_one_finds(bourges: Path, typed: str) -> None:
    encoder = Listening()
    engine = open_engine(bourges, encoder)
    written = "Qui dirige l'hôpital de Bourges ?"
    found = engine.search(typed, 5)
    assert encoder.asked == [written]
    assert found == engine.search(written, 5)
    document = engine.document("a.txt")
    assert document is not None
    hit = found.hits[0]
    assert document.text[hit.passage.start : hit.passage.end] == hit.passage.text == document.text
    assert "L'hôpital de Bourges" in hit.passage.text


def test_a_question_in_english_is_asked_as_it_is(bourges: Path) -> None:
    encoder = Listening()
    engine = open_engine(bourges, encoder)
    english = engine.search("Who runs the hopital of  Bourges?", 5)
    french = engine.search("Qui dirige l'hôpital de Bourges ?", 5)
    assert encoder.asked[0] == "Who runs the hopital of  Bourges?"
    assert (english.signals.french, french.signals.french) == (False, True)
    assert english.hits[0].passage.document_id == "a.txt"
