"""The rounds of a run as figures: medians, spreads, ratios. Pure; draws and writes nothing."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.peers.machine import FLOAT, FLOP_PER_TOKEN, INT8
from bench.peers.processes import OURS
from bench.peers.records import Ceiling, Results, ServiceRun, SystemRuns

OVER_HTTP = f"{OURS}, HTTP"
REFERENCE = "sentence-transformers"
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, and in what. `over_http`: our side of a comparison is the service."""

    label: str
    unit: str
    higher_is_better: bool = False
    over_http: bool = False
    digits: int = 1

    @property
    def title(self) -> str:
        """What is measured, with its unit where it has one."""
        return f"{self.label}, {self.unit}" if self.unit else self.label


ENCODED = Measure("the model alone", "passages/s", higher_is_better=True)
ENCODED_TOKENS = Measure("the model alone", "tokens/s", higher_is_better=True, digits=0)
BUILT = Measure("index built and saved", "passages/s", higher_is_better=True)
BUILT_TOKENS = Measure("index built and saved", "tokens/s", higher_is_better=True, digits=0)
BUILD_PEAK = Measure("memory at most, building", "MiB", digits=0)
MEDIAN = Measure("a question, median", "ms", over_http=True)
P95 = Measure("a question, 95 % below", "ms", over_http=True)
ALONE_RATE = Measure("questions one after another", "a second", higher_is_better=True, over_http=True)
RATE = Measure("questions of 16 clients", "a second", higher_is_better=True, over_http=True)
P99 = Measure("one of 16 clients waits, 99 % below", "ms", over_http=True)
WAIT_SPREAD = Measure("one of 16 clients waits, 99 % / median", "times", over_http=True)
RESIDENT = Measure("memory, serving", "MiB", over_http=True, digits=0)
START = Measure("start to first answer", "s", over_http=True, digits=2)
NDCG = Measure("nDCG@10", "", higher_is_better=True, digits=3)
HIT = Measure("hit@1", "", higher_is_better=True, digits=3)
ENCODER_SHARE = Measure("share of the encoder in a question", "", digits=2)
RATE_OVER_ALONE = Measure(
    "questions of 16 clients, over theirs one after another", "a second", higher_is_better=True
)
PRODUCTS = Measure("matrix products", "GFLOP/s", higher_is_better=True, digits=0)
MEASURES = (
    *(ENCODED, ENCODED_TOKENS, BUILT, BUILT_TOKENS, BUILD_PEAK),
    *(MEDIAN, P95, ALONE_RATE, RATE, P99, WAIT_SPREAD, RESIDENT, START, NDCG, HIT, ENCODER_SHARE),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of one system, a value a round."""

    system: str
    measure: Measure
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure that is compared."""
        return statistics.median(self.values)

    @property
    def lowest(self) -> float:
        """Of the rounds."""
        return min(self.values)

    @property
    def highest(self) -> float:
        """Of the rounds."""
        return max(self.values)

    def __str__(self) -> str:
        digits = self.measure.digits
        if self.lowest == self.highest:
            return f"{self.median:.{digits}f}"
        return f"{self.median:.{digits}f} ({self.lowest:.{digits}f} to {self.highest:.{digits}f})"


def figures(results: Results) -> list[Figure]:
    """Every measure of every system that has it, this project over HTTP being one."""
    given = results.setting.peers
    found = [figure for runs in results.systems for figure in _of_system(runs, given.passages, given.tokens)]
    return found + (list(service_figures(results.service)) if results.service else [])


def ratios(found: Sequence[Figure]) -> list[tuple[str, Measure, float]]:
    """For each peer and measure, our median over theirs; what threads do to a peer may be a loss."""
    medians = {(figure.system, figure.measure): figure.median for figure in found}
    compared = []
    for (system, measure), theirs in medians.items():
        ours = medians.get((OVER_HTTP if measure.over_http else OURS, measure))
        if system not in (OURS, OVER_HTTP) and ours is not None and theirs:
            compared.append((system, measure, ours / theirs))
        if measure == ALONE_RATE and system not in (OURS, OVER_HTTP) and (OVER_HTTP, RATE) in medians:
            compared.append((system, RATE_OVER_ALONE, medians[OVER_HTTP, RATE] / theirs))
    return compared


def stages(runs: Sequence[ServiceRun]) -> list[tuple[str, float]]:
    """Each stage of a question over HTTP, one client, and its milliseconds: medians of medians."""
    names = [name for name in runs[0].stages if all(name in run.stages for run in runs)] if runs else []
    return [(n, statistics.median(statistics.median(run.stages[n]) for run in runs)) for n in names]


def ceiling_rows(results: Results) -> list[Ceiling]:
    """One row for each kind, shape, rows and threads, with the repetitions of all the rounds."""
    merged: dict[tuple[object, ...], list[Ceiling]] = {}
    for row in results.ceilings:
        merged.setdefault((row.kind, row.rows, row.shape, row.threads), []).append(row)
    return [
        Ceiling(first.kind, first.rows, first.shape, first.threads, sum((r.gflops for r in rows), ()))
        for rows in merged.values()
        for first in rows[:1]
    ]


def ceiling_shares(results: Results) -> list[tuple[str, str, float]]:
    """System, kind of arithmetic and share of its ceiling that the model alone reaches in a build.

    The ceiling is the best of all the numbers of rows and threads. The peers compute in float32.
    """
    found = {(f.system, f.measure): f.median for f in figures(results)}
    shares = []
    for kind in (FLOAT, INT8):
        rates = [
            statistics.median(c.gflops) for c in ceiling_rows(results) if (c.kind, c.shape) == (kind, None)
        ]
        for runs in results.systems:
            tokens = found.get((runs.name, ENCODED_TOKENS))
            if tokens is not None and rates and (kind == FLOAT or runs.name == OURS):
                shares.append((runs.name, kind, 1e-9 * tokens * FLOP_PER_TOKEN / max(rates)))
    return shares


def _of_system(runs: SystemRuns, passages: int, tokens: int) -> Iterator[Figure]:
    def each(measure: Measure, values: Sequence[float]) -> Iterator[Figure]:
        if values:
            yield Figure(runs.name, measure, tuple(values))

    # The model alone is given the same texts by all; of a build, each system's own passages count.
    yield from each(ENCODED, [passages / seconds for seconds in runs.encodings])
    yield from each(ENCODED_TOKENS, [tokens / seconds for seconds in runs.encodings])
    yield from each(BUILT, [passages / build.seconds for build in runs.builds])
    yield from each(BUILT_TOKENS, [runs.sample.tokens / build.seconds for build in runs.builds])
    yield from each(BUILD_PEAK, [build.peak / MIB for build in runs.builds])
    yield from each(MEDIAN, [statistics.median(ask.alone) for ask in runs.asks])
    yield from each(P95, [_below(0.95, ask.alone) for ask in runs.asks])
    yield from each(ALONE_RATE, [1000 / statistics.mean(ask.alone) for ask in runs.asks])
    together = [ask for ask in runs.asks if ask.together]
    yield from each(RATE, [len(ask.together) / ask.together_seconds for ask in together])
    yield from each(P99, [_below(0.99, ask.together) for ask in together])
    yield from each(WAIT_SPREAD, [_below(0.99, a.together) / statistics.median(a.together) for a in together])
    yield from each(RESIDENT, [ask.resident / MIB for ask in runs.asks])
    yield from each(START, [ask.start for ask in runs.asks])
    yield from each(NDCG, [runs.ndcg])
    yield from each(HIT, [runs.hit])


def service_figures(runs: Sequence[ServiceRun]) -> Iterator[Figure]:
    """Those of this project over HTTP."""

    def each(measure: Measure, value: Callable[[ServiceRun], float]) -> Figure:
        return Figure(OVER_HTTP, measure, tuple(value(run) for run in runs))

    yield each(MEDIAN, lambda run: statistics.median(run.alone))
    yield each(P95, lambda run: _below(0.95, run.alone))
    yield each(ALONE_RATE, lambda run: 1000 / statistics.mean(run.alone))
    yield each(RATE, lambda run: len(run.together) / run.together_seconds)
    yield each(P99, lambda run: _below(0.99, run.together))
    yield each(WAIT_SPREAD, lambda run: _below(0.99, run.together) / statistics.median(run.together))
    yield each(RESIDENT, lambda run: run.resident / MIB)
    yield each(START, lambda run: run.start)
    if all("encoding" in run.stages for run in runs):
        yield each(
            ENCODER_SHARE,
            lambda run: statistics.median(run.stages["encoding"]) / statistics.median(run.alone),
        )


def _below(share: float, values: Sequence[float]) -> float:
    return float(np.quantile(values, share))
