"""A graph gives a text the same vectors whatever is read beside it, takes passages as it goes, and says when
it is damaged.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from corpus.documents import Span
from index import onnx_encoder
from index.embedding import EncodedPassage, EncodedQuestion, EncoderInput
from index.models import load_encoder
from index.onnx_encoder import OnnxEncoder
from qa.config import load_settings
from tests.index.tiny_models import LONG, SENTENCES

INPUTS = [
    EncoderInput("Titre", text, (Span(0, 6),)) for text in (*SENTENCES, LONG, SENTENCES[0], SENTENCES[4])
]


@pytest.fixture(
    scope="module", params=["graph", "unigram_graph", pytest.param("default", marks=pytest.mark.model)]
)
def encoder(request: pytest.FixtureRequest) -> OnnxEncoder:
    if request.param != "default":
        return OnnxEncoder(request.getfixturevalue(request.param))
    loaded = load_encoder(None, load_settings().models)
    assert isinstance(loaded, OnnxEncoder)
    return loaded


def assert_same(found: EncodedQuestion, expected: EncodedQuestion) -> None:
    """To the rounding of a sum. Measured: not a bit of difference, on a processor with AVX-512."""
    assert found.vector == pytest.approx(expected.vector, abs=1e-6)
    assert found.tokens == pytest.approx(expected.tokens, abs=1e-6)
    assert found.aside == pytest.approx(expected.aside, abs=1e-6)


def assert_same_passage(found: EncodedPassage, expected: EncodedPassage) -> None:
    assert found.vector == pytest.approx(expected.vector, abs=1e-6)
    assert found.sentences == pytest.approx(expected.sentences, abs=1e-6)
    assert found.truncated == expected.truncated
    assert (found.codes is None) == (expected.codes is None)
    if found.codes is not None:
        assert np.array_equal(found.codes, np.asarray(expected.codes))


def test_a_question_has_the_same_vectors_alone_and_beside_a_much_longer_one(encoder: OnnxEncoder) -> None:
    asked = [(sentence, " (aussi)" if n % 2 else "") for n, sentence in enumerate(SENTENCES)]
    together = encoder.encode_questions([*asked, (LONG, "")])
    assert len(together) == len(asked) + 1
    for question, found in zip(asked, together, strict=False):
        assert_same(found, encoder.encode_question(*question))
    assert not np.allclose(together[0].vector, together[1].vector, atol=1e-2)


@pytest.mark.parametrize("window", [1, 3, 512])
@pytest.mark.parametrize("budget", [1, 40, 4096])
def test_a_passage_has_the_same_vectors_whatever_its_order_its_window_and_its_run(
    encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch, window: int, budget: int
) -> None:
    alone = [next(encoder.encode_passages([passage]))[1] for passage in INPUTS]
    monkeypatch.setattr(onnx_encoder, "_WINDOW", window)
    monkeypatch.setattr(onnx_encoder, "_BUDGET", budget)
    order = np.random.default_rng(5).permutation(len(INPUTS))
    found = dict(encoder.encode_passages([INPUTS[i] for i in order]))
    assert sorted(found) == list(range(len(INPUTS)))
    for place, i in enumerate(order):
        assert_same_passage(found[place], alone[i])


def test_no_passage_gives_nothing(encoder: OnnxEncoder) -> None:
    assert list(encoder.encode_passages([])) == []


class Watched(Sequence[EncoderInput]):
    """A long sequence of passages, that remembers the last one taken."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.taken = -1

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, i: int) -> EncoderInput:  # type: ignore[override]
        self.taken = max(self.taken, i)
        return EncoderInput("", f"Le quai {i}.", ())


def running() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("encoder")]


def test_passages_are_taken_as_results_are_consumed(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_encoder, "_WINDOW", 8)
    # So many runs wait at most, each of one passage at least, and a window is cut at once.
    ahead = 2 * len(os.sched_getaffinity(0)) + 1 + 8
    passages = Watched(ahead * 20)
    results = OnnxEncoder(graph).encode_passages(passages)
    assert passages.taken == -1
    for consumed in range(1, ahead * 4):
        next(results)
        assert passages.taken <= ahead * 8 + consumed
    assert running() != []
    results.close()
    assert running() == []


def test_an_error_reaches_whoever_consumes_and_leaves_no_thread(
    graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = OnnxEncoder(graph)
    assert len(list(encoder.encode_passages(INPUTS))) == len(INPUTS)

    def fail(texts: object) -> None:
        raise MemoryError("plus de mémoire")

    monkeypatch.setattr(encoder, "_read", fail)
    with pytest.raises(MemoryError, match="plus de mémoire"):
        list(encoder.encode_passages(INPUTS))
    assert running() == []


def test_eight_threads_at_once_are_given_what_one_is(encoder: OnnxEncoder) -> None:
    asked = [sentence[:length] for sentence in SENTENCES for length in (3, 9, 30, 90)] * 4
    alone = [encoder.encode_question(question) for question in asked]
    with ThreadPoolExecutor(8) as threads:
        for found, expected in zip(threads.map(encoder.encode_question, asked), alone, strict=True):
            assert_same(found, expected)


def test_questions_are_answered_while_passages_are_encoded(encoder: OnnxEncoder) -> None:
    alone = encoder.encode_question(SENTENCES[1])
    expected = [next(encoder.encode_passages([passage]))[1] for passage in INPUTS]
    for i, found in encoder.encode_passages(INPUTS):
        assert_same(encoder.encode_question(SENTENCES[1]), alone)
        assert_same_passage(found, expected[i])


def test_each_run_takes_one_core(graph: Path) -> None:
    session = onnx_encoder.open_session(graph / "model.onnx")
    options = session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert session.get_providers() == ["CPUExecutionProvider"]


def test_where_8_bit_products_would_overflow_the_graph_gives_the_same(
    graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = [OnnxEncoder(graph).encode_question(sentence).vector for sentence in SENTENCES]
    monkeypatch.setattr(onnx_encoder, "_overflows", lambda: True)
    careful = OnnxEncoder(graph)
    for sentence, vector in zip(SENTENCES, plain, strict=True):
        assert float(careful.encode_question(sentence).vector @ vector) > 0.999


@pytest.mark.parametrize(
    ("machine", "flags", "overflows"),
    [
        ("x86_64", "fma avx2 avx512_vnni", False),
        ("x86_64", "fma avx2 avx_vnni", False),
        ("x86_64", "fma avx2", True),
        ("x86_64", None, True),
        ("aarch64", None, False),
    ],
)
def test_an_x86_without_8_bit_products_is_known_by_its_flags(
    monkeypatch: pytest.MonkeyPatch, machine: str, flags: str | None, overflows: bool
) -> None:
    def read(path: Path, encoding: str) -> str:
        if flags is None:
            raise FileNotFoundError(path)
        return f"flags\t: {flags}\n"

    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(Path, "read_text", read)
    assert onnx_encoder._overflows() is overflows


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert running() == []
