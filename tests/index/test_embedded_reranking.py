"""The engine with a model that reads the first passages together with the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from index.cross_encoder import READ
from index.engine import Search
from index.filtering import Filters
from index.opening import open_engine
from index.ranking import Scores
from tests.conftest import FakeEncoder
from tests.index.support import indexed, interacting_encoder

QUESTION = "Quel quai reste ouvert le soir ?"
# More than are read, each a passage of its own.
QUAYS = {f"{n:02}.txt": f"Le quai {n} reste ouvert le soir{' vraiment' * n}." for n in range(30)}
NO_SOURCE = Filters(sources=("absent.txt",))


class Preferring:
    """Prefers the passages that hold some words, and scores the others alike; remembers what it reads."""

    def __init__(self, preferred: str = "aucun de ces mots") -> None:
        self.preferred = preferred
        self.read: list[tuple[str, tuple[str, ...]]] = []

    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        self.read.append((question, tuple(passages)))
        return np.array([0.875 if self.preferred in passage else 0.25 for passage in passages], np.float32)


Searching = Callable[..., Search]


@pytest.fixture(scope="module", params=[False, True], ids=["fused", "token by token"])
def searching(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Searching:
    """Searches the quays, with a reranker or without."""
    encoder = interacting_encoder() if request.param else FakeEncoder()
    folder = tmp_path_factory.mktemp("quays")
    indexed(folder, QUAYS, encoder).close()

    def search(reranker: Preferring | None, *asked: object) -> Search:
        return open_engine(folder / "home", encoder, reranker).search(*asked)  # type: ignore[arg-type]

    return search


def ids(search: Search) -> list[str]:
    return [hit.passage.document_id for hit in search.hits]


def test_the_passage_that_the_reader_prefers_comes_first_and_the_scores_fall(searching: Searching) -> None:
    plain = searching(None, QUESTION, 30)
    order, planted = ids(plain), plain.hits[READ - 1].passage
    search = searching(Preferring(planted.text), QUESTION, 30)
    assert ids(search) == [planted.document_id, *order[: READ - 1], *order[READ:]]
    assert [hit.score for hit in search.hits[:READ]] == [0.875] + [0.25] * (READ - 1)
    # Those that it has not read score as before, but no higher than what it has.
    assert [hit.score for hit in search.hits[READ:]] == pytest.approx(
        [min(0.25, hit.score) for hit in plain.hits[READ:]]
    )
    assert [hit.score for hit in search.hits] == sorted((hit.score for hit in search.hits), reverse=True)


def test_what_it_scores_alike_keeps_its_order(searching: Searching) -> None:
    assert ids(searching(Preferring(), QUESTION, 30)) == ids(searching(None, QUESTION, 30))


def test_a_passage_beyond_those_read_is_not_raised(searching: Searching) -> None:
    plain = searching(None, QUESTION, 30)
    reader = Preferring(plain.hits[READ].passage.text)
    assert ids(searching(reader, QUESTION, 30)) == ids(plain)


@pytest.mark.parametrize("limit", [1, 5, 30])
def test_the_first_are_read_whole_with_the_mended_question_however_few_are_asked_for(
    searching: Searching, limit: int
) -> None:
    reader = Preferring()
    assert len(searching(reader, "QUEL QUAI RESTE OUVERT LE SOIR ?", limit).hits) == limit
    ((question, passages),) = reader.read
    assert question == QUESTION
    # Their title, here the name of the file, then their text.
    best = searching(None, QUESTION, 30).hits[:READ]
    assert passages == tuple(f"{hit.title}\n{hit.passage.text}" for hit in best)


def test_one_asked_for_is_the_one_preferred_and_the_signals_are_its_own(searching: Searching) -> None:
    planted = searching(None, QUESTION, 30).hits[READ - 1].passage
    only = Filters(sources=(planted.document_id,))
    search = searching(Preferring(planted.text), QUESTION, 1)
    assert ids(search) == [planted.document_id]
    expected = searching(None, QUESTION, 1, only).signals.best
    assert astuple(search.signals.best) == pytest.approx(astuple(expected), abs=1e-6)


def test_fewer_than_are_read_are_all_read_and_none_is_no_reading(searching: Searching) -> None:
    reader = Preferring("Le quai 2 ")
    assert ids(searching(reader, QUESTION, 5, Filters(sources=("01.txt", "02.txt")))) == ["02.txt", "01.txt"]
    assert len(reader.read[0][1]) == 2
    assert ids(searching(reader, QUESTION, 5, NO_SOURCE)) == []
    assert len(reader.read) == 1


def test_passages_that_say_the_same_are_read_once(tmp_path: Path) -> None:
    notice = "Le quai des pêcheurs reste ouvert chaque soir de la semaine, du lundi au vendredi."
    texts = {"a.txt": notice, "b.txt": f"{notice[:-1]} !", "c.txt": "Le phare ferme le matin."}
    first, other = ids(indexed(tmp_path, texts).search(QUESTION, 5))
    assert other == "c.txt"
    reader = Preferring("phare")
    search = open_engine(tmp_path / "home", FakeEncoder(), reader).search(QUESTION, 5)
    assert len(reader.read[0][1]) == 2
    assert [(hit.passage.document_id, len(hit.also)) for hit in search.hits] == [("c.txt", 0), (first, 1)]


def test_a_definition_is_left_where_it_is(tmp_path: Path) -> None:
    texts = {
        "sens.txt": "Le groupement hospitalier de territoire (GHT) réunit des hôpitaux publics.",
        "autre.txt": "Le GHT signifie beaucoup pour la ville, dit un passant.",
    }
    plain = indexed(tmp_path, texts)
    reader = Preferring("passant")
    engine = open_engine(tmp_path / "home", FakeEncoder(), reader)
    assert ids(engine.search("Qui réunit les hôpitaux publics ?", 2)) == ["autre.txt", "sens.txt"]
    assert len(reader.read) == 1
    search = engine.search("Que signifie GHT ?", 2)
    assert len(reader.read) == 1
    assert ids(search) == ["sens.txt", "autre.txt"]
    assert search == plain.search("Que signifie GHT ?", 2)
    assert search.signals.defined
