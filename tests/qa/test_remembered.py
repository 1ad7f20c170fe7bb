"""Questions asked are kept only where that was switched on: the last ones, each once, nothing else."""

from __future__ import annotations

import json
import logging
import multiprocessing
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from filelock import FileLock

import qa.remembered
from qa.remembered import Remembered, asked_path


def remember_all(home: Path, most: int, questions: Sequence[str]) -> None:
    remembered = Remembered(home, most)
    for question in questions:
        remembered.remember(question)


def lines_of(home: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in asked_path(home).read_text("utf-8").splitlines()]


def test_nothing_is_kept_unless_it_was_switched_on(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path, 0)
    remembered.remember("Qui est le maire ?")
    assert remembered.questions() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_question_is_kept_alone_for_its_owner_alone(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path, 5)
    assert remembered.questions() == ()
    remembered.remember("Où est l'école ?\nPrès du pont ?")
    assert remembered.questions() == ("Où est l'école ?\nPrès du pont ?",)
    assert lines_of(tmp_path) == [{"question": "Où est l'école ?\nPrès du pont ?"}]
    assert asked_path(tmp_path).stat().st_mode & 0o777 == 0o600


def test_the_last_different_questions_are_given_the_newest_last(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path, 3)
    for question in ("un", "deux", "trois", "deux", "quatre", "quatre"):
        remembered.remember(question)
    assert remembered.questions() == ("trois", "deux", "quatre")
    assert Remembered(tmp_path, 2).questions() == ("deux", "quatre")


def test_what_was_kept_stays_when_it_is_switched_off_and_is_not_read(tmp_path: Path) -> None:
    remember_all(tmp_path, 3, ["un"])
    assert Remembered(tmp_path, 0).questions() == ()
    assert lines_of(tmp_path) == [{"question": "un"}]


def test_the_file_never_holds_more_than_twice_what_is_kept(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path, 4)
    sizes = []
    for number in range(30):
        remembered.remember(f"question {number}")
        sizes.append(len(lines_of(tmp_path)))
    assert sizes == [*range(1, 9), *[4, 5, 6, 7, 8] * 4, 4, 5]
    assert remembered.questions() == tuple(f"question {number}" for number in range(26, 30))
    assert asked_path(tmp_path).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".asked-")) == []


def test_what_another_process_added_is_counted(tmp_path: Path) -> None:
    one, other = Remembered(tmp_path, 2), Remembered(tmp_path, 2)
    for number in range(4):
        (one, other)[number % 2].remember(f"question {number}")
    assert len(lines_of(tmp_path)) == 4
    one.remember("question 4")
    assert [line["question"] for line in lines_of(tmp_path)] == ["question 3", "question 4"]
    # The other one finds the file replaced under it.
    other.remember("question 5")
    assert other.questions() == ("question 4", "question 5")


def test_a_line_cut_short_costs_that_line_alone(tmp_path: Path) -> None:
    remember_all(tmp_path, 5, ["un", "deux"])
    whole = asked_path(tmp_path).read_bytes()
    asked_path(tmp_path).write_bytes(whole[:-6])
    remembered = Remembered(tmp_path, 5)
    assert remembered.questions() == ("un",)
    remembered.remember("trois")
    assert remembered.questions() == ("un", "trois")


def test_eight_threads_write_one_at_a_time_and_lose_no_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[str] = []
    most_inside = 0
    append = Remembered._append

    def watched(self: Remembered, question: str) -> None:
        nonlocal most_inside
        inside.append(question)
        most_inside = max(most_inside, len(inside))
        time.sleep(0.0005)  # what another thread needs to get in
        append(self, question)
        inside.remove(question)

    monkeypatch.setattr(Remembered, "_append", watched)
    remembered = Remembered(tmp_path, 200)
    begin = threading.Barrier(8)

    def ask(thread: int) -> None:
        begin.wait()
        for number in range(25):
            remembered.remember(f"question {thread}-{number}")

    threads = [threading.Thread(target=ask, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {f"question {thread}-{number}" for thread in range(8) for number in range(25)}
    assert len(remembered.questions()) == 200
    assert set(remembered.questions()) == expected
    assert most_inside == 1


def test_a_question_is_left_when_another_process_holds_the_file_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(qa.remembered, "_WAIT", 0.02)
    remembered = Remembered(tmp_path, 5)
    remembered.remember("un")
    with FileLock(tmp_path / ".asked.lock"):
        remembered.remember("deux")
    remembered.remember("trois")
    assert remembered.questions() == ("un", "trois")
    said = [record.getMessage() for record in caplog.records if record.name == "qa.remembered"]
    assert said == ["une question reçue n'a pas pu être gardée (Timeout)"]


def test_two_processes_lose_no_question(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    asked = [[f"question {name}-{number}" for number in range(40)] * 3 for name in "ab"]
    workers = [context.Process(target=remember_all, args=(tmp_path, 80, each)) for each in asked]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert set(Remembered(tmp_path, 80).questions()) == {*asked[0], *asked[1]}
    # 240 lines were written: it was compacted meanwhile.
    assert 80 <= len(lines_of(tmp_path)) <= 160


@pytest.mark.parametrize("question", ["un\ud800deux", "trois"])
def test_a_question_that_cannot_be_kept_is_not_an_error_and_is_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, question: str
) -> None:
    remember_all(tmp_path, 5, ["un"])
    assert lines_of(tmp_path) == [{"question": "un"}]
    if question == "trois":
        asked_path(tmp_path).unlink()
        asked_path(tmp_path).mkdir()  # it cannot be written, even by root
    with caplog.at_level(logging.DEBUG):
        remember_all(tmp_path, 5, [question])
    error = "IsADirectoryError" if question == "trois" else "UnicodeEncodeError"
    said = [record.getMessage() for record in caplog.records if record.name == "qa.remembered"]
    assert said == [f"une question reçue n'a pas pu être gardée ({error})"]
    assert question not in caplog.text
