"""The holder follows the index, and goes on with what it has when the new one is no good."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest

from index.embedded import EmbeddedEngine, open_engine
from index.engine import Engine
from index.errors import DamagedIndex, IncompatibleIndex, NoIndex
from qa.serving import EngineHolder
from tests.conftest import FakeEncoder
from tests.qa.helpers import NO_INDEX, OTHER_MODEL, OtherEncoder, damage, holder_of, index_texts

FIRST = {"pluie.txt": "La pluie tombe sur Rennes au printemps."}
SECOND = {"vent.txt": "Le vent du nord souffle sur Dunkerque en hiver."}


def served(holder: EngineHolder) -> str:
    return holder.engine().manifest.generation


def sources(holder: EngineHolder) -> list[str]:
    return [document.id for document in holder.engine().documents()]


def test_the_engine_stays_the_same_while_the_index_does(tmp_path: Path) -> None:
    report = index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    engine = holder.engine()
    assert engine.manifest.generation == report.generation
    assert holder.engine() is engine


def test_a_second_build_is_followed(tmp_path: Path) -> None:
    index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    assert sources(holder) == ["pluie.txt"]
    report = index_texts(tmp_path, SECOND)
    assert served(holder) == report.generation
    assert sources(holder) == ["pluie.txt", "vent.txt"]


def test_an_engine_in_use_goes_on_answering_after_a_second_build(tmp_path: Path) -> None:
    first = index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    in_use = holder.engine()
    index_texts(tmp_path, SECOND)
    assert holder.engine() is not in_use
    search = in_use.search("La pluie tombe-t-elle sur Rennes ?", 5)
    assert search.generation == first.generation
    assert [hit.passage.document_id for hit in search.hits] == ["pluie.txt"]


def test_a_damaged_new_index_leaves_the_old_engine_answering(tmp_path: Path) -> None:
    first = index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    engine = holder.engine()
    sentence = damage(tmp_path / "home", index_texts(tmp_path, SECOND).generation)
    with pytest.raises(DamagedIndex) as caught:
        open_engine(tmp_path / "home", FakeEncoder())
    assert str(caught.value) == sentence
    assert holder.engine() is engine
    assert served(holder) == first.generation
    third = index_texts(tmp_path, {})
    assert served(holder) == third.generation


def test_an_index_that_goes_away_leaves_the_old_engine_answering(tmp_path: Path) -> None:
    report = index_texts(tmp_path, FIRST)
    holder = holder_of(tmp_path / "home")
    assert served(holder) == report.generation
    (tmp_path / "home" / "index" / "CURRENT").unlink()
    assert served(holder) == report.generation


def test_without_an_index_the_remedy_is_told_and_a_later_build_is_picked_up(tmp_path: Path) -> None:
    holder = holder_of(tmp_path / "home")
    for _ in range(2):
        with pytest.raises(NoIndex) as caught:
            holder.engine()
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
            holder.engine()
        assert str(caught.value) == sentence
    repaired = index_texts(tmp_path, {})
    assert served(holder) == repaired.generation


def test_an_index_of_another_model_is_not_served(home: Path, generation: str) -> None:
    assert served(holder_of(home)) == generation
    with pytest.raises(IncompatibleIndex) as caught:
        holder_of(home, OtherEncoder()).engine()
    assert str(caught.value) == OTHER_MODEL


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
        return id(holder.engine())

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask_together, range(8))) == {id(opened[0])}
    assert len(opened) == 1


def test_a_new_index_that_cannot_be_opened_is_logged_and_tried_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened = 0

    def open_current() -> Engine:
        nonlocal opened
        opened += 1
        if opened > 1:
            raise DamagedIndex("abîmé")
        return first

    first = cast("Engine", object())
    pointer = tmp_path / "index" / "CURRENT"
    pointer.parent.mkdir()
    pointer.write_text("g-1\n")
    holder = EngineHolder(tmp_path, open_current)
    assert [holder.engine(), holder.engine()] == [first, first]
    pointer.write_text("g-2, plus long\n")
    os.utime(pointer, ns=(1, 1))
    assert [holder.engine(), holder.engine(), holder.engine()] == [first] * 3
    assert opened == 2
    assert [record.message for record in caplog.records] == [
        "la nouvelle génération ne s'ouvre pas, l'ancienne répond : abîmé"
    ]


def test_nobody_waits_for_the_one_who_opens_the_next_index(tmp_path: Path) -> None:
    engines = [cast("Engine", object()), cast("Engine", object())]
    opening, may_finish = threading.Event(), threading.Event()

    def open_current() -> Engine:
        if len(engines) == 1:
            opening.set()
            assert may_finish.wait(10)
        return engines.pop(0)

    first, second = engines
    pointer = tmp_path / "index" / "CURRENT"
    pointer.parent.mkdir()
    pointer.write_text("g-1\n")
    holder = EngineHolder(tmp_path, open_current)
    assert holder.engine() is first
    os.utime(pointer, ns=(1, 1))
    follower = threading.Thread(target=holder.engine)
    follower.start()
    assert opening.wait(10)
    assert holder.engine() is first
    may_finish.set()
    follower.join(10)
    assert holder.engine() is second
