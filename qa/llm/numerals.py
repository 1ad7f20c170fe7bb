"""What a figure is worth, however it is written: "deux cent mille", "1 000", "01/01/2016", "XIXe siècle".

Reads folded text. Knows no unit and no role: see `figures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

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
FIGURE = re.compile(
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
# Before these, "un" is a number: "un an" is not "deux ans".
_COUNTED = re.compile(
    r" (?:seule? )?(?:ans?|annees?|mois|semaines?|jours?|heures?|minutes?|fois|points?|pour cent)\b"
)
_ROMAN = {"i": 1, "v": 5, "x": 10}


def value_of(match: re.Match[str]) -> Iterator[tuple[str, str]]:
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
