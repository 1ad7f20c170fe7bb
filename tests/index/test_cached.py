"""The same question is searched once a generation; what is kept is what was found."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.documents import Passage
from index.cached import MOST_KEPT, Key, SearchCache
from index.duplicates import Place
from index.embedded import EmbeddedEngine
from index.embedding import EncodedQuestion
from index.engine import NOTHING_FOUND, Hit, Search
from index.errors import Overloaded
from index.filtering import NO_FILTERS, Filters
from index.opening import open_engine
from index.stages import Stopwatch
from tests.conftest import TEXTS, FakeEncoder
from tests.index.support import indexed, interacting_encoder

QUESTION = "Que fait une CPTS ?"
FOUND = Search((), NOTHING_FOUND, "g-essai")


def key(question: str) -> Key:
    return question, 5, NO_FILTERS


def found(characters: int, *, elsewhere: int = 0) -> Search:
    """A search of one hit of so many characters, which say the same `elsewhere` times more."""
    text = "x" * characters
    passage = Passage("a.txt#0", "a.txt", 0, characters, text, (), ())
    also = (Place("b.txt", "B", 0, characters, text),) * elsewhere
    return Search((Hit(passage, "A", None, 0.9, ("words",), (), also),), NOTHING_FOUND, "g-essai")


class CountingEncoder(FakeEncoder):
    """Notes what it is asked to encode."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        self.asked.append(question)
        return super().encode_question(question, aside)


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def engine_of_its_own(home: Path, counting: CountingEncoder) -> EmbeddedEngine:
    return open_engine(home, counting)


def test_a_search_is_made_once_and_given_again() -> None:
    cache = SearchCache()
    assert cache.get(key("a"), lambda: FOUND) is FOUND
    assert cache.get(key("a"), lambda: pytest.fail("searched again")) is FOUND


def test_the_least_recently_asked_goes_first() -> None:
    cache = SearchCache(most=2)
    for question in ("a", "b", "a", "c"):
        cache.get(key(question), lambda: FOUND)
    assert len(cache) == 2
    cache.get(key("a"), lambda: pytest.fail("a was asked after b"))
    searched: list[str] = []
    cache.get(key("b"), lambda: searched.append("b") or FOUND)  # type: ignore[func-returns-value]
    assert searched == ["b"]


def test_the_texts_kept_are_bounded_those_that_stand_elsewhere_too() -> None:
    cache = SearchCache(most_characters=100)
    for question, searched in (("a", found(30)), ("b", found(10, elsewhere=5)), ("c", found(11))):
        cache.get(key(question), lambda searched=searched: searched)  # type: ignore[misc]
    assert list(cache._kept) == [key("b"), key("c")]
    assert cache._characters == 60 + 11
    cache.get(key("d"), lambda: found(29))
    assert list(cache._kept) == [key("b"), key("c"), key("d")]
    assert cache._characters == 100


def test_a_search_larger_than_all_that_may_be_kept_is_given_and_drives_none_out() -> None:
    cache = SearchCache(most_characters=100)
    cache.get(key("a"), lambda: FOUND)
    large = found(101)
    assert cache.get(key("b"), lambda: large) is large
    assert list(cache._kept) == [key("a")]
    assert cache._characters == 0


def test_what_two_searched_at_once_counts_once() -> None:
    cache = SearchCache(most_characters=100)

    def searched_meanwhile() -> Search:
        cache.get(key("a"), lambda: found(60))
        return found(70)

    cache.get(key("a"), searched_meanwhile)
    assert cache._characters == 70
    cache.get(key("b"), lambda: found(30))
    assert list(cache._kept) == [key("a"), key("b")]


def test_what_fails_is_not_kept() -> None:
    cache = SearchCache()

    def fail() -> Search:
        raise Overloaded

    with pytest.raises(Overloaded):
        cache.get(key("a"), fail)
    assert len(cache) == 0
    assert cache.get(key("a"), lambda: FOUND) is FOUND


def test_a_search_under_way_holds_nobody_up() -> None:
    cache = SearchCache()
    begun, go = threading.Event(), threading.Event()

    def slow() -> Search:
        begun.set()
        assert go.wait(10)
        return FOUND

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(cache.get, key("a"), slow)
        assert begun.wait(10)
        assert cache.get(key("b"), lambda: FOUND) is FOUND
        assert cache.get(key("a"), lambda: FOUND) is FOUND
        go.set()
        assert first.result(10) is FOUND


def test_an_engine_answers_the_same_question_from_what_it_found(
    engine_of_its_own: EmbeddedEngine, counting: CountingEncoder
) -> None:
    with Stopwatch() as searching:
        first = engine_of_its_own.search(QUESTION, 3)
    with Stopwatch() as remembering:
        again = engine_of_its_own.search(QUESTION, 3)
    assert counting.asked == [QUESTION]
    assert again is first
    assert list(searching.seconds) == ["mending", "encoding", "proposing", "reranking", "reading"]
    assert remembering.seconds == {}


@pytest.mark.parametrize(
    ("limit", "filters", "sources"),
    [(1, NO_FILTERS, ["cpts.md"]), (3, Filters(formats=("txt",)), ["ght.txt"])],
)
def test_another_limit_or_other_filters_are_another_search_of_a_question_encoded_once(
    engine_of_its_own: EmbeddedEngine,
    counting: CountingEncoder,
    limit: int,
    filters: Filters,
    sources: list[str],
) -> None:
    assert len(engine_of_its_own.search(QUESTION, 3).hits) == 3
    found = engine_of_its_own.search(QUESTION, limit, filters)
    assert [hit.passage.document_id for hit in found.hits] == sources
    assert counting.asked == [QUESTION]


def test_a_sentence_whose_likeness_is_asked_twice_is_encoded_once(tmp_path: Path) -> None:
    encoder = interacting_encoder()
    engine = indexed(tmp_path, TEXTS, encoder)
    asked: list[str] = []
    encode = encoder.encode_question

    def noted(question: str, aside: str = "") -> EncodedQuestion:
        asked.append(question)
        return encode(question, aside)

    encoder.encode_question = noted  # type: ignore[method-assign]
    sentence, place = "Une CPTS organise les soins.", [("cpts.md", 20)]
    assert engine.likeness(sentence, place) == engine.likeness(sentence, place)
    assert asked == [sentence]


def test_another_generation_has_found_nothing_yet(tmp_path: Path) -> None:
    first = indexed(tmp_path, {"a.txt": "La pluie tombe sur Brest."}).search("la pluie à Brest", 5)
    second = indexed(tmp_path, {"a.txt": "La pluie tombe sur Lille."}).search("la pluie à Brest", 5)
    assert first.hits[0].passage.text == "La pluie tombe sur Brest."
    assert second.hits[0].passage.text == "La pluie tombe sur Lille."
    assert first.generation != second.generation


def test_an_engine_keeps_no_more_searches_than_it_may(engine_of_its_own: EmbeddedEngine) -> None:
    for number in range(MOST_KEPT + 3):
        engine_of_its_own.search(f"question {number}", 1)
    assert len(engine_of_its_own._searches) == MOST_KEPT
