"""What a change of the texts costs, and whether the index is then that of a build from nothing.

    python -m bench.rebuild DATASET [--questions 300] [--sequences 50]   (DATASET in BEIR layout)

Times a build from nothing, then with nothing changed, with one file changed, renamed, and a
hundred changed: seconds, passages encoded. Then edits the folder at random, sequence after
sequence, and compares every search on the index so grown with one on an index built from nothing:
passages, places, scores to the last bit, signals. There each content is encoded once and
remembered, since the same passage in another batch differs by 1e-7; how far a build that encodes
everything again is from it is printed apart. Exits 1 when two indexes differ.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from bench.beir import load_questions, write_texts
from index.build import BuildOptions, BuildReport, build
from index.embedding import EncodedPassage, EncodedQuestion, Encoder, EncoderInput
from index.engine import Search
from index.models import load_encoder
from index.opening import open_engine
from qa.config import load_settings

ROUNDS = 5
MANY = 100
# Of edits between two builds.
LONGEST_SEQUENCE = 20
SEED = 5


class Remembering:
    """The encoder, each content encoded once; counts what it is asked for the first time."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.interaction = encoder.dimension, encoder.interaction
        self._passages: dict[EncoderInput, EncodedPassage] = {}
        self._questions: dict[tuple[str, str], EncodedQuestion] = {}

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        asked = (question, aside)
        if asked not in self._questions:
            self._questions[asked] = self._encoder.encode_question(question, aside)
        return self._questions[asked]

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        new = [passage for passage in dict.fromkeys(passages) if passage not in self._passages]
        for i, encoded in self._encoder.encode_passages(new):
            self._passages[new[i]] = encoded
        yield from ((i, self._passages[passage]) for i, passage in enumerate(passages))

    def token_starts(self, text: str) -> Sequence[int]:
        return self._encoder.token_starts(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--sequences", type=int, default=50)
    options = parser.parse_args()
    settings = load_settings()
    model = load_encoder(settings.model, settings.models, interaction=settings.ranking == "fine")
    encoder = Remembering(model)
    questions = [q.text for q in load_questions(options.dataset, options.questions)]
    with tempfile.TemporaryDirectory() as folder:
        texts, home = Path(folder, "texts"), Path(folder, "home")
        write_texts(options.dataset, texts)
        _time(texts, home, encoder)
        print(f"{len(questions)} questions, after those changes, asked of an index built from nothing:")
        grown = _searches(home, encoder, questions)
        build(texts, Path(folder, "nothing"), encoder, options=BuildOptions(full=True))
        same = grown == _searches(Path(folder, "nothing"), encoder, questions)
        print(f"  each content encoded once: {'equal to the last bit' if same else 'DIFFERENT'}")
        build(texts, Path(folder, "again"), model, options=BuildOptions(full=True))
        _compare(grown, _searches(Path(folder, "again"), encoder, questions))
        differing = _edit_at_random(
            texts, home, Path(folder, "nothing"), encoder, questions, options.sequences
        )
    sys.exit(0 if same and not differing else 1)


def _time(texts: Path, home: Path, encoder: Encoder) -> None:
    started = time.perf_counter()
    report = build(texts, home, encoder)
    whole = time.perf_counter() - started
    print(f"{report.documents} files, {report.passages} passages; from nothing: {whole:.1f} s")
    names = sorted(path.name for path in texts.iterdir())

    def timed(label: str, rounds: int, change, count: int = 1) -> None:  # type: ignore[no-untyped-def]
        seconds, reports = [], []
        for turn in range(rounds):
            for name in names[turn * count : turn * count + count]:
                change(texts / name, turn)
            begun = time.perf_counter()
            reports.append(build(texts, home, encoder))
            seconds.append(time.perf_counter() - begun)
        middle = statistics.median(seconds)
        print(
            f"{label}: median of {rounds} {middle:.2f} s ({100 * middle / whole:.1f} % of from nothing; "
            f"{min(seconds):.2f} to {max(seconds):.2f}); encoded {_encoded(reports)} passages of "
            f"{reports[-1].passages}"
        )
        print("  " + ", ".join(f"{stage} {s:.2f}" for stage, s in reports[-1].seconds.items()))

    timed("nothing changed", ROUNDS, lambda _path, _turn: None)
    timed("one file changed", ROUNDS, _change)
    timed("one file renamed", ROUNDS, lambda path, _: path.rename(path.with_name(f"r-{path.name}")))
    names = sorted(path.name for path in texts.iterdir())
    timed(f"{MANY} files changed", 2, _change, MANY)


def _change(path: Path, turn: int) -> None:
    path.write_text(
        path.read_text("utf-8") + f"\nLe {turn + 1} mai, une phrase de plus est venue.\n", "utf-8"
    )


def _encoded(reports: Sequence[BuildReport]) -> str:
    counts = sorted({report.encoded for report in reports})
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _searches(home: Path, encoder: Encoder, questions: Sequence[str]) -> list[tuple[object, object]]:
    engine = open_engine(home, encoder)
    try:
        found: list[Search] = [engine.search(question, 10) for question in questions]
    finally:
        engine.close()
    return [(search.hits, search.signals) for search in found]


def _compare(grown: list, again: list) -> None:  # type: ignore[type-arg]
    orders = sum(
        [h.passage.id for h in a[0]] == [h.passage.id for h in b[0]]
        for a, b in zip(grown, again, strict=True)
    )
    furthest = max(
        abs(x.score - y.score)
        for a, b in zip(grown, again, strict=True)
        for x, y in zip(a[0], b[0], strict=True)
        if x.passage.id == y.passage.id
    )
    print(f"  all encoded again: {orders} of {len(grown)} in the same order, scores within {furthest:.1e}")


def _edit_at_random(
    texts: Path, home: Path, nothing: Path, encoder: Encoder, questions: Sequence[str], sequences: int
) -> int:
    random, edits, differing = Random(SEED), 0, 0
    for _ in range(sequences):
        count = random.randint(1, LONGEST_SEQUENCE)
        for _ in range(count):
            _edit(texts, random)
        edits += count
        build(texts, home, encoder)
        build(texts, nothing, encoder, options=BuildOptions(full=True))
        differing += _searches(home, encoder, questions) != _searches(nothing, encoder, questions)
    print(
        f"{sequences} random sequences, {edits} edits: {differing} indexes differ from one built from nothing"
    )
    return differing


def _edit(texts: Path, random: Random) -> None:
    paths = sorted(texts.iterdir())
    path, other = random.sample(paths, 2)
    new = texts / f"neuf-{random.randrange(10**9)}.txt"
    sentences = path.read_text("utf-8").split(". ")
    random.choice(
        [
            path.unlink,
            lambda: path.rename(new),
            lambda: new.write_bytes(path.read_bytes()),
            lambda: path.write_bytes(other.read_bytes()),
            lambda: path.write_text(". ".join(random.sample(sentences, len(sentences))), "utf-8"),
            lambda: path.write_text("Un mot avant.\n\n" + path.read_text("utf-8"), "utf-8"),
            lambda: new.write_text(
                ". ".join([*sentences[:2], *other.read_text("utf-8").split(". ")]), "utf-8"
            ),
        ]
    )()


if __name__ == "__main__":
    main()
