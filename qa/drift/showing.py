"""A comparison of two indexes, in French lines. Computes nothing."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from qa.drift.records import ChangedAnswer, Drift, Fate, Kind
from qa.french import counted

# A terminal shows so many answers of each kind, and so much of each; `--json` gives all.
_SHOWN, _LONGEST = 10, 160

_KINDS = {
    Kind.REFUSED: "refus désormais",
    Kind.LOST_SOURCE: "plus de la même source",
    Kind.CHANGED: "autre qu'avant",
    Kind.ANSWERED: "là où il y avait un refus",
}
_FATES = {
    Fate.SAME: "toujours là, inchangé",
    Fate.CHANGED: "modifié",
    Fate.RENAMED: "même texte sous un autre nom",
    Fate.UNREAD: "devenu illisible",
    Fate.REMOVED: "retiré du dossier",
}


def held_message(drift: Drift, limit: float) -> str:
    """Why a candidate is not served, and what can be done about it, in French."""
    return (
        f"{counted(drift.regressions, 'régression')} pour {counted(drift.questions, 'question')} "
        f"({_percent(drift.share)}, limite {_percent(limit)}) : {drift.new} est gardée sans être servie, "
        f"{drift.old} répond toujours ; comparez-les : sourcier drift {drift.new} ; "
        "voyez celles qui sont gardées : sourcier generations ; "
        f"pour la servir quand même : sourcier rollback {drift.new}"
    )


def print_drift(drift: Drift, out: Console) -> None:
    """The figures, then the answers that changed, the regressions first."""
    if drift.old is None:
        out.print("aucun index d'avant à comparer : les questions n'ont pas été reposées")
        return
    out.print(
        f"{counted(drift.questions, 'question')} : {counted(drift.unchanged, 'réponse')} sans changement, "
        f"{counted(drift.regressions, 'régression')} ({_percent(drift.share)})"
    )
    for kind, count in drift.counts.items():
        if not count:
            continue
        out.print(f"\n[bold]{counted(count, 'réponse')} : {_KINDS[kind]}[/]")
        for each in [each for each in drift.changed if each.kind is kind][:_SHOWN]:
            _print_answer(each, out)
        if count > _SHOWN:
            out.print(f"  [dim]et {counted(count - _SHOWN, 'autre')} (--json les donne)[/]")


def _print_answer(each: ChangedAnswer, out: Console) -> None:
    out.print(f"  {escape(_short(each.question))}")
    for label, reply in (("avant", each.old), ("après", each.new)):
        fate = f", {_FATES[each.fate]}" if reply is each.old and each.fate else ""
        source = f" [dim]{escape(reply.source)}{fate}[/]" if reply.source else ""
        out.print(f"    [dim]{label} :[/] {escape(_short(reply.text or 'refus'))}{source}")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %".replace(".", ",")
