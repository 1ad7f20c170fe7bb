"""The figures that a French text states: numbers, amounts, dates, ordinals, each with its role.

One value for what is written in several ways ("35,6 millions", "deux mille", "01/01/2016"). A role
is the unit, and whether the figure is a bound ("moins de"). Pure; compares nothing to a source.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from corpus.folding import fold
from index.french import terms

_MONTHS = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
_MONTH = "|".join(_MONTHS)
_SMALL = dict(
    zip(
        "zero deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split(),
        [0, *range(2, 17)],
        strict=True,
    )
)
_TENS = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "huitante": 80, "octante": 80, "nonante": 90,
}  # fmt: skip
_SCALES = {"mille": 10**3, "millier": 10**3, "milliers": 10**3} | {
    f"{word}{plural}": value
    for word, value in (("million", 10**6), ("milliard", 10**9), ("billion", 10**12))
    for plural in ("", "s")
}
_VALUES = _SMALL | _TENS | {"un": 1, "une": 1, "cent": 100, "cents": 100} | _SCALES
_WORD = "|".join(sorted(_VALUES, key=len, reverse=True))
_ORDINALS = {
    "premier": 1, "premiere": 1, "second": 2, "seconde": 2, "deuxieme": 2, "troisieme": 3, "quatrieme": 4,
    "cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8, "neuvieme": 9, "dixieme": 10,
}  # fmt: skip
_FRACTIONS = {"moitie": "1/2", "tiers": "1/3", "quart": "1/4", "quarts": "1/4", "cinquieme": "1/5"}
# On folded text, where every space is plain.
_FIGURE = re.compile(
    rf"""
    (?P<iso>\b(?P<y1>\d{{4}})-(?P<m1>\d\d)-(?P<d1>\d\d)\b)
  | (?P<numeric>\b(?P<d2>\d\d?)[/.](?P<m2>\d\d?)[/.](?P<y2>\d{{4}})\b)
  | (?P<named>(?:\b(?P<d3>\d\d?|premier)(?:er)?\ )?\b(?P<m3>{_MONTH})(?:\ (?P<y3>\d{{4}}))?\b)
  | (?P<century>\b(?P<roman>[ivx]+)(?:i?eme|e)\ siecle)
  | (?P<ordinal>\b\d+(?:ers?|e?res?|n?des?|i?emes?|es?)\b|\b(?:{"|".join(_ORDINALS)})s?\b)
  | (?P<fraction>\b(?:moitie|(?P<over>un|deux|trois|quatre)\ (?:tiers|quarts?|cinquiemes?))\b)
  | (?P<number>(?<![\w.,/-])-?(?:\d{{1,3}}(?:[ .]\d{{3}})+(?:,\d+)?|\d+(?:[.,]\d+)?)(?![\d])
      (?P<scale>\ (?:{"|".join(_SCALES)})\b)?)
  | (?P<words>(?<!pour\ )\b(?:{_WORD})(?:(?:[\ -]et[\ -]|[\ -])(?:{_WORD}))*\b)
    """,
    re.VERBOSE,
)
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
# Before these, "un" is a number: "un an" is not "deux ans".
_COUNTED = re.compile(
    r" (?:seule? )?(?:ans?|annees?|mois|semaines?|jours?|heures?|minutes?|fois|points?|pour cent)\b"
)
_ROMAN = {"i": 1, "v": 5, "x": 10}
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
        (match, kind, value) for match in _FIGURE.finditer(folded) for kind, value in _value(match) if value
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


def _value(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    """The kind and the canonical value of a match; none for what only looks like a figure."""
    kind, token = match.lastgroup or "", match.group()
    for date in ("iso", "numeric", "named"):
        if match.group(date):
            n = {"iso": "1", "numeric": "2", "named": "3"}[date]
            yield from _date(match.group(f"y{n}"), match.group(f"m{n}"), match.group(f"d{n}"))
            return
    if match.group("century"):
        values = [_ROMAN[letter] for letter in match.group("roman")]
        total = sum(-v if v < w else v for v, w in zip(values, [*values[1:], 0], strict=True))
        yield "ordinal", str(total)
    elif match.group("ordinal"):
        digits = re.match(r"\d+", token)
        yield (
            "ordinal",
            digits.group() if digits else str(_ORDINALS.get(token, _ORDINALS.get(token[:-1], ""))),
        )
    elif match.group("fraction"):
        over = {"un": "1", "deux": "2", "trois": "3", "quatre": "4", None: "1"}[match.group("over")]
        yield "fraction", f"{over}×{_FRACTIONS.get(token.split()[-1], token.split()[-1])}"
    elif match.group("number"):
        yield "number", _number(match)
    elif kind and (token not in ("un", "une") or _COUNTED.match(match.string, match.end())):
        yield "number", str(_spelled(re.split(r"[ -]et[ -]|[ -]", token)))


def _number(match: re.Match[str]) -> str:
    scale = match.group("scale") or ""
    digits = match.group("number").removesuffix(scale)
    digits = re.sub(r" |\.(?=\d{3}(?:\D|$))", "", digits) if re.search(r"[ .]\d{3}(?!\d)", digits) else digits
    value = Decimal(digits.replace(",", ".")) * _SCALES.get(scale.strip(), 1)
    return f"{value.normalize():f}"


def _date(year: str | None, month: str, day: str | None) -> Iterator[tuple[str, str]]:
    """`2016-01-01`, `2016-01`, or `-01-01` without a year; a month alone is a date too."""
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
    tail = f"-{number:02}" + (f"-{1 if day == 'premier' else int(day):02}" if day else "")
    yield "date", f"{year or ''}{tail}"


def _spelled(parts: list[str]) -> int:
    """The number that French words spell: "quatre-vingt-dix-sept", "deux cent mille"."""
    total = current = 0
    for part in parts:
        value = _VALUES[part]
        if part in _SCALES:
            total, current = total + max(current, 1) * value, 0
        elif value == 100 or (part in ("vingt", "vingts") and current % 100 == 4):
            current = (
                current - current % 100 + max(current % 100, 1) * value
                if value == 20
                else max(current, 1) * 100
            )
        else:
            current += value
    return total + current
