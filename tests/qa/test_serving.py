"""The holder lends one engine to many, and closes a replaced one after its last user."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.embedded import EmbeddedEngine
from index.embedding import EncodedQuestion
from index.errors import Overloaded
from index.opening import open_engine
from qa.serving import EngineHolder, Phase, Stopping
from tests.conftest import FakeEncoder
from tests.qa.engines import FIRST, SECOND, FakeIndex, served, wait_until
from tests.qa.helpers import holder_of, index_texts


@pytest.fixture
def fake(tmp_path: Path) -> FakeIndex:
    return FakeIndex(tmp_path)


def test_the_engine_stays_the_same_while_the_index_does(fake: FakeIndex) -> None:
    with fake.holder.lease() as first:
        fake.holder.follow()
        with fake.holder.lease() as second:
            assert first is second is fake.engines[0]
    assert (fake.opened, fake.engines[0].closed) == (["g-1"], 0)


def test_a_new_engine_is_asked_one_question_before_it_is_lent(fake: FakeIndex) -> None:
    with fake.holder.lease():
        assert fake.engines[0].asked == [("échauffement", 1)]


def test_a_service_whose_queue_is_full_swaps_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class FullEncoder(FakeEncoder):
        is_full = False

        def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
            if self.is_full:
                raise Overloaded
            return super().encode_question(question, aside)

    encoder = FullEncoder()
    first = index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home", encoder)
    assert served(holder) == first.generation
    second = index_texts(tmp_path, SECOND)
    encoder.is_full = True
    holder.follow()
    encoder.is_full = False
    assert served(holder) == second.generation
    assert caplog.records == []
    with holder.lease() as engine:
        assert [hit.passage.document_id for hit in engine.search("Le vent du nord souffle", 1).hits] == [
            "vent.txt"
        ]


def test_a_leased_engine_goes_on_answering_after_a_second_build(tmp_path: Path) -> None:
    first = index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    with holder.lease() as in_use:
        second = index_texts(tmp_path, SECOND)
        holder.follow()
        assert served(holder) == second.generation
        search = in_use.search("La pluie tombe-t-elle sur Rennes ?", 5)
        assert search.generation == first.generation
        assert [hit.passage.document_id for hit in search.hits] == ["pluie.txt"]


def test_the_old_engine_is_closed_when_its_last_lease_ends_and_not_before(fake: FakeIndex) -> None:
    with fake.holder.lease():
        with fake.holder.lease():
            fake.point("g-2")
            fake.holder.follow()
            assert served(fake.holder) == "g-2"
            assert fake.engines[0].closed == 0
        assert fake.engines[0].closed == 0
    assert [engine.closed for engine in fake.engines] == [1, 0]


def test_an_old_engine_without_leases_is_closed_at_the_swap(fake: FakeIndex) -> None:
    assert served(fake.holder) == "g-1"
    fake.point("g-2")
    fake.holder.follow()
    assert [engine.closed for engine in fake.engines] == [1, 0]


def test_a_lease_that_ends_with_an_error_is_given_back(fake: FakeIndex) -> None:
    with pytest.raises(ValueError, match="exprès"), fake.holder.lease():
        raise ValueError("exprès")
    fake.point("g-2")
    fake.holder.follow()
    assert fake.engines[0].closed == 1


def test_a_replaced_engine_frees_its_files_and_its_maps(tmp_path: Path) -> None:
    old = index_texts(tmp_path, FIRST).generation
    holder = holder_of(tmp_path / "home")

    def held() -> int:
        """How many files of the old generation this process has open or mapped."""
        links = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
        mapped = Path("/proc/self/maps").read_text().splitlines()
        return sum(old in str(link) for link in links) + sum(old in line for line in mapped)

    with holder.lease() as engine:
        engine_alive = weakref.ref(engine)
        index_texts(tmp_path, SECOND)
        holder.follow()
        assert held() >= 2  # the store, and the sentence vectors at least
    del engine
    assert engine_alive() is None
    assert held() == 0


def test_questions_that_arrive_together_open_the_index_once(home: Path) -> None:
    opened: list[EmbeddedEngine] = []
    start = threading.Barrier(8)

    def open_slowly() -> EmbeddedEngine:
        # Held open until a second thread would have had time to come in.
        threading.Event().wait(0.05)
        opened.append(open_engine(home, FakeEncoder()))
        return opened[-1]

    holder = EngineHolder(home, open_slowly)

    def ask_together(_: int) -> int:
        start.wait()
        with holder.lease() as engine:
            return id(engine)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask_together, range(8))) == {id(opened[0])}
    assert len(opened) == 1


def test_stopping_ends_the_thread_frees_the_engine_and_refuses_further_questions(fake: FakeIndex) -> None:
    before = set(threading.enumerate())
    fake.holder.start()
    wait_until(lambda: fake.holder.is_open)
    assert [t.name for t in set(threading.enumerate()) - before] == ["follower"]
    with fake.holder.lease():
        fake.holder.stop()
        assert fake.engines[0].closed == 0
    assert fake.engines[0].closed == 1
    assert set(threading.enumerate()) == before
    assert fake.holder.phase is Phase.STOPPING
    with pytest.raises(Stopping, match="le service s'arrête"):
        served(fake.holder)
    assert fake.opened == ["g-1"]


def test_a_holder_that_was_stopped_can_be_started_again(fake: FakeIndex) -> None:
    for _ in range(2):
        fake.holder.start()
        wait_until(lambda: fake.holder.is_open)
        assert served(fake.holder) == "g-1"
        fake.holder.stop()
    assert [engine.closed for engine in fake.engines] == [1, 1]
