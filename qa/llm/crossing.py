"""Whether a figure is said of what the source says another figure of. Pure; takes values as they are."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.folding import fold
from index.french import terms
from qa.llm.clauses import Clause
from qa.llm.evidence import Statement
from qa.llm.figures import Figure
from qa.llm.wording import canonical

_UNITS = frozenset(
    terms("million milliard mille euros habitants ans années mois jours heures cent pourcentage")
)


def crossed(claim: Statement, statements: Sequence[Statement], used: Sequence[Clause]) -> bool:
    """Whether a claim that states some of the figures states one of them in another's place."""
    mine = {figure.value for figure in claim.figures}
    if not mine:
        return False
    values = [f.value for c in used for f in c.figures]
    # « De 24 % et de 40 % respectivement »: which is whose is told by the order alone.
    if len(values) > 1 and len(mine) == 1 and any("respectiv" in fold(s.text) for s in statements):
        return True
    said = set(claim.terms)
    if any(_of_another_date({canonical(term) for term in said}, claim.figures, clause) for clause in used):
        return True
    clauses = [clause for s in statements for clause in s.clauses]
    for clause in clauses:
        for figure, behind in zip(clause.figures, clause.behind, strict=True):
            if figure.value in mine or figure.kind != "number":
                continue
            elsewhere = {t for other in clauses if other is not clause for t in other.terms}
            mates = [b for f, b in zip(clause.figures, clause.behind, strict=True) if f.value in mine]
            alone = behind - elsewhere - frozenset().union(*mates) - _UNITS
            if alone & said:
                return True
    return False


def _of_another_date(said: set[str], figures: Sequence[Figure], clause: Clause) -> bool:
    """Whether a claim tells one date of a clause, and what stands before another, but not that other.

    « Créées par la loi du 21 juillet 2009 et mises en place le 1er avril 2010 »
    """
    dates = [(i, w.figure) for i, w in enumerate(clause.words) if w.figure is not None and w.figure.dates]
    told = [any(date.holds(figure) for figure in figures) for _, date in dates]
    before = [clause.words[i - 1].term if i else "" for i, _ in dates]
    return any(told) and any(not kept and term in said for kept, term in zip(told, before, strict=True))
