"""Drawings of an evaluation, each an SVG element to put into a page. Draws, computes nothing."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qa.evaluation.asking import TOP_K
from qa.evaluation.confidence import calibration_bins, risk_coverage
from qa.evaluation.measures import columns
from qa.evaluation.records import Outcome

_ACCENT, _WARN, _SOFT = "#0b5c6b", "#c0562b", "#8b949e"


def plots(outcomes: Sequence[Outcome], threshold: float) -> Iterator[tuple[str, str]]:
    """Each drawing's French caption and its `<svg>`; none without an outcome."""
    if not outcomes:
        return
    answerable = [o for o in outcomes if o.answerable]
    yield (
        "Risque et couverture : si seules les réponses les plus sûres étaient données, quelle part en "
        "serait fausse. Le point est le seuil du service.",
        _svg(lambda axes: _risk_coverage(axes, outcomes)),
    )
    yield (
        "Calibration : la part de premières citations justes selon la confiance, 15 classes de même "
        "effectif. Une confiance juste suit la diagonale.",
        _svg(lambda axes: _reliability(axes, outcomes)),
    )
    if answerable:
        yield (
            "Rang de la première citation juste, pour les questions avec réponse.",
            _svg(lambda axes: _ranks(axes, answerable)),
        )
    yield (
        "Confiance des questions avec réponse et sans. Le trait est le seuil du service.",
        _svg(lambda axes: _confidences(axes, outcomes, threshold)),
    )


def _svg(draw: Callable[[Axes], None]) -> str:
    # Letters stay letters: the page is smaller and its drawings can be searched and read aloud. A
    # fixed salt gives the same bytes for the same outcomes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "sourcier", "font.size": 9}):
        figure = Figure(figsize=(4.6, 3.2), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        buffer = io.StringIO()
        # No date and no creator: the same outcomes give the same page.
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _risk_coverage(axes: Axes, outcomes: Sequence[Outcome]) -> None:
    table = columns(outcomes)
    coverage, risk = risk_coverage(table.right, table.confidence)
    axes.plot(coverage, risk, color=_ACCENT)
    answered = ~table.refused
    if answered.any():
        axes.plot(answered.mean(), (~table.right[answered]).mean(), "o", color=_WARN)
    axes.set(xlabel="couverture", ylabel="risque", xlim=(0, 1), ylim=(0, None))


def _reliability(axes: Axes, outcomes: Sequence[Outcome]) -> None:
    table = columns(outcomes)
    bins = calibration_bins(table.right, table.confidence)
    axes.plot([0, 1], [0, 1], color=_SOFT, linestyle=":")
    axes.plot([b.confidence for b in bins], [b.right for b in bins], "o-", color=_ACCENT)
    axes.set(xlabel="confiance", ylabel="part de citations justes", xlim=(0, 1), ylim=(0, 1))


def _ranks(axes: Axes, outcomes: Sequence[Outcome]) -> None:
    counts = Counter(o.rank for o in outcomes)
    ranks = range(1, TOP_K + 1)
    axes.bar(ranks, [counts[rank] for rank in ranks], color=_ACCENT)
    axes.bar(TOP_K + 2, counts[None], color=_WARN)
    shown = [1, 5, 10, 15, TOP_K]
    axes.set_xticks([*shown, TOP_K + 2], [*map(str, shown), "absente"], rotation=30)
    axes.set(xlabel="rang", ylabel="questions")


def _confidences(axes: Axes, outcomes: Sequence[Outcome], threshold: float) -> None:
    edges = [step / 20 for step in range(21)]
    for label, answerable, colour in (("avec réponse", True, _ACCENT), ("sans réponse", False, _WARN)):
        values = [o.confidence for o in outcomes if o.answerable is answerable]
        if values:
            axes.hist(values, edges, color=colour, alpha=0.6, label=label)
    axes.axvline(threshold, color=_SOFT, linestyle="--")
    axes.legend(frameon=False)
    axes.set(xlabel="confiance", ylabel="questions", xlim=(0, 1))
