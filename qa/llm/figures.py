"""The figures that a French text states: numbers, amounts, dates, ordinals, each with its role.

One value for what is written in several ways ("35,6 millions", "deux mille", "01/01/2016"). A role
is the unit, and whether the figure is a bound ("moins de"). Pure; compares nothing to a source.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from corpus.folding import fold
from index.french import terms
from qa.llm.numerals import FIGURE, value_of

_SIGNS = {"%": "%", "pour cent": "%", "pourcent": "%", "€": "euro", "euros": "euro", "euro": "euro", "$": "$"}
_UNIT = re.compile(r"\s?(%|€|\$|(?:de |d')?(?:pour cent|pourcent\b|euros?\b))")
# The first that fits: "un peu plus de 200" is about 200.
_BOUNDS = (
    (
        "~",
        r"(?:environ|pres d[e']|presque|autour de|quelques?|a peu pres|de l'ordre de|approximativement|"
        r"un peu plus d[e']|un peu moins d[e'])",
    ),
    (
        "<",
        r"(?:moins d[e']|inferieure?s? a|au plus|jusqu'a|jusqu'en|maximum(?: de)?|maximale? de|plafond de|"
        r"sous|plafonnee?s? a|n'excede pas|ne depasse pas|sans depasser|limitee?s? a|avant)",
    ),
    (
        ">",
        r"(?:plus d[e']|superieure?s? a|au moins|minimum(?: de)?|minimale? de|au-dela de|depasse|excede|"
        r"a partir d[eu']|apres|a compter d[eu']|depuis)",
    ),
)
_BEFORE = tuple((sign, re.compile(rf"\b{words}\s?(?:l'|l[ea]s? |de |d')?$")) for sign, words in _BOUNDS)
_AFTER = (
    ("<", re.compile(r"^[^,;.]{0,24}?\b(?:au plus|maximum|au maximum)\b")),
    (">", re.compile(r"^[^,;.]{0,24}?\b(?:au moins|minimum|au minimum|ou plus)\b")),
    ("~", re.compile(r"^[^,;.]{0,12}?\benviron\b")),
)
# What follows a figure and is not counted by it.
_NO_NOUN = (
    "et|ou|aux?|en|dans|par|pour|sur|avec|sans|sous|apres|avant|depuis|pendant|selon|chez|vers|contre|entre|"
    "puis|mais|qui|que|dont|l[ea]s?|l'|a|est|sont|ont|il|elle|s'|se|ne|n'"
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is canonical. `kind`: number, date, ordinal or fraction. `unit`: a sign ("%", "euro"),
    or the terms that follow. `bound`: "<", ">", "~" or "". `start`, `end` in the folded
    text, a sign taken in.
    """

    kind: str
    value: str
    sign: str
    nouns: tuple[str, ...]
    bound: str
    start: int
    end: int

    def same_role(self, said: Figure, subject: Collection[str] = ()) -> bool:
        """Whether the claim `said` states this figure of a source in the role that it has there.

        A date may be told less exactly ("en 2016"); a unit may not be added, changed or left out, but
        for what the sentence is about: "on en compte 130".
        """
        if self.bound != said.bound or not self.holds(said):
            return False
        if self.kind == "date" or said.kind == "date":
            return True
        if self.sign != said.sign:
            return False
        if not self.nouns and not self.sign and said.nouns and set(said.nouns) <= set(subject):
            return True
        return self.nouns == said.nouns or not set(self.nouns).isdisjoint(said.nouns)

    @property
    def dates(self) -> bool:
        """Whether it is a date, or a year that counts nothing."""
        bare_year = self.kind == "number" and not self.sign and not self.nouns
        return self.kind == "date" or (bare_year and _YEAR.fullmatch(self.value) is not None)

    @property
    def exact(self) -> bool:
        """Whether it is a date to the day."""
        return self.kind == "date" and self.value.count("-") == 2

    def holds(self, said: Figure) -> bool:
        """Whether the claim's figure `said` has its value, or tells its date less exactly."""
        if self.kind == "date" and said.kind in ("date", "number"):
            year, _, rest = self.value.partition("-")
            return said.value in (self.value, year, f"{year}-{rest[:2]}", f"-{rest}") and said.value != ""
        return self.kind == said.kind and self.value == said.value


def figures(text: str) -> tuple[Figure, ...]:
    """Every figure of a text, in order; "un" and "une" alone are articles."""
    folded = fold(text)
    found = [
        (match, kind, value) for match in FIGURE.finditer(folded) for kind, value in value_of(match) if value
    ]
    return tuple(
        _figure(folded, *each, following)
        for each, following in zip(found, _ranges(folded, found), strict=True)
    )


_Found = tuple[re.Match[str], str, str]


def _ranges(folded: str, found: list[_Found]) -> Iterator[str]:
    """What binds each figure to its neighbour: "de 40 à 80", "entre 40 et 80"."""
    marks = [""] * len(found)
    for i in range(len(found) - 1):
        between = folded[found[i][0].end() : found[i + 1][0].start()]
        before = folded[: found[i][0].start()]
        opened = re.search(r"\bentre (?:l[ea]s? )?$", before) and re.search(
            r"^[^.;]{0,30} et (?:l[ea]s? )?$", between
        )
        to = re.search(r"\bde (?:l[ea]s? )?$|\bdu $", before) and re.search(
            r"^[^.;,]{0,30} (?:a|au) $", between
        )
        if opened or to:
            marks[i], marks[i + 1] = "from", "to"
    yield from marks


def _figure(folded: str, match: re.Match[str], kind: str, value: str, ranged: str) -> Figure:
    rest = folded[match.end() :]
    unit = _UNIT.match(rest)
    sign = _SIGNS.get(re.sub(r"^(?:de |d')", "", unit.group(1)), "") if unit else ""
    before = folded[max(0, match.start() - 32) : match.start()]
    bound = ranged or next((s for s, pattern in _BEFORE if pattern.search(before)), "")
    bound = bound or next((s for s, pattern in _AFTER if pattern.search(rest)), "")
    nouns = () if sign or kind == "date" else _nouns(rest)
    end = match.end() + (unit.end() if unit and sign else 0)
    return Figure(kind, value, sign, nouns, bound, match.start(), end)


def _nouns(rest: str) -> tuple[str, ...]:
    """The terms of the two words that follow: what is counted, and an adjective before or after it."""
    following = re.match(
        rf" ?(?:de |d'|des )?((?:(?!(?:{_NO_NOUN})\b)[^\W\d_][\w'-]*"
        r"(?: |(?=\W|$))){0,2})",
        rest,
    )
    return tuple(terms(following.group(1))) if following else ()
