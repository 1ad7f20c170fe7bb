"""What the encoder gains over torch, and what that costs: python -m bench.encoder [DATASET]

On the passages of a question set (BEIR layout), or of the demonstration texts: torch in float32, the
graph in float32, the graph in 8 bits. Passages and tokens a second on all cores, milliseconds a
question, cosines to torch; then how near the 8 bits are to what the machine's matrix products alone
would take (`bench.peers.machine`).
"""

from __future__ import annotations

import index  # noqa: F401

# isort: split
# After it: it sets numpy's threads as they are in service, which must be before numpy is loaded.
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bench.peers.machine import FLOAT, FLOP_PER_TOKEN, INT8, LAYERS, ceilings
from index import default_model
from index.embedding import Encoder, EncoderInput, Vectors
from index.interaction import load_interaction
from index.models import load_encoder
from index.onnx_encoder import OnnxEncoder
from index.onnx_export import export
from index.torch_encoder import load_model
from qa.config import load_settings
from qa.evaluation import beir
from qa.evaluation import load_questions as load_own_questions

PASSAGES, QUESTIONS, ROUNDS = 300, 100, 3
_HIDDEN = 384


def main() -> None:
    settings = load_settings()
    passages, questions = _material(sys.argv[1:])
    lengths = _lengths(load_encoder(None, settings.models), passages)
    print(f"{len(passages)} passages of {np.mean(lengths):.0f} tokens, {len(questions)} questions")
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder, "float32")
        export(load_model(default_model.prepare(settings.models)), exact, "float32", latin=True, exact=True)
        encoders: dict[str, Encoder] = {
            "torch, float32": load_encoder(None, settings.models, runtime="torch"),
            "ONNX Runtime, float32": OnnxEncoder(exact, load_interaction()),
            "ONNX Runtime, 8 bits": load_encoder(None, settings.models),
        }
        seconds = {name: (_passages(e, passages), _questions(e, questions)) for name, e in encoders.items()}
        reference = encoders["torch, float32"]
        read, asked = _read(reference, passages), _asked(reference, questions)
        print("| | passages/s | tokens/s | question, ms | passages' cosine to torch (least) | questions' |")
        print("|---|---|---|---|---|---|")
        for name, encoder in encoders.items():
            whole, each = seconds[name]
            print(f"| {name} | {len(passages) / whole:.1f} | {sum(lengths) / whole:.0f} ", end="")
            print(f"| {1000 * each:.2f} | {_likeness(_read(encoder, passages), read)} ", end="")
            print(f"| {_likeness(_asked(encoder, questions), asked)} |")
    _share(lengths, seconds["ONNX Runtime, 8 bits"][0])


def _material(arguments: Sequence[str]) -> tuple[list[EncoderInput], list[str]]:
    if arguments:
        dataset = beir.load_dataset(Path(arguments[0]))
        texts = [("", document.text) for document in dataset.documents]
        questions = [question.question for question in dataset.questions]
    else:
        sample = Path("index/sample.txt").read_text("utf-8").splitlines()
        texts = [("", line) for line in sample if len(line) > 200]
        questions = [q.question for q in load_own_questions(Path("tests/questions.jsonl"))]
    inputs = [EncoderInput(title, text, ()) for title, text in texts]
    return inputs[:: max(1, len(inputs) // PASSAGES)], questions[:: max(1, len(questions) // QUESTIONS)]


def _lengths(encoder: Encoder, passages: Sequence[EncoderInput]) -> list[int]:
    return [len(encoder.token_starts(f"{p.context}\n{p.text}")) for p in passages]


def _passages(encoder: Encoder, passages: Sequence[EncoderInput]) -> float:
    return _median(lambda: sum(1 for _ in encoder.encode_passages(passages)))


def _questions(encoder: Encoder, questions: Sequence[str]) -> float:
    return _median(lambda: [encoder.encode_question(q) for q in questions]) / len(questions)


def _median(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def _likeness(found: Sequence[Vectors], expected: Sequence[Vectors]) -> str:
    cosines = [float(f @ e) for f, e in zip(found, expected, strict=True)]
    return f"{np.mean(cosines):.5f} ({min(cosines):.5f})"


def _read(encoder: Encoder, passages: Sequence[EncoderInput]) -> list[Vectors]:
    found = dict(encoder.encode_passages(passages[::5]))
    return [found[i].vector for i in sorted(found)]


def _asked(encoder: Encoder, questions: Sequence[str]) -> list[Vectors]:
    return [encoder.encode_question(question).vector for question in questions]


def _share(lengths: Sequence[int], seconds: float) -> None:
    """Of the time taken, what the same arithmetic takes at the rates of matrix products alone."""
    rates = {
        (ceiling.kind, ceiling.threads): statistics.median(ceiling.gflops)
        for ceiling in ceilings((2,))
        if ceiling.shape is None and ceiling.rows == 150
    }
    products = FLOP_PER_TOKEN * sum(lengths) / 1e9 / rates[INT8, 2]
    # Queries with keys, then weights with values: in float32.
    attention = sum(4 * LAYERS * _HIDDEN * n * n for n in lengths) / 1e9 / rates[FLOAT, 2]
    print(f"matrix products alone, two threads: {rates[INT8, 2]:.0f} GFLOP/s in 8 bits, ", end="")
    print(f"{rates[FLOAT, 2]:.0f} in float32")
    print(
        f"the encoder's would take {products:.2f} s, attention's {attention:.2f} s, of {seconds:.2f} s: ",
        end="",
    )
    print(f"{(products + attention) / seconds:.0%}")


if __name__ == "__main__":
    main()
