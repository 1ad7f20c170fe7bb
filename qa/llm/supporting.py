"""Whether one or two sentences of a passage say what a claim says: its words, figures, names, their
order and what turns a meaning round. Pure; knows nothing of citations or quotations.

A claim may leave clauses out and turn a sentence round; it may bring in nothing, take no part of a
clause without the rest (see `omitting`) or without its subject, and bind no word otherwise. True
sentences are lost that way: no entailment model is asked, since the only one at hand, likeness, cannot
tell a sentence from its opposite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from index.french import terms, words
from qa.llm.binding import bound_otherwise
from qa.llm.clauses import Clause
from qa.llm.crossing import crossed
from qa.llm.evidence import Statement, Support
from qa.llm.figures import Figure
from qa.llm.names import Names, capitalised
from qa.llm.omitting import left_out, unbound, without_subject
from qa.llm.ordering import same_order, turned, within
from qa.llm.wording import LIGHT, canonical

# The terms that each of two sentences must give alone.
_FEWEST_OWN = 3


def unsupported(claim: Statement, support: Support, names: Names) -> str | None:
    """Why these sentences do not bear the claim out, in a word or two; None when they do."""
    subject = {canonical(t) for t in support.subject}
    if not needed(claim) <= subject.union(*(statement.held for statement in support.statements)):
        return "words"
    said = tuple(t for t in map(canonical, claim.terms) if t not in LIGHT)
    heads = {canonical(t) for t in support.heads}
    used = _used(said, {figure.value for figure in claim.figures}, support)
    held = {canonical(term) for clause in used for term in clause.terms}
    if not held or len(said) + len(claim.figures) < 2:
        return "too little"
    if any(term not in held and term not in subject for term in said):
        return "words"
    statements = [s for s in support.statements if any(clause in used for clause in s.clauses)]
    if len(support.statements) > 1 and not _all_needed(set(said), support):
        return "words"
    if not _stated(claim.figures, statements, used, support.subject):
        return "figures"
    if not _named(claim, statements, support.subject, names):
        return "names"
    if any(without_subject(set(said), s, used, heads) for s in statements):
        return "subject"
    if any(unbound(s, used) for s in statements):
        return "circumstance"
    if any(left_out(Counter(said), claim.figures, s, used) for s in statements):
        return "part"
    if crossed(claim, statements, used):
        return "bound elsewhere"
    turning = _turning(claim, said, statements)
    if not _in_order(claim, said, statements, used, turning):
        return "order"
    if not turning and _other_voice(claim, set(said), statements):
        return "voice"
    if bound_otherwise(claim, statements, turned=turning):
        return "bound otherwise"
    if Counter(m for c in claim.clauses for m in c.marks) != Counter(m for c in used for m in c.marks):
        return "negation or degree"
    if claim.marks != frozenset().union(*(s.marks for s in statements)):
        return "condition or hedge"
    return None


def needed(claim: Statement) -> frozenset[str]:
    """The terms of a claim that a source must have."""
    return claim.held - LIGHT


def _used(said: Sequence[str], values: set[str], support: Support) -> list[Clause]:
    """The fewest clauses, about, that hold the claim's terms, in their order; a date alone is one too."""
    clauses = [clause for statement in support.statements for clause in statement.clauses]
    missing, chosen = set(said), set()
    while missing:
        gains = [len(missing & {canonical(t) for t in clause.terms}) for clause in clauses]
        best = max(range(len(clauses)), key=lambda i: (gains[i], _kept(set(said), clauses[i])), default=0)
        if not clauses or not gains[best]:
            break
        chosen.add(best)
        missing -= {canonical(t) for t in clauses[best].terms}
    return [
        clause
        for i, clause in enumerate(clauses)
        if i in chosen or (not clause.terms and any(f.value in values for f in clause.figures))
    ]


def _all_needed(said: set[str], support: Support) -> bool:
    """Whether each sentence gives the claim terms that no other gives: one or two are a chance."""
    given = [said & {canonical(t) for t in s.terms} for s in support.statements]
    return all(
        len(own - frozenset().union(*given[:i], *given[i + 1 :])) >= _FEWEST_OWN
        for i, own in enumerate(given)
        if own or i == 0
    )


def _kept(said: set[str], clause: Clause) -> float:
    own = {canonical(term) for term in clause.terms}
    return len(own & said) / len(own) if own else 1.0


def _stated(
    said: Sequence[Figure], statements: list[Statement], used: list[Clause], subject: Sequence[str]
) -> bool:
    """Whether each figure of a claim is one of the source, in the role that it has there."""
    near = [f for s in statements for f in s.figures]
    left = [f for c in used for f in c.figures]
    for figure in said:
        match = next(
            (f for f in left if f.same_role(figure, subject) or _same_sign_left_out(figure, f, near)), None
        )
        if match is None:
            return False
        left.remove(match)
    return True


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


def _turning(claim: Statement, said: Sequence[str], statements: list[Statement]) -> bool:
    """Whether one side is in the passive, and the other says who does it as its subject."""
    passive = next((s for s in statements if s.agent is not None), None)
    if claim.agent is not None:
        return passive is None
    # « Créée par l'ordonnance » may become « créée »: then no agent is said, and nothing is turned.
    return passive is not None and any(canonical(term) in said for term in passive.terms[passive.agent :][:1])


def _in_order(
    claim: Statement, said: Sequence[str], statements: list[Statement], used: list[Clause], turning: bool
) -> bool:
    """Whether the terms come in the order of the source, one side turned round if only one is passive."""
    source = [canonical(t) for s in statements for t in s.terms]
    passive = next((s.agent for s in statements if s.agent is not None), None)
    told = [(list(said), source)]
    if turning and claim.agent is not None:
        told = [(each, source) for each in turned(list(said), claim.agent)]
    elif turning and passive is not None and len(statements) == 1:
        told = [(list(said), each) for each in turned(source, passive)]
    kept = set(said)
    movable = [[t for t in map(canonical, clause.terms) if t in kept] for clause in used]
    if claim.clauses[0].circumstance:
        first = [canonical(t) for t in claim.clauses[0].terms]
        movable += [first] if within(first, source) else []
        told += [([*mine[len(first) :], *first], its) for mine, its in told if mine[: len(first)] == first]
    if not any(same_order([t for t in mine if t in its], its, movable) for mine, its in told):
        return False
    stated = [f for c in used for f in c.figures]
    return not any(_inverted(kind(claim.figures), kind(stated)) for kind in (_amounts, _years))


def _other_voice(claim: Statement, said: set[str], statements: list[Statement]) -> bool:
    """« Le directeur est nommé » of one who names."""
    passive = {term for s in statements for term in s.voices.passive} & said
    participles = {term for s in statements for term in s.voices.participles}
    return not (claim.voices.passive <= participles and passive <= claim.voices.participles)


def _amounts(found: Sequence[Figure]) -> list[str]:
    """The values that are no date or year: a date may stand at either end of a sentence."""
    return [f.value for f in found if not f.dates]


def _years(found: Sequence[Figure]) -> list[str]:
    return [f.value for f in found if f.dates]


def _inverted(said: Sequence[str], source: Sequence[str]) -> bool:
    """Whether two figures come in the other order than in the source."""
    placed = [value for value in said if source.count(value) == 1]
    return any(source.index(a) > source.index(b) for a, b in combinations(placed, 2))
