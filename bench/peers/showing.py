"""Writes the figures of a run: Markdown and CSV tables, SVG plots. Computes none."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from bench.peers import figures as f
from bench.peers.figures import Figure, Measure
from bench.peers.processes import OURS
from bench.peers.records import Results

_ACCENT, _SOFT, _LETTERS = "#0b5c6b", "#aab2ba", "#24292f"
# File → its title and the measures drawn, one panel each.
_PLOTS: dict[str, tuple[Measure, ...]] = {
    "building": (f.ENCODED, f.BUILT, f.BUILD_PEAK),
    "asking": (f.MEDIAN, f.P95, f.RATE),
    "weight": (f.RESIDENT, f.START),
    "quality": (f.NDCG, f.HIT),
}
_REPEAT = """
## To repeat
On Linux, with Python 3.11 and nothing else running: `make bench`, or `make bench QUESTIONS=FOLDER` for a
question set in BEIR's layout (corpus.jsonl, queries.jsonl, qrels.tsv). It installs each peer into an
environment of its own (`var/peers/NAME`, at the versions of `bench/peers/requirements`), torch at the
version of `constraints.txt` for all. `python -m bench.peers --help` tells the rest. Nothing is fetched from
a model hub: every peer loads the folder that this project prepares, by its path. The first run also builds
each peer's index of all the passages, at the speed of the table.

## How it is measured
- Each figure is the median of the rounds, the lowest and highest beside it. In a round the systems come
  one after another, so that what else the machine does falls on all.
- Every task runs in a process of its own; the model is loaded and run once before a build is timed.
- Peers get one passage a paragraph, its title before it, and the model's prompts. They are used as their
  documentation shows, with their own batch sizes: one file each, `bench/peers/*_peer.py`.
- This project reads the same texts as files, cuts them into more and shorter passages, and encodes
  sentences and tokens too. "Passages/s" counts the peers' passages for all; "tokens/s" what each model
  read of its own passages. "The model alone" is given the very same texts.
- A peer's index of all the passages is kept between runs; each round opens it anew. No question is asked
  twice of one process, so no answer comes from a cache.
- Peers are called as libraries, from 16 threads where 16 clients are meant; `sourcier, HTTP` is
  `sourcier serve` asked over HTTP, 16 connections, with the load's own work on the same cores. Its replies
  carry an answer and exact citations. Ratios compare the service with the peers' library calls.
- Memory is what the process has resident after 50 questions one after another (the service: after all of
  one client's), files mapped included.
- nDCG@10 and hit@1 are of the ten passages that each system gives for the same questions, over all the
  passages.
"""


def write(results: Results, folder: Path) -> None:
    """Writes peers.md, peers.csv, machine.csv and the plots; prints the tables."""
    found = f.figures(results)
    plots = {name: m for name, m in _PLOTS.items() if any(figure.measure in m for figure in found)}
    shown = [f"![{', '.join(m.label for m in measures)}]({name}.svg)" for name, measures in plots.items()]
    caption = "\n## Plots\n\nIn parentheses, each peer's median over this project's.\n"
    text = "\n".join([*_lines(results, found), caption, *shown, _REPEAT])
    (folder / "peers.md").write_text(text, "utf-8")
    print(text.partition("\n## Plots")[0])
    _csv(
        folder / "peers.csv",
        ("system", "measure", "unit", "median", "lowest", "highest"),
        [(x.system, x.measure.label, x.measure.unit, x.median, x.lowest, x.highest) for x in found],
    )
    _csv(
        folder / "machine.csv",
        ("kind", "rows", "k", "n", "threads", "median_gflops", "lowest", "highest"),
        [
            (c.kind, c.rows, *(c.shape or ("all", "all")), c.threads, x.median, x.lowest, x.highest)
            for c in f.ceiling_rows(results)
            for x in (Figure("", f.PRODUCTS, c.gflops),)
        ],
    )
    for name, measures in plots.items():
        _plot(folder / f"{name}.svg", found, measures)


def _lines(results: Results, found: Sequence[Figure]) -> Iterator[str]:
    at, names = results.setting, list(dict.fromkeys(figure.system for figure in found))
    names.sort(key=lambda name: not name.startswith(OURS))
    yield "# This project beside its peers\n"
    yield (
        f"{at.date}. {at.processor}, {at.cores} cores, {at.memory / 2**30:.0f} GiB, no GPU. {at.dataset}: "
        f"{at.passages} passages, {at.questions} questions; builds timed on the first {at.peers.passages} "
        f"({at.peers.tokens} tokens). {at.rounds} rounds: median (lowest to highest). "
        "The same encoder weights for all.\n"
    )
    for runs in results.systems:
        versions = ", ".join(f"{package} {version}" for package, version in runs.versions.items())
        yield f"- {runs.name}: {versions}"
    yield "\n## Figures\n"
    yield from _table(["", *names], _figure_rows(found, names))
    for runs in results.systems:
        failed = {ask.failed for ask in runs.asks if ask.failed}
        if failed:
            yield f"\n- {runs.name} does not answer from several threads: {'; '.join(sorted(failed))}"
    told = [f"{stage} {milliseconds:.2f}" for stage, milliseconds in f.stages(results.service)]
    if told:
        yield f"\nOf a question over HTTP, one client, milliseconds: {', '.join(told)}."
    peers = [name for name in names if not name.startswith(OURS)]
    if peers:
        yield "\n## Ratios: this project's median over each peer's\n"
        yield "Above 1 is better where more is better; below 1 where less is.\n"
        yield from _table(["", *peers], _ratio_rows(found, peers))
    yield "\n## The machine's ceiling\n"
    yield (
        "GFLOP/s of the encoder's matrix products alone (ONNX Runtime; 8 bits: activations quantized on the "
        "way, one scale a column), all shapes in the encoder's proportions; each shape is in machine.csv.\n"
    )
    yield from _ceiling_table(results)
    yield ""
    for system, kind, share in f.ceiling_shares(results):
        yield f"- {system}, the model alone over the sample: {100 * share:.0f} % of the {kind} ceiling"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _figure_rows(found: Sequence[Figure], names: Sequence[str]) -> list[list[str]]:
    cells = {(figure.system, figure.measure): str(figure) for figure in found}
    return [
        [measure.title, *(cells.get((name, measure), "") for name in names)]
        for measure in f.MEASURES
        if any((name, measure) in cells for name in names)
    ]


def _ratio_rows(found: Sequence[Figure], peers: Sequence[str]) -> list[list[str]]:
    cells = {(system, measure): _ratio(ratio) for system, measure, ratio in f.ratios(found)}
    return [
        [f"{measure.title} ({'more' if measure.higher_is_better else 'less'} is better)"]
        + [cells.get((peer, measure), "") for peer in peers]
        for measure in (*f.MEASURES, f.RATE_OVER_ALONE)
        if any((peer, measure) in cells for peer in peers)
    ]


def _ceiling_table(results: Results) -> Iterator[str]:
    whole = [row for row in f.ceiling_rows(results) if row.shape is None]
    cells = {(row.kind, row.threads, row.rows): str(Figure("", f.PRODUCTS, row.gflops)) for row in whole}
    rows = list(dict.fromkeys(row.rows for row in whole))
    yield from _table(
        ["kind, threads", *(f"{count} tokens" for count in rows)],
        [
            [f"{kind}, {threads}", *(cells.get((kind, threads, count), "") for count in rows)]
            for kind, threads in dict.fromkeys((row.kind, row.threads) for row in whole)
        ],
    )


def _ratio(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"


def _csv(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


def _plot(path: Path, found: Sequence[Figure], measures: Sequence[Measure]) -> None:
    drawn = [measure for measure in measures if any(x.measure == measure for x in found)]
    if not drawn:
        return
    # Letters stay letters, and the same figures give the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "sourcier", "font.size": 9}):
        drawing = Drawing(figsize=(3.6 * len(drawn) + 1, 2.6), layout="constrained")
        panels = drawing.subplots(1, len(drawn), squeeze=False)[0]
        for axes, measure in zip(panels, drawn, strict=True):
            _bars(axes, measure, [figure for figure in found if figure.measure == measure])
        drawing.savefig(path, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")


def _bars(axes: Axes, measure: Measure, found: Sequence[Figure]) -> None:
    """A bar a system, ours first; a line from lowest to highest; the ratio to ours beside the figure."""
    is_ours: Callable[[Figure], bool] = lambda figure: figure.system.startswith(OURS)  # noqa: E731
    ordered = sorted(found, key=lambda figure: (not is_ours(figure), figure.system))
    ours = next((x for x in ordered if x.system == (f.OVER_HTTP if measure.over_http else OURS)), None)
    for place, figure in enumerate(ordered):
        axes.barh(place, figure.median, color=_ACCENT if is_ours(figure) else _SOFT, height=0.7)
        axes.plot([figure.lowest, figure.highest], [place, place], color=_LETTERS, linewidth=1)
        ratio = "" if ours is None or is_ours(figure) else f" (× {_ratio(figure.median / ours.median)})"
        axes.annotate(
            f"{figure.median:.{measure.digits}f}{ratio}",
            (figure.highest, place),
            (4, 0),
            textcoords="offset points",
            va="center",
            color=_LETTERS,
        )
    axes.set_yticks(range(len(ordered)), [figure.system for figure in ordered])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.45 * max(figure.highest for figure in ordered))
    axes.set_xticks([])
    axes.set_title(f"{measure.title}\n{'more' if measure.higher_is_better else 'less'} is better", fontsize=9)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
