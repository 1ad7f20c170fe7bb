"""How fast this machine builds and answers: python -m bench.speed [DATASET]   (make bench)

Without DATASET (BEIR layout) it uses the demonstration texts and questions; SOURCIER_RANKING
chooses the ranking. Prints bytes a passage, passages encoded a second, milliseconds a question
in process (median, 95th centile), and the share that the encoder takes.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.beir import load_questions, write_texts
from index import generation
from index.build import build
from index.models import load_encoder
from index.opening import open_engine
from qa.answer import ask
from qa.config import load_settings
from qa.evaluation import load_questions as load_own_questions

QUESTIONS = 300


def main() -> None:
    settings = load_settings()
    encoder = load_encoder(settings.model, settings.models, interaction=settings.ranking == "fine")
    with tempfile.TemporaryDirectory() as folder:
        home, texts = Path(folder, "home"), settings.texts or Path("corpus/texts")
        if len(sys.argv) > 1:
            texts = Path(folder, "texts")
            write_texts(Path(sys.argv[1]), texts)
            questions = [q.text for q in load_questions(Path(sys.argv[1]), QUESTIONS)]
        else:
            questions = [q.question for q in load_own_questions(Path("tests/questions.jsonl"))]
        report = build(texts, home, encoder)
        print(f"{report.documents} documents, {report.passages} passages")
        for stage, seconds in report.seconds.items():
            print(f"  {stage}: {seconds:.2f} s")
        print(f"  {report.passages / report.seconds['encodage']:.1f} passages encoded a second")
        started = time.perf_counter()
        engine = open_engine(home, encoder)
        print(f"opened in {time.perf_counter() - started:.2f} s")
        for file in sorted(generation.current(home).iterdir()):
            print(f"  {file.name}: {file.stat().st_size / report.passages:.0f} bytes a passage")
        ask(engine, questions[0], 5)
        whole = _milliseconds(lambda q: ask(engine, q, 5), questions)
        encoding = _milliseconds(encoder.encode_question, questions)
        print(f"a question: median {statistics.median(whole):.1f} ms")
        print(f"  95 % below {whole[int(0.95 * len(whole))]:.1f} ms")
        print(f"  of which encoding {statistics.median(encoding):.1f} ms")
        engine.close()


def _milliseconds(call, questions: list[str]) -> list[float]:  # type: ignore[no-untyped-def]
    took = []
    for question in questions:
        started = time.perf_counter()
        call(question)
        took.append(1000 * (time.perf_counter() - started))
    return sorted(took)


if __name__ == "__main__":
    main()
