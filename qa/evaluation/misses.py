"""Which outcomes are worth reading, and why. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa.evaluation.records import Outcome


@dataclass(frozen=True, slots=True)
class Misses:
    """Outcomes that went wrong in the same way; `label` names it in French."""

    label: str
    outcomes: tuple[Outcome, ...]


# Each outcome is told once, by the first of these that holds.
_WAYS: tuple[tuple[str, Callable[[Outcome], bool]], ...] = (
    ("réponse donnée, alors que les textes ne disent rien", lambda o: not o.answerable and not o.refused),
    ("réponse donnée, première citation fausse", lambda o: o.answerable and not o.refused and not o.right),
    ("refus, première citation juste", lambda o: o.answerable and o.refused and o.right),
    ("refus, première citation fausse", lambda o: o.answerable and o.refused),
    ("bonne citation, surlignage à côté", lambda o: o.right and o.highlight_right is False),
)


def misses(outcomes: Sequence[Outcome]) -> list[Misses]:
    """The outcomes that went wrong, by how, in the order in which they were asked."""
    left = list(outcomes)
    found = []
    for label, holds in _WAYS:
        these = tuple(outcome for outcome in left if holds(outcome))
        left = [outcome for outcome in left if not holds(outcome)]
        if these:
            found.append(Misses(label, these))
    return found
