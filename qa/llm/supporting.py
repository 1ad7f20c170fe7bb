"""Whether one or two sentences of a passage say what a claim says: its words, figures, names, their
order and what turns a meaning round. Pure; knows nothing of citations or quotations.

A claim may leave things out and turn a sentence round; it may bring in nothing, and no part of it may
be taken from a clause without the subject of that clause. True sentences are lost that way: no
entailment model is asked, since the only one at hand, likeness, cannot tell a sentence from its opposite.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from corpus.folding import fold
from index.french import terms, words
from qa.llm.evidence import Clause, Statement, Support
from qa.llm.figures import Figure
from qa.llm.names import Names, capitalised
from qa.llm.ordering import same_order, turned, within

# The part of a clause's terms that a claim which rests on it must keep.
LEAST_KEPT = 0.5
LEAST_KEPT_OF_TWO = 0.75
# The terms that each of two sentences must give alone.
_FEWEST_OWN = 3
# Say nothing of their own. Verbs are not among them: "permet" is not "critique".
_LIGHT = frozenset(
    terms("il s'agit notamment également aussi ainsi donc ailleurs enfin effet outre précisément")
)
# One meaning in these texts, whatever the complement. As few as can be.
_SAME = tuple(
    frozenset(terms(group))
    for group in (
        "réunit regroupe rassemble",
        "verse versement",
        "crée création",
        "finance financement",
        "comprend comporte",
        "assure assurée assurent",
        "signé signature",
        "fixe fixation",
        "médicales médicaux",
        "nationale nationaux",
        "régionale régionaux",
        "hôpital hôpitaux",
        "locale locaux",
        "sociale sociaux",
        "territoriale territoriaux",
        "générale généraux",
    )
)


def unsupported(claim: Statement, support: Support, names: Names) -> str | None:
    """Why these sentences do not bear the claim out, in a word or two; None when they do."""
    said = tuple(_canonical(t) for t in claim.terms if t not in _LIGHT)
    subject = tuple(_canonical(t) for t in support.subject)
    used = _used(said, {figure.value for figure in claim.figures}, support)
    held = {_canonical(term) for clause in used for term in clause.terms}
    if not held or len(said) + len(claim.figures) < 2:
        return "too little"
    if any(term not in held and term not in subject for term in said):
        return "words"
    statements = [s for s in support.statements if any(clause in used for clause in s.clauses)]
    if len(support.statements) > 1 and not _all_needed(set(said), support):
        return "words"
    if not _stated(
        claim.figures, [f for s in statements for f in s.figures], [f for c in used for f in c.figures]
    ):
        return "figures"
    if _share_left_out(claim.figures, used):
        return "share left out"
    if not _named(claim, statements, support.subject, names):
        return "names"
    if any(_without_subject(set(said), clause, subject, statements) for clause in used):
        return "subject"
    if any(s.clauses[0].circumstance and s.clauses[0] not in used for s in statements if len(s.clauses) > 1):
        return "circumstance"
    least = LEAST_KEPT if len(statements) == 1 else LEAST_KEPT_OF_TWO
    if any(_kept(set(said), clause) < least for clause in used):
        return "part"
    if _crossed(claim, statements, used):
        return "bound elsewhere"
    if not _in_order(claim, said, statements, used):
        return "order"
    if Counter(m for c in claim.clauses for m in c.marks) != Counter(m for c in used for m in c.marks):
        return "negation or degree"
    if claim.marks != frozenset().union(*(s.marks for s in statements)):
        return "condition or hedge"
    return None


def _canonical(term: str) -> str:
    """One form for what the stemmer leaves in two ("votée", "vote"), and for words of one meaning."""
    same = next((min(group) for group in _SAME if term in group), term)
    return same[:3] + same[3:].rstrip("e")


def _used(said: Sequence[str], values: set[str], support: Support) -> list[Clause]:
    """The fewest clauses, about, that hold the claim's terms, in their order; a date alone is one too."""
    clauses = [clause for statement in support.statements for clause in statement.clauses]
    missing, chosen = set(said), set()
    while missing:
        gains = [len(missing & {_canonical(t) for t in clause.terms}) for clause in clauses]
        best = max(range(len(clauses)), key=lambda i: (gains[i], _kept(set(said), clauses[i])), default=0)
        if not clauses or not gains[best]:
            break
        chosen.add(best)
        missing -= {_canonical(t) for t in clauses[best].terms}
    return [
        clause
        for i, clause in enumerate(clauses)
        if i in chosen or (not clause.terms and any(f.value in values for f in clause.figures))
    ]


def _all_needed(said: set[str], support: Support) -> bool:
    """Whether each sentence gives the claim terms that no other gives: one or two are a chance."""
    given = [said & {_canonical(t) for t in s.terms} for s in support.statements]
    return all(
        len(own - frozenset().union(*given[:i], *given[i + 1 :])) >= _FEWEST_OWN
        for i, own in enumerate(given)
        if own or i == 0
    )


def _kept(said: set[str], clause: Clause) -> float:
    own = {_canonical(term) for term in clause.terms}
    return len(own & said) / len(own) if own else 1.0


def _without_subject(
    said: set[str], clause: Clause, subject: Sequence[str], statements: list[Statement]
) -> bool:
    """Whether a clause is used without its own subject, put under another's."""
    if clause.lead is None or _canonical(clause.lead) in said:
        return False
    first = next((s.clauses[0] for s in statements if s.leaning and s.clauses), None)
    return not (clause == first and subject)


def _stated(said: Sequence[Figure], near: Sequence[Figure], used: Sequence[Figure]) -> bool:
    """Whether each figure of a claim is one of the source, in the role that it has there."""
    left = list(used)
    for figure in said:
        match = next((f for f in left if f.same_role(figure) or _same_sign_left_out(figure, f, near)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _share_left_out(said: Sequence[Figure], used: Sequence[Clause]) -> bool:
    """« Près de 80 % des soins sont remboursés » is not « Les soins sont remboursés »."""
    values = {figure.value for figure in said}
    shares = [f for c in used for f in c.figures if f.sign == "%" or f.kind == "fraction" or f.bound == "~"]
    return any(figure.value not in values for figure in shares)


def _same_sign_left_out(said: Figure, source: Figure, near: Sequence[Figure]) -> bool:
    """« 35 millions d'euros aux uns et 43 millions aux autres »: euros, too."""
    return (
        (said.kind, said.value, said.bound) == (source.kind, source.value, source.bound)
        and not source.sign
        and not source.nouns
        and any(f.sign == said.sign for f in near if f.kind == "number")
        and said.sign not in ("", "%")
    )


def _named(claim: Statement, statements: list[Statement], subject: tuple[str, ...], names: Names) -> bool:
    """Whether each name stands there as it is, or by its acronym."""
    for run in capitalised(claim.text):
        found = names.joined(terms(" ".join(run)))
        spelled = [words(s.text) for s in statements]
        exact = any(within(run_words, each) for run_words in [words(" ".join(run))] for each in spelled)
        known = {term for s in statements for term in s.terms}
        acronym = names.acronyms_of(terms(" ".join(run)), terms(claim.text)) & known
        if not (exact or acronym or within(found, subject) or not found):
            return False
    return True


def _crossed(claim: Statement, statements: list[Statement], used: list[Clause]) -> bool:
    """Whether a figure is said of what the source says another figure of."""
    mine = {figure.value for figure in claim.figures}
    if not mine:
        return False
    values = [f.value for c in used for f in c.figures]
    # « De 24 % et de 40 % respectivement »: which is whose is told by the order alone.
    if len(values) > 1 and len(mine) == 1 and any("respectiv" in fold(s.text) for s in statements):
        return True
    said = set(claim.terms)
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


_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_UNITS = frozenset(
    terms("million milliard mille euros habitants ans années mois jours heures cent pourcentage")
)


def _in_order(
    claim: Statement,
    said: Sequence[str],
    statements: list[Statement],
    used: list[Clause],
) -> bool:
    """Whether the terms come in the order of the source, one side turned round if only one is passive."""
    source = [_canonical(t) for s in statements for t in s.terms]
    claimed = list(said)
    passive = next((s.agent for s in statements if s.agent is not None), None)
    if (claim.agent is None) != (passive is None):
        if claim.agent is not None:
            claimed = turned(claimed, claim.agent)
        elif passive is not None and len(statements) == 1:
            source = turned(source, passive)
    if not same_order([t for t in claimed if t in source], source):
        return False
    stated = [f for c in used for f in c.figures]
    return not any(_inverted(kind(claim.figures), kind(stated)) for kind in (_amounts, _years))


def _amounts(found: Sequence[Figure]) -> list[str]:
    """The values that are no date or year: a date may stand at either end of a sentence."""
    return [f.value for f in found if f.kind != "date" and not (_YEAR.fullmatch(f.value) and not f.nouns)]


def _years(found: Sequence[Figure]) -> list[str]:
    amounts = _amounts(found)
    return [f.value for f in found if f.value not in amounts]


def _inverted(said: Sequence[str], source: Sequence[str]) -> bool:
    """Whether two figures come in the other order than in the source."""
    placed = [value for value in said if source.count(value) == 1]
    return any(source.index(a) > source.index(b) for a, b in combinations(placed, 2))
