"""Whether a sentence that a language model wrote may be shown: only what the passages it cites say.

Pure, but for likeness, which the caller asks an index for. Drops a true sentence rather than show a
false one. A sentence copied from a passage is shown; an order to a model, only as a quotation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

from corpus.folding import fold
from corpus.glossary import Meaning
from index.french import terms
from qa.citing import Citation
from qa.llm.evidence import Evidence, Statement, Support, evidence, leans, read
from qa.llm.names import Names
from qa.llm.orders import reads_like_an_order
from qa.llm.quoting import copied, quotations, stands
from qa.llm.sentences import Claim
from qa.llm.supporting import needed, unsupported

# Token by token likeness of a sentence to the passage that it cites. On the demonstration texts 99 in
# 100 sentences, a quarter of their words moved, have 0.713 or more with their own passage; set against
# the two passages found next, the median has 0.66 and 95 in 100 have less than 0.723.
LEAST_LIKENESS = 0.71
# Nothing of use is longer, and time grows with the square.
LONGEST = 700
_MOST_CITED = 6
# So that passages made for it cannot keep a checker busy: no true sentence needs as many.
_MOST_PAIRS = 200
# A link could carry away what was asked; a tag or a picture would be fetched.
_MARKUP = re.compile(
    r"https?:|www\.|://|\]\(|!\[|<[/!a-zA-Z]|&#?\w+;|javascript:|data:\w+/|[{}\\|]|\bmailto:", re.IGNORECASE
)
_META = re.compile(
    r"^\W*(?:voici|voila|bien sur|certainement,|d'accord|desolee?|je |j'|nous (?:pouvons|n')|en tant qu|"
    r"malheureusement|"
    r"bonjour|merci|n'hesitez|en resume|en conclusion|reponse ?:|question ?:|note ?:|as an? |here |sure|"
    r"sorry|i |i'm|"
    r"the (?:answer|text|passages?) |remarque|les passages (?:ne|fournis)|le passage ne|aucun passage|"
    r"cette reponse)"
)
_FRAME = re.compile(
    r"^\s*(?:selon|d['’]apr[èe]s)\s+(?:l[ea]s?|ces?|l['’])\s*(?:passages?|textes?|documents?|sources?|"
    r"extraits?)"
    r"(?:\s+(?:fournie?s?|cité(?:e|s|es)?))*\s*,\s*",
    re.IGNORECASE,
)
_FRENCH = re.compile("[ -~À-ÖØ-öø-ÿŒœŸ«»“”‘’…–—‐‑−\u00a0\u202f\u2009°€]+")
# What another sentence beside could make good.
_LACKING = frozenset({"words", "too little"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problem`: why a claim is dropped, None where it is shown as `text` on the citations `numbers`.

    `verbatim`: it is the passage's own words, so that likeness has nothing to add.
    """

    text: str
    numbers: tuple[int, ...]
    problem: str | None = None
    verbatim: bool = False


class Checker:
    """Checks the sentences of one answer against its citations."""

    def __init__(self, citations: Sequence[Citation], glossary: Iterable[Meaning] = ()) -> None:
        self._names = Names(glossary, [h for c in citations for h in (*c.headings, c.title)])
        self._cited = {citation.number: evidence(citation, self._names) for citation in citations}

    def check(self, claim: Claim) -> Verdict:
        """Whether a claim may be shown, and on which of the citations that it names."""
        numbers = tuple(dict.fromkeys(claim.numbers))
        problem = self._malformed(claim.text, numbers)
        if problem is not None:
            return Verdict(claim.text, numbers, problem)
        cited = [self._cited[number] for number in numbers]
        if _foreign(claim.text, cited):
            return Verdict(claim.text, numbers, "signs")
        # Out of its passage « Elle » would stand for whatever was said before: it is shown as a quotation.
        said = f"« {claim.text} »" if leans(claim.text) and not quotations(claim.text) else claim.text
        verbatim = copied(said, [each.citation for each in cited])
        if verbatim is not None:
            return Verdict(*verbatim, verbatim=True)
        if any(not any(stands(q, each.citation.quote) for each in cited) for q in quotations(claim.text)):
            return Verdict(claim.text, numbers, "quotation")
        return self._supported(claim, cited)

    def _malformed(self, text: str, numbers: tuple[int, ...]) -> str | None:
        if not numbers:
            return "no citation"
        if any(number not in self._cited for number in numbers):
            return "unknown citation"
        if len(text) > LONGEST or len(numbers) > _MOST_CITED:
            return "too long"
        if _MARKUP.search(text):
            return "markup"
        if "?" in text or _META.match(fold(text)):
            return "no statement"
        return None

    def _supported(self, claim: Claim, cited: list[Evidence]) -> Verdict:
        parts = [part for part in claim.parts if terms(part[0])]
        if len(parts) > 1:
            # « L'un dit A [1] et l'autre B [2] »: each half on its own.
            halves = [self._rested(text, [self._cited[n] for n in own]) for text, own in parts if own]
            if len(halves) == len(parts) and all(numbers for numbers, _ in halves):
                return Verdict(claim.text, tuple(dict.fromkeys(n for found, _ in halves for n in found)))
        numbers, problem = self._rested(claim.text, cited)
        return Verdict(claim.text, numbers or tuple(each.citation.number for each in cited), problem)

    def _rested(self, text: str, cited: Sequence[Evidence]) -> tuple[tuple[int, ...], str | None]:
        """The citations that bear a text out: one alone, else two together; or why none does."""
        bare = _FRAME.sub("", text)
        if leans(bare):
            return (), "leans on another sentence"
        if reads_like_an_order(bare):
            return (), "order"
        claim = read(bare, self._names)
        told = {each.citation.number: self._problems(claim, each.supports) for each in cited}
        bearing = tuple(number for number, problems in told.items() if None in problems)
        if bearing:
            return bearing, None
        problems = [problem for found in told.values() for problem in found]
        # Two sentences are read together only where no sentence has all the words: otherwise a
        # neighbour would lend its negation.
        if all(problem in _LACKING for problem in problems):
            for first, second in combinations(cited, 2):
                pairs = islice(_together(first, second, needed(claim)), _MOST_PAIRS)
                if None in self._problems(claim, pairs):
                    return (first.citation.number, second.citation.number), None
        return (), next((p for p in problems if p is not None and p not in _LACKING), "words")

    def _problems(self, claim: Statement, supports: Iterable[Support]) -> list[str | None]:
        """What is wrong with each support, single sentences first; None ends it."""
        ordered = sorted(supports, key=lambda support: len(support.statements))
        alone = [unsupported(claim, s, self._names) for s in ordered if len(s.statements) == 1]
        if None in alone or any(problem not in _LACKING for problem in alone):
            return alone
        return [*alone, *(unsupported(claim, s, self._names) for s in ordered if len(s.statements) > 1)]


def _foreign(text: str, cited: Iterable[Evidence]) -> bool:
    """Whether a claim has signs that neither French nor its passages have: « 10⁶ », struck-out letters."""
    given = {sign for each in cited for sign in each.citation.quote}
    return not set(_FRENCH.sub("", unicodedata.normalize("NFC", text))) <= given


def _together(first: Evidence, second: Evidence, terms_needed: frozenset[str]) -> Iterable[Support]:
    """A sentence of each of two passages, in either order, that have these terms between them."""
    alone = [
        [s.statements[0] for s in each.supports if len(s.statements) == 1 and not s.subject]
        for each in (first, second)
    ]
    for one, other in product(*alone):
        if terms_needed <= one.held | other.held:
            yield Support((one, other), (), ())
            yield Support((other, one), (), ())
