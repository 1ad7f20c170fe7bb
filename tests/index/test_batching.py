"""Questions asked together are encoded together; each gets its own vectors, or its own error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest

from index.batching import MOST_CHARACTERS, MOST_TOGETHER, BatchingEncoder, passes_at_once
from index.embedding import EncodedQuestion, EncoderInput
from index.errors import Overloaded
from index.stages import ENCODING, WAITING, Stopwatch, mark
from tests.conftest import FakeEncoder, fake_interaction

Pairs = Sequence[tuple[str, str]]


class HeldEncoder(FakeEncoder):
    """Notes the passes it makes; each waits until it is let go, and those of some questions fail."""

    def __init__(self) -> None:
        super().__init__(fake_interaction())
        self.passes: list[list[tuple[str, str]]] = []
        self.held = threading.Semaphore(0)
        self.failing: set[str] = set()

    def encode_questions(self, questions: Pairs) -> list[EncodedQuestion]:
        self.passes.append(list(questions))
        assert self.held.acquire(timeout=10)
        if not self.failing.isdisjoint(question for question, _ in questions):
            raise ZeroDivisionError
        return super().encode_questions(questions)

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        return FakeEncoder.encode_question(self, question, aside)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@contextmanager
def queued(
    batching: BatchingEncoder, held: HeldEncoder, *waiting: str
) -> Iterator[dict[str, Future[EncodedQuestion]]]:
    """One question being encoded, and the others waiting behind it, in this order."""
    with ThreadPoolExecutor(len(waiting) + 1) as pool:
        asked = {"première": pool.submit(batching.encode_question, "première")}
        until(lambda: len(held.passes) == 1)
        for i, question in enumerate(waiting, 1):
            asked[question] = pool.submit(batching.encode_question, question)
            until(lambda count=i: len(batching._queue) == count)  # type: ignore[misc]
        try:
            yield asked
        finally:
            held.held.release(len(asked))


def questions_of(held: HeldEncoder) -> list[list[str]]:
    return [[question for question, _ in each] for each in held.passes]


def test_a_question_alone_is_encoded_at_once_by_whoever_asks_it() -> None:
    held = HeldEncoder()
    held.held.release()
    threads = set(threading.enumerate())
    encoded = BatchingEncoder(held).encode_question("Où ?", " (ici)")
    assert held.passes == [[("Où ?", " (ici)")]]
    assert set(threading.enumerate()) <= threads
    expected = FakeEncoder().encode_question("Où ?", " (ici)")
    for part in ("vector", "tokens", "aside"):
        assert np.array_equal(getattr(encoded, part), getattr(expected, part))


def test_those_that_come_meanwhile_share_the_next_pass_and_get_their_own_vectors() -> None:
    held = HeldEncoder()
    with queued(BatchingEncoder(held, passes=1), held, "deuxième", "troisième", "quatrième") as asked:
        held.held.release(2)
        vectors = {question: each.result(10).vector for question, each in asked.items()}
    assert questions_of(held) == [["première"], ["deuxième", "troisième", "quatrième"]]
    for question, vector in vectors.items():
        assert np.array_equal(vector, FakeEncoder().encode_question(question).vector)


def test_as_many_passes_run_at_once_as_are_allowed() -> None:
    held = HeldEncoder()
    batching = BatchingEncoder(held, passes=2)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(batching.encode_question, question) for question in ("a", "b", "c", "d")]
        until(lambda: len(held.passes) == 2 and len(batching._queue) == 2)
        assert sorted(map(len, held.passes)) == [1, 1]
        held.held.release()
        until(lambda: len(held.passes) == 3)
        assert len(held.passes[2]) == 2
        held.held.release(2)
        assert len([each.result(10) for each in asked]) == 4


def test_a_pass_takes_no_more_questions_than_it_may() -> None:
    held = HeldEncoder()
    waiting = [f"question {i}" for i in range(MOST_TOGETHER + 1)]
    with queued(BatchingEncoder(held, passes=1), held, *waiting) as asked:
        held.held.release(3)
        for each in asked.values():
            each.result(10)
    assert questions_of(held) == [["première"], waiting[:-1], waiting[-1:]]


def test_a_long_question_does_not_make_short_ones_long() -> None:
    held = HeldEncoder()
    long, short = "l" * (MOST_CHARACTERS // 2 + 1), "s" * 10
    with queued(BatchingEncoder(held, passes=1), held, short, long, short * 2) as asked:
        held.held.release(4)
        for each in asked.values():
            each.result(10)
    assert questions_of(held) == [["première"], [short], [long], [short * 2]]


def test_beyond_its_bound_the_queue_refuses_and_goes_on() -> None:
    held = HeldEncoder()
    batching = BatchingEncoder(held, passes=1, longest_queue=2)
    with queued(batching, held, "deuxième", "troisième") as asked:
        with pytest.raises(Overloaded, match=r"^trop de questions attendent leur tour ; réessayez"):
            batching.encode_question("quatrième")
        held.held.release(2)
        for each in asked.values():
            each.result(10)
        held.held.release()
        assert batching.encode_question("cinquième").vector.shape == (64,)
    assert questions_of(held) == [["première"], ["deuxième", "troisième"], ["cinquième"]]


def test_a_question_that_fails_does_not_fail_those_of_its_pass() -> None:
    held = HeldEncoder()
    held.failing = {"troisième"}
    batching = BatchingEncoder(held, passes=1)
    with queued(batching, held, "deuxième", "troisième", "quatrième") as asked:
        held.held.release(6)
        with pytest.raises(ZeroDivisionError):
            asked.pop("troisième").result(10)
        vectors = {question: each.result(10).vector for question, each in asked.items()}
        assert batching.encode_question("après").vector.shape == (64,)
    together = ["deuxième", "troisième", "quatrième"]
    assert questions_of(held) == [["première"], together, *([each] for each in together), ["après"]]
    for question, vector in vectors.items():
        assert np.array_equal(vector, FakeEncoder().encode_question(question).vector)


def test_questions_that_all_fail_have_an_error_each() -> None:
    held = HeldEncoder()
    held.failing = {"deuxième", "troisième"}
    with queued(BatchingEncoder(held, passes=1), held, "deuxième", "troisième") as asked:
        held.held.release(4)
        errors = [asked[question].exception(10) for question in ("deuxième", "troisième")]
    assert [type(error) for error in errors] == [ZeroDivisionError] * 2
    assert errors[0] is not errors[1]


@pytest.mark.parametrize(("cores", "passes"), [(1, 1), (2, 1), (16, 15)])
def test_one_core_is_left_for_all_that_is_not_the_model(
    monkeypatch: pytest.MonkeyPatch, cores: int, passes: int
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(cores)))
    assert passes_at_once() == passes
    assert BatchingEncoder(FakeEncoder())._idle == passes


def test_many_threads_get_what_one_gets() -> None:
    batching = BatchingEncoder(FakeEncoder(fake_interaction()))
    questions = [f"question numéro {i % 37}" for i in range(400)]
    with ThreadPoolExecutor(16) as pool:
        encoded = list(pool.map(batching.encode_question, questions))
    assert not batching._queue
    alone = {question: FakeEncoder().encode_question(question) for question in set(questions)}
    for question, each in zip(questions, encoded, strict=True):
        assert np.array_equal(each.vector, alone[question].vector)
        assert np.array_equal(each.tokens, alone[question].tokens)


def test_what_was_waited_is_told_apart_from_the_pass() -> None:
    held = HeldEncoder()
    batching = BatchingEncoder(held, passes=1)

    def timed() -> float:
        with Stopwatch() as watch:
            batching.encode_question("deuxième")
            mark(ENCODING)
        assert list(watch.seconds) == [WAITING, ENCODING]
        return watch.seconds[WAITING]

    with queued(batching, held), ThreadPoolExecutor(1) as pool:
        second = pool.submit(timed)
        until(lambda: len(batching._queue) == 1)
        time.sleep(0.02)
        held.held.release(2)
        assert 0.02 <= second.result(10) < 10


def test_all_else_is_the_encoder_s_own() -> None:
    inner = FakeEncoder(fake_interaction())
    batching = BatchingEncoder(inner)
    assert (batching.name, batching.fingerprint, batching.dimension) == ("fake", "fake-1", 64)
    assert batching.interaction is inner.interaction
    assert batching.token_starts("un deux") == inner.token_starts("un deux")
    ((position, passage),) = batching.encode_passages([EncoderInput("", "Un texte.", ())])
    assert position == 0
    assert np.array_equal(passage.vector, inner.encode_question("Un texte.").vector)
    together = batching.encode_questions([("un", ""), ("deux", "")])
    assert [each.vector.tolist() for each in together] == [
        inner.encode_question(question).vector.tolist() for question in ("un", "deux")
    ]
