"""What a growing folder costs: python -m bench.growth ARTICLES QUESTIONS --sizes 1000 10000 100000

ARTICLES is a .jsonl or .jsonl.gz whose lines have a "text" (and a "title"), or a folder of .txt;
QUESTIONS a .jsonl whose lines have a "text". Each size is a folder of so many passages, about: real
ones, then texts drawn from them, read, cut, indexed and served by what does so for any folder. The
first --encoded passages are encoded; the encodings of the others are drawn near theirs (see
`bench/near_real.py`). SOURCIER_RANKING chooses the ranking: with tokens, a million passages take 25
GB, and twice that while one file changes.

Prints and writes to bench/results/growth-RANKING.csv, and plots in .svg beside it: passages; milliseconds
of a search, without the question's encoding, median and 95th centile, and of the encoding; recall@10
against all vectors compared exactly; memory of a process that served the questions, all and what is its
own; seconds from its start to its first answer, its files being in the system's cache, as they were written
just before (after a reboot they are not); bytes on disk; seconds of a build, by stage, drawn encodings
included in that of the encoding; seconds of a build after one file changed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.models import deferred_encoder
from index.opening import open_engine
from index.stages import ENCODING, WAITING, Stopwatch
from index.vectors import ASKED, VectorIndex, open_vectors
from qa.config import load_settings

# What builds is imported where it does: a process that serves measures its memory.
if TYPE_CHECKING:
    from bench.near_real import NearReal

# Asked before anything is measured: a server that has just started reads its files from disk.
WARM = 100
MEASURED = 300
# Of the articles of labour law that this was first run on; the passages found are what is written.
CHARACTERS = 480
NEAREST = 10
FIRST = "first answer, files cached (s)"
Row = dict[str, float | int | str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--encoded", type=int, default=2_000, help="passages that the model reads")
    parser.add_argument("--folder", type=Path, help="keeps the texts and indexes there")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results"))
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        print(json.dumps(_served(asked.articles, _questions(asked.questions))))
        return
    from bench.near_real import NearReal, read_articles
    from index.models import load_encoder

    _questions(asked.questions)  # too few are told before anything is built
    settings = load_settings()
    encoder = load_encoder(settings.model, settings.models, interaction=settings.ranking == "fine")
    near, real, rows = NearReal(encoder, asked.encoded), read_articles(asked.articles), list[Row]()
    for size in sorted(asked.sizes):
        with tempfile.TemporaryDirectory() as folder:
            place = (asked.folder or Path(folder)) / str(size)
            rows.append(_grown(place, size, real, near, asked.questions, settings.ranking))
        print(json.dumps(rows[-1]), flush=True)
        _write(rows, asked.out / f"growth-{settings.ranking}.csv")


def _grown(
    folder: Path, size: int, real: list[tuple[str, str]], encoder: NearReal, questions: Path, ranking: str
) -> Row:
    from bench.near_real import write_texts
    from index import generation
    from index.build import BuildOptions, build

    texts, home = folder / "texts", folder / "home"
    write_texts(texts, real, size * CHARACTERS)
    report = build(texts, home, encoder)
    served = generation.current(home)
    row: Row = {"passages": report.passages, "ranking": ranking}
    row |= {f"build {stage} (s)": round(seconds, 2) for stage, seconds in report.seconds.items()}
    row["disk (MB)"] = round(sum(path.stat().st_size for path in served.iterdir()) / 1e6, 1)
    row |= generation.read_manifest(served).vectors
    row["recall@10"] = _recall(open_vectors(served), encoder, _questions(questions))
    row |= _in_a_process(home, questions)
    with (texts / "000000.md").open("a", encoding="utf-8") as file:
        file.write("\n# Ajout\n\nUne phrase de plus, que nul autre texte ne dit, change ce fichier seul.\n")
    changed = build(texts, home, encoder, options=BuildOptions(keep=1))
    row["one file changed (s)"] = round(sum(changed.seconds.values()), 2)
    row |= {f"changed {stage} (s)": round(seconds, 2) for stage, seconds in changed.seconds.items()}
    return row


def _recall(index: VectorIndex, encoder: NearReal, questions: list[str]) -> float:
    """The share of the exact nearest that a search for as many as the retriever asks finds."""
    exact, found = VectorIndex(index.vectors()), 0
    for question in questions:
        vector = encoder.encode_question(question).vector
        best = index.nearest(vector, ASKED)[0][:NEAREST]
        found += len(np.intersect1d(best, exact.nearest(vector, NEAREST)[0]))
    return round(found / (NEAREST * len(questions)), 4)


def _in_a_process(home: Path, questions: Path) -> Row:
    """What a fresh process that serves this index says of itself."""
    command = [sys.executable, "-m", "bench.growth", str(home), str(questions), "--serve"]
    started = time.time()
    run = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "STARTED": str(started)}
    )
    told: Row = json.loads(run.stdout)
    return told


def _served(home: Path, questions: list[str]) -> Row:
    settings = load_settings()
    encoder = deferred_encoder(settings.model, settings.models, interaction=settings.ranking == "fine")
    engine = open_engine(home, encoder)
    engine.search(questions[-1], 5)
    started = time.time() - float(os.environ["STARTED"])
    searching, encoding = [], []
    for number, question in enumerate(questions[:-1]):
        with Stopwatch() as stopwatch:
            began = time.perf_counter()
            engine.search(question, 5)
            took = time.perf_counter() - began
        encoded = stopwatch.seconds.get(ENCODING, 0.0) + stopwatch.seconds.get(WAITING, 0.0)
        if number >= WARM:
            encoding.append(1000 * encoded)
            searching.append(1000 * (took - encoded))
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    engine.close()
    return {
        "search p50 (ms)": round(statistics.median(searching), 2),
        "search p95 (ms)": round(float(np.percentile(searching, 95)), 2),
        "encoding p50 (ms)": round(statistics.median(encoding), 2),
        "memory (MB)": int(status["VmRSS"].split()[0]) // 1024,
        "own memory (MB)": int(status["RssAnon"].split()[0]) // 1024,
        FIRST: round(started, 2),
    }


def _questions(path: Path) -> list[str]:
    lines = path.read_text("utf-8").splitlines()
    found = list(dict.fromkeys(json.loads(line)["text"] for line in lines))
    # The last is for the first answer; at least one is measured.
    if len(found) < WARM + 2:
        raise SystemExit(f"{path}: {len(found)} questions that differ; give at least {WARM + 2}")
    return found[: WARM + MEASURED + 1]


def _write(rows: list[Row], path: Path) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    # Imported where it is needed: what serves in a process of its own measures its memory.
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    plots = {
        "a search (ms)": ("search p50 (ms)", "search p95 (ms)", "encoding p50 (ms)"),
        "memory (MB)": ("memory (MB)", "own memory (MB)"),
        "seconds": (FIRST, "one file changed (s)"),
        "disk (MB)": ("disk (MB)",),
    }
    figure, axes = pyplot.subplots(1, len(plots), figsize=(4 * len(plots), 3.4), layout="constrained")
    for axis, (title, drawn) in zip(axes, plots.items(), strict=True):
        for name in drawn:
            axis.plot([row["passages"] for row in rows], [row[name] for row in rows], "o-", label=name)
        axis.set(xscale="log", yscale="log", xlabel="passages", title=title)
        axis.legend(frameon=False, fontsize=8)
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    pyplot.close(figure)


if __name__ == "__main__":
    main()
