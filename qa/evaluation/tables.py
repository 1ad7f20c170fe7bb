"""What `sourcier eval` prints for people, in French. Computes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from qa.evaluation.comparison import Change, Comparison
from qa.evaluation.measures import MEASURES
from qa.evaluation.misses import misses
from qa.evaluation.records import Outcome
from qa.evaluation.results import Evaluation
from qa.french import counted

# A terminal shows so many of each kind; the report has them all.
_SHOWN = 15


def print_evaluation(evaluation: Evaluation, out: Console) -> None:
    """The figures, then the questions that went wrong, then what changed."""
    table = Table("mesure", "valeur")
    for label, value in figures(evaluation):
        table.add_row(escape(label), value)
    out.print(table)
    for kind in misses(evaluation.outcomes):
        out.print(f"\n[bold]{counted(len(kind.outcomes), 'question')} : {escape(kind.label)}[/]")
        for outcome in kind.outcomes[:_SHOWN]:
            out.print(f"  {escape(outcome.id)} {_place(outcome)} : {escape(outcome.question)}")
        _more(len(kind.outcomes), out)
    if evaluation.comparison:
        _print_comparison(evaluation.comparison, out)


def figures(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Each figure's French label and value; those that mean nothing here are left out."""
    found = evaluation.summary
    yield "questions avec réponse", str(found["answerable"])
    yield "questions sans réponse", str(found["unanswerable"])
    for measure in MEASURES:
        if found[measure.key] is not None:
            yield measure.label, f"{found[measure.key]:.4f}"
    yield "avec réponse, refusées", str(found["answerable_refused"])
    yield "sans réponse, refusées", str(found["unanswerable_refused"])
    if found["milliseconds_median"] is not None:
        yield "durée d'une question, médiane", f"{found['milliseconds_median']:.1f} ms"
        yield "durée d'une question, 95 % sous", f"{found['milliseconds_p95']:.1f} ms"
    yield "citations", str(found["citations"])
    yield "citations non conformes au texte", str(found["citations_not_verbatim"])


def changes(comparison: Comparison) -> list[tuple[str, tuple[Change, ...]]]:
    """The questions whose fate changed, by how, each way with its French label."""
    return [
        ("la première citation est devenue juste", comparison.gained),
        ("la première citation n'est plus juste", comparison.lost),
        ("refus, désormais", comparison.newly_refused),
        ("plus de refus", comparison.no_longer_refused),
    ]


def signed(value: float) -> str:
    """A difference to four decimals with its sign; nothing is said to be below zero by rounding."""
    return f"{round(value, 4) + 0.0:+.4f}"


def interval(low: float | None, high: float | None) -> str:
    """The ends of a 95 % interval, or a dash."""
    return "–" if low is None or high is None else f"[{signed(low)} ; {signed(high)}]"


def _print_comparison(comparison: Comparison, out: Console) -> None:
    alone = f", {counted(comparison.alone, 'autre')} d'un seul côté" if comparison.alone else ""
    out.print(f"\n[bold]Comparaison sur {counted(comparison.common, 'question')}[/]{alone}")
    table = Table("mesure", "avant", "après", "écart", Column("intervalle à 95 %", no_wrap=True), "")
    for d in comparison.differences:
        table.add_row(
            escape(d.label),
            f"{d.before:.4f}",
            f"{d.after:.4f}",
            signed(d.difference),
            escape(interval(d.low, d.high)),
            d.verdict,
        )
    out.print(table)
    for label, these in changes(comparison):
        if these:
            out.print(f"\n[bold]{counted(len(these), 'question')} : {label}[/]")
        for change in these[:_SHOWN]:
            moved = f"{change.rank_before or '–'} → {change.rank_after or '–'}"
            out.print(f"  {escape(change.id)} rang {moved} : {escape(change.question)}")
        _more(len(these), out)


def _place(outcome: Outcome) -> str:
    if not outcome.answerable:
        return f"confiance {outcome.confidence:.2f}"
    return f"confiance {outcome.confidence:.2f}, rang {outcome.rank or '–'}"


def _more(count: int, out: Console) -> None:
    if count > _SHOWN:
        out.print(f"  [dim]… et {count - _SHOWN} de plus (toutes avec --report FICHIER.html)[/]")
