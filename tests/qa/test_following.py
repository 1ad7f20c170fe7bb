"""The holder follows the index, and goes on with what it has when the new one is no good."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.errors import DamagedIndex, IncompatibleIndex, NoIndex
from index.opening import open_engine
from qa.serving import LOOK_EVERY, Phase
from tests.conftest import FakeEncoder
from tests.qa.engines import FIRST, SECOND, FakeEngine, FakeIndex, served, sources, wait_until
from tests.qa.helpers import NO_INDEX, OTHER_MODEL, OtherEncoder, damage, holder_of, index_texts

UNOPENED = "la nouvelle génération ne s'ouvre pas, l'ancienne répond : abîmé"


@pytest.fixture
def fake(tmp_path: Path) -> FakeIndex:
    return FakeIndex(tmp_path)


def test_a_second_build_is_followed(tmp_path: Path) -> None:
    index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    assert sources(holder) == ["pluie.txt"]
    report = index_texts(tmp_path, SECOND)
    holder.follow()
    assert served(holder) == report.generation
    assert sources(holder) == ["pluie.txt", "vent.txt"]


def test_the_thread_that_follows_swaps_within_a_second(tmp_path: Path) -> None:
    index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    holder.start()
    try:
        wait_until(lambda: holder.is_open)
        report = index_texts(tmp_path, SECOND)
        wait_until(lambda: served(holder) == report.generation, seconds=1)
    finally:
        holder.stop()


def test_a_damaged_new_index_leaves_the_old_engine_answering(tmp_path: Path) -> None:
    first = index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    assert served(holder) == first.generation
    damage(tmp_path / "home", index_texts(tmp_path, SECOND).generation)
    with pytest.raises(DamagedIndex):
        open_engine(tmp_path / "home", FakeEncoder())
    holder.follow()
    assert served(holder) == first.generation
    third = index_texts(tmp_path, {"neige.txt": "La neige tombe sur Grenoble."})
    holder.follow()
    assert served(holder) == third.generation


def test_an_index_that_goes_away_leaves_the_old_engine_answering(tmp_path: Path) -> None:
    report = index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    assert served(holder) == report.generation
    (tmp_path / "home" / "index" / "CURRENT").unlink()
    holder.follow()
    assert served(holder) == report.generation


def test_without_an_index_the_remedy_is_told_and_a_later_build_is_picked_up(tmp_path: Path) -> None:
    holder = holder_of(tmp_path / "home")
    for _ in range(2):
        with pytest.raises(NoIndex) as caught:
            served(holder)
        assert str(caught.value) == NO_INDEX
    report = index_texts(tmp_path, FIRST)
    assert served(holder) == report.generation


def test_a_first_index_that_is_damaged_is_told_every_time_until_rebuilt(tmp_path: Path) -> None:
    report = index_texts(tmp_path, FIRST)
    assert served(holder_of(tmp_path / "home")) == report.generation
    sentence = damage(tmp_path / "home", report.generation)
    holder = holder_of(tmp_path / "home")
    for _ in range(2):
        with pytest.raises(DamagedIndex) as caught:
            served(holder)
        assert str(caught.value) == sentence
    repaired = index_texts(tmp_path, SECOND)
    assert served(holder) == repaired.generation


def test_an_error_told_a_hundred_times_does_not_grow(tmp_path: Path) -> None:
    holder = holder_of(tmp_path / "home")

    def frames() -> int:
        with pytest.raises(NoIndex) as caught:
            served(holder)
        return len(caught.traceback)

    first = frames()
    assert [frames() for _ in range(100)] == [first] * 100


def test_an_index_of_another_model_is_not_served(home: Path, generation: str) -> None:
    assert served(holder_of(home)) == generation
    with pytest.raises(IncompatibleIndex) as caught:
        served(holder_of(home, OtherEncoder()))
    assert str(caught.value) == OTHER_MODEL


@pytest.mark.parametrize(("pause", "times"), [(60.0, 1), (0.0, 3)])
def test_a_new_index_that_cannot_be_opened_is_logged_once_and_tried_again_after_a_pause(
    fake: FakeIndex,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    pause: float,
    times: int,
) -> None:
    tried: list[str] = []
    monkeypatch.setattr("qa.serving.RETRY_EVERY", pause)

    def refuse(name: str) -> None:
        tried.append(name)
        raise DamagedIndex("abîmé")

    assert served(fake.holder) == "g-1"
    fake.before_opening = refuse
    fake.point("g-2")
    for _ in range(3):
        fake.holder.follow()
        assert served(fake.holder) == "g-1"
    assert tried == ["g-2"] * times
    assert [record.message for record in caplog.records] == [UNOPENED]
    monkeypatch.setattr("qa.serving.RETRY_EVERY", 0.0)
    fake.before_opening = lambda name: None
    fake.holder.follow()
    assert served(fake.holder) == "g-2"


def test_a_first_index_that_would_not_open_is_opened_once_it_can(
    fake: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise DamagedIndex("abîmé")

    monkeypatch.setattr("qa.serving.RETRY_EVERY", 0.0)
    fake.before_opening = refuse
    for _ in range(2):
        with pytest.raises(DamagedIndex):
            served(fake.holder)
    fake.before_opening = lambda name: None
    assert served(fake.holder) == "g-1"


def test_what_could_not_be_opened_is_tried_again_after_a_return_to_the_old_one(fake: FakeIndex) -> None:
    def refuse(name: str) -> None:
        raise DamagedIndex("abîmé")

    assert served(fake.holder) == "g-1"
    fake.before_opening = refuse
    for name in ("g-2", "g-1"):
        fake.point(name)
        fake.holder.follow()
    fake.before_opening = lambda name: None
    fake.point("g-2")
    fake.holder.follow()
    assert served(fake.holder) == "g-2"


def test_an_engine_that_cannot_answer_one_question_is_not_lent_and_is_closed(
    fake: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: FakeEngine, question: str, limit: int) -> None:
        raise DamagedIndex("abîmé")

    assert served(fake.holder) == "g-1"
    monkeypatch.setattr(FakeEngine, "search", fail)
    fake.point("g-2")
    fake.holder.follow()
    assert served(fake.holder) == "g-1"
    assert [engine.closed for engine in fake.engines] == [0, 1]


def test_a_generation_replaced_and_dropped_while_it_is_opened_gives_way_to_the_next(
    fake: FakeIndex, caplog: pytest.LogCaptureFixture
) -> None:
    def drop(name: str) -> None:
        if name == "g-2":
            fake.point("g-3")
            raise DamagedIndex("g-2/store.sqlite manque")

    assert served(fake.holder) == "g-1"
    fake.before_opening = drop
    fake.point("g-2")
    fake.holder.follow()
    assert served(fake.holder) == "g-3"
    assert caplog.records == []


def test_the_follower_survives_what_nobody_foresaw(
    fake: FakeIndex, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> None:
        if name == "g-2":
            raise RuntimeError("imprévu")

    monkeypatch.setattr("qa.serving.LOOK_EVERY", 0.005)
    monkeypatch.setattr("qa.serving.RETRY_EVERY", 0.0)
    fake.before_opening = fail
    fake.holder.start()
    try:
        wait_until(lambda: fake.holder.is_open)
        fake.point("g-2")
        wait_until(lambda: len(caplog.records) > 0)
        time.sleep(0.05)  # ten more looks
        assert served(fake.holder) == "g-1"
        fake.point("g-3")
        wait_until(lambda: served(fake.holder) == "g-3")
    finally:
        fake.holder.stop()
    assert [(r.levelno, r.message) for r in caplog.records] == [
        (logging.ERROR, "la nouvelle génération ne s'ouvre pas")
    ]


def test_nobody_waits_for_the_thread_that_opens_the_next_index(fake: FakeIndex) -> None:
    opening, may_finish = threading.Event(), threading.Event()

    def wait(name: str) -> None:
        opening.set()
        assert may_finish.wait(10)

    assert served(fake.holder) == "g-1"
    assert fake.holder.phase is Phase.READY
    fake.before_opening = wait
    fake.point("g-2")
    fake.holder.start()
    try:
        assert opening.wait(10)
        taken = []
        for _ in range(3):
            began = time.monotonic()
            assert [served(fake.holder) for _ in range(100)] == ["g-1"] * 100
            taken.append(time.monotonic() - began)
        assert min(taken) < LOOK_EVERY
        assert fake.holder.phase is Phase.SWAPPING
        may_finish.set()
        wait_until(lambda: served(fake.holder) == "g-2")
        wait_until(lambda: fake.holder.phase is Phase.READY)
    finally:
        may_finish.set()
        fake.holder.stop()


def test_who_comes_before_the_first_index_is_open_waits_for_it(fake: FakeIndex) -> None:
    opening, may_finish = threading.Event(), threading.Event()

    def wait(name: str) -> None:
        opening.set()
        assert may_finish.wait(10)

    assert fake.holder.phase is Phase.CLOSED
    fake.before_opening = wait
    fake.holder.start()
    try:
        assert opening.wait(10)
        assert (fake.holder.phase, fake.holder.is_open) == (Phase.STARTING, False)
        with ThreadPoolExecutor(1) as thread:
            asked = thread.submit(served, fake.holder)
            may_finish.set()
            assert asked.result(10) == "g-1"
        assert fake.opened == ["g-1"]
    finally:
        may_finish.set()
        fake.holder.stop()
