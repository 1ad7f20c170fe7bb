"""What a claim may leave out of the sentence that it rests on. Pure; looks at no order, no figure's role.

« Les soins liés à leur maladie » are not « les soins », and who denied having received a report did not
receive it: within a clause, next to nothing may go. Whole clauses may, but for those that narrow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from index.french import terms
from qa.llm.clauses import Clause
from qa.llm.evidence import Statement
from qa.llm.figures import Figure
from qa.llm.wording import LIGHT, Voices, Word, canonical

_Said = set[str]
# Left out, they change nothing: the citation tells when it was written.
_IDLE = LIGHT | {
    canonical(term)
    for term in terms("aujourd'hui désormais actuellement maintenant toutefois cependant pourtant")
}


def left_out(
    said: Counter[str], figures: Sequence[Figure], statement: Statement, used: Sequence[Clause]
) -> bool:
    """Whether a clause that a claim uses lacks a part that it may not lack."""
    clauses = statement.clauses
    for clause, following in zip(clauses, [*clauses[1:], None], strict=True):
        if clause not in used:
            continue
        beside = following if following in used else None
        spared = _Spared(figures, statement.voices, beside)
        if not any(_whole(kept, clause, spared) for kept in _readings(said, figures, clause)):
            return True
    return False


def _readings(said: Counter[str], figures: Sequence[Figure], clause: Clause) -> Iterator[tuple[bool, ...]]:
    """For each word of a clause, whether a claim has it: of two that are one, the first or the last."""
    yield tuple(_kept(said, figures, clause.words))
    yield tuple(_kept(said, figures, clause.words[::-1]))[::-1]


def _whole(kept: Sequence[bool], clause: Clause, spared: _Spared) -> bool:
    words = clause.words
    return all(spared.stretch(words[:a], words[a:b], words[b:]) for a, b in _runs(kept))


def unbound(statement: Statement, used: Sequence[Clause]) -> bool:
    """Whether clauses are used without one that says when, where or on what condition they hold."""
    for i, clause in enumerate(statement.clauses):
        mates = [c for c in statement.clauses if c.segment == clause.segment and c in used]
        if clause in used or not mates:
            continue
        before = [c for c in statement.clauses[:i] if c in mates]
        between = any("entre" in word.links for c in before for word in c.words)
        # « Le plateau mutualisé, ou PIMM » names one thing.
        other = clause.alternative and not set(clause.terms) <= {t for c in mates for t in c.terms}
        if clause.circumstance or (before and (other or between)):
            return True
    return False


def without_subject(
    said: _Said, statement: Statement, used: Sequence[Clause], heads: Collection[str]
) -> bool:
    """Whether a clause is used without its own subject, put under another's.

    `heads`: the terms one of which a pronoun at the head of the sentence stands for.
    """
    for i, clause in enumerate(statement.clauses):
        if clause not in used:
            continue
        if i == 0 and (statement.leaning or statement.item) and heads:
            if statement.leaning and not any(term in said for term in heads):
                return True
            continue
        if clause.lead is not None:
            led = canonical(clause.lead) in said
        else:
            bare = clause.circumstance or not clause.terms
            led = bare or _governed(said, statement.clauses[:i], clause, statement.leaning, heads)
        if not led:
            return True
    return False


def _governed(
    said: _Said, before: Sequence[Clause], clause: Clause, leaning: bool, heads: Collection[str]
) -> bool:
    """Whether a clause that has no subject is used with the one it has in the clauses before."""
    near = before[-1].terms[-1:] if clause.words[:1] and clause.words[0].participle and before else ()
    if any(canonical(term) in said for term in near):
        return True  # « Le forfait, fixé à … »
    led = [c for c in before if c.lead is not None and not (c.circumstance or c.alternative)]
    if not led:
        return True
    if led[-1] is before[0] and leaning and any(term in said for term in heads):
        return True
    return canonical(led[-1].lead or "") in said


def _kept(said: Counter[str], figures: Sequence[Figure], found: Sequence[Word]) -> Iterator[bool]:
    """For each word, whether the claim has it, as many times; what is idle counts as said."""
    left = said.copy()
    for word in found:
        if word.figure is not None:
            yield any(word.figure.holds(figure) for figure in figures)
        else:
            yield left[word.term] > 0 or word.term in _IDLE
            left[word.term] -= 1


def _runs(kept: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for i, each in enumerate([*kept, True]):
        if not each and start is None:
            start = i
        elif each and start is not None:
            yield start, i
            start = None


@dataclass(frozen=True, slots=True)
class _Spared:
    """What may go from a clause. `figures` are the claim's, `voices` the source's; `following`: the next
    clause if the claim uses it.
    """

    figures: Sequence[Figure]
    voices: Voices
    following: Clause | None

    def stretch(self, before: Sequence[Word], run: Sequence[Word], behind: Sequence[Word]) -> bool:
        """Whether a stretch of a clause may go, without a change to what the rest says."""
        if not before:
            return False
        opening, last = run[0].links, before[-1]
        if "par" in opening[:1] and last.participle and not any("et" in word.links for word in run):
            # Who did it. « Créées par la loi du 21 juillet 2009 »: not created on that day.
            dated = behind[0].figure if behind else None
            return dated is None or not any(dated.exact and dated.value == f.value for f in self.figures)
        if all(_dates(word) for word in run):
            return True
        if behind:
            return behind[0].links == ("et", *opening) and self._joined(run, behind)
        if opening[:1] == ("et",):
            return True
        if _dates(last) and not opening:
            return True  # « la loi du 26 janvier 2016 de modernisation de … »
        # « L'école et la crèche ».
        following = self.following.words[:1] if self.following else ()
        return any(word.links == ("et", *opening) for word in following)

    def _joined(self, run: Sequence[Word], behind: Sequence[Word]) -> bool:
        """Whether « et » joins two things that are both said."""
        one, other = run[0], behind[0]
        if one.figure is not None or other.figure is not None:
            return one.figure is not None and other.figure is not None  # « 35 aux uns et 43 aux autres »
        if one.term in self.voices.passive:
            return other.participle  # « ont été créées par la loi et mises en place »
        # « Assure les soins et oriente les malades », but « les soins prescrits et remboursés » are both.
        return len(run) > 1 and len(behind) > 1 and not {one.term, other.term} & self.voices.participles


def _dates(word: Word) -> bool:
    figure = word.figure
    return figure is not None and figure.dates and figure.bound in ("", "~")
