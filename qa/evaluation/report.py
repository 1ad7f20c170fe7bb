"""One HTML page about an evaluation, whole in itself: no network, no script."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from qa.evaluation.misses import misses
from qa.evaluation.plots import plots
from qa.evaluation.results import Evaluation
from qa.evaluation.tables import changes, figures, interval, signed

_PAGES = Environment(
    loader=PackageLoader("qa.evaluation"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def report(evaluation: Evaluation) -> str:
    """The page, in French. What the texts and the questions say is escaped."""
    drawn = plots(evaluation.outcomes, evaluation.asked.threshold)
    return _PAGES.get_template("report.html").render(
        asked=evaluation.asked,
        figures=list(figures(evaluation)),
        # matplotlib's own, and it escapes the few letters that it is given.
        plots=[(caption, Markup(svg)) for caption, svg in drawn],  # noqa: S704
        misses=misses(evaluation.outcomes),
        comparison=evaluation.comparison,
        changes=changes(evaluation.comparison) if evaluation.comparison else [],
        interval=interval,
        signed=signed,
    )
