"""Mines what acronyms stand for, where the texts themselves say so: "agence de santé (AS)".

Precision first: each letter must be accounted for by the words, and each word of weight by a
letter. An acronym that the texts never spell out has no meaning here. Set-aside text is not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import dropwhile

from corpus.documents import CutDocument, Span
from corpus.folding import fold


@dataclass(frozen=True, slots=True, order=True)
class Definition:
    """One place that defines: `text[start:end]` is the expansion as written, in its sentence."""

    document_id: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing an acronym stands for; an ambiguous acronym has several `Meaning`.

    `acronym` is without dots or plural s. Both it and `expansion`, white space collapsed, are
    the most usual form in the texts. `definitions` are in the order of the documents.
    """

    acronym: str
    expansion: str
    definitions: tuple[Definition, ...]


@dataclass(frozen=True, slots=True, order=True)
class Defined:
    """An acronym and its expansion, white space collapsed, as one place writes them."""

    definition: Definition
    acronym: str
    expansion: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, or a part of one. `linked` tells that no break parts it from the word before."""

    start: int
    end: int
    folded: str
    capital: bool
    linked: bool
    hyphened: bool
    small: bool


_LONGEST = 14  # words in an expansion
_LETTERS_A_WORD = 3  # "CO" in CODERPA
_CAPITALS_AROUND_SMALL = 4  # CeGIDD, but no MaIA

# May give a letter or none, and neither begin nor end an expansion.
_SMALL = frozenset("de du des d la le les l un une et a en pour par au aux sur dans".split())
# Never within an expansion: what is a clause is no name.
_CLAUSE = frozenset(
    """
    ou ni mais donc car qui que qu quoi dont ce c cet cette ces cela son sa ses leur leurs mon ma mes notre
    nos votre vos il elle ils elles on nous vous je j se s ne n pas y est sont ont sera seront comme si quand
    """.split()
)

_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f\u00ad]*)+")
_LINK = re.compile(r"[*_]*(?:,?\s+|['’ʼ‘]\s?|[-\u2010\u2011/])[*_]*")

_CAPITAL = "A-ZÀ-ÖØ-Þ"
_MULTIPLIED = re.compile(rf"([2-4])([{_CAPITAL}])")  # T2A stands for three words: T, A, A
_SIGLE = (
    rf"(?<![\w.])((?:[{_CAPITAL}]\.){{1,7}}[{_CAPITAL}]\.?|[{_CAPITAL}\d][{_CAPITAL}a-z\d]{{1,8}})(?![\w-])"
)
# Bounded, so that a page of rules or blanks costs no more than prose.
_OPEN, _CLOSE = r"[*_«“\"\s]{0,6}", r"[*_»”\"\s]{0,6}"
_ARTICLE = r"(?i:(?:les?|la|loi)\s+|l['’])?"
_NAMED = r"(?:(?:et\s+)?(?:ou|dite?s?|soit|sigle|abrégée?s?(?:\s+en)?|en\s+abrégé|ci-après)\s*:?\s+)"
_EXPANSION_FIRST = re.compile(
    rf"{_CLOSE}(?:\(\s*{_NAMED}*{_ARTICLE}{_OPEN}{_SIGLE}(?={_CLOSE}[),;:])"
    rf"|,?\s{{0,3}}(?<!\w){_NAMED}+{_ARTICLE}{_OPEN}{_SIGLE}|,\s+{_SIGLE}(?=\s*\)))"
)
_BRACKET_NEXT = re.compile(rf"{_SIGLE}{_CLOSE}\({_OPEN}")
# "NB : notre budget" defines nothing, hence three letters here.
_COLON_NEXT = re.compile(
    rf"(?:^|\n)[\s>•·▪◦–—*_«\"-]{{0,12}}{_ARTICLE}(?=(?:\w\.?){{3}}){_SIGLE}{_CLOSE}(?:[:=–—]|-(?=\s)){_OPEN}"
)
_AFTER_EXPANSION = re.compile(r"[*_»”\"]*(?:\s*(?:[),;:.(!?=–—|]|$)|[^\S\n]*\n)")


def mined(cut: CutDocument) -> list[Defined]:
    """Every place of a document that defines an acronym, in order."""
    text = cut.document.text
    found = set()
    for sentence in (s for passage in cut.passages for s in passage.sentences):
        for acronym, span in _defined(text[sentence.start : sentence.end]):
            start, end = sentence.start + span.start, sentence.start + span.end
            definition = Definition(cut.document.id, start, end, sentence.start, sentence.end)
            found.add(Defined(definition, acronym, " ".join(text[start:end].split())))
    return sorted(found)


def meanings(defined: Iterable[Defined]) -> tuple[Meaning, ...]:
    """The meanings of all that is defined, by acronym, the most often defined one first.

    Expansions alike but for case, accents, plural, small words and apostrophes are one meaning.
    """
    groups: dict[tuple[str, tuple[str, ...]], dict[Definition, tuple[str, str]]] = {}
    for found in defined:
        group = groups.setdefault((fold(found.acronym), _stems(found.expansion)), {})
        group.setdefault(found.definition, (found.acronym, found.expansion))
    told = []
    for group in groups.values():
        acronym, expansion = (Counter(f).most_common(1)[0][0] for f in zip(*group.values(), strict=True))
        told.append(Meaning(acronym, expansion, tuple(group)))
    return tuple(sorted(told, key=lambda m: (fold(m.acronym), -len(m.definitions), fold(m.expansion))))


def _stems(expansion: str) -> tuple[str, ...]:
    """What expansions of one meaning share: the words of weight, in the singular."""
    words = (word.folded for word in _words(expansion) if not word.small)
    return tuple(re.sub(r"[sx]$", "", re.sub(r"(?<!e)aux$", "al", word)) for word in words)


def _words(sentence: str) -> list[_Word]:
    words, before = [], 0
    for start, end in (match.span() for match in _WORD.finditer(sentence)):
        linked = _LINK.fullmatch(sentence, before, start) is not None
        hyphened = sentence[before:start] in ("-", "\u2010", "\u2011")
        folded = fold(sentence[start:end])
        words.append(_Word(start, end, folded, sentence[start].isupper(), linked, hyphened, folded in _SMALL))
        before = end
    return words


def _defined(sentence: str) -> Iterator[tuple[str, Span]]:
    """Each acronym that `sentence` defines, without dots, and where its expansion lies."""
    words = _words(sentence)
    for pattern in (_EXPANSION_FIRST, _BRACKET_NEXT, _COLON_NEXT):
        for match in pattern.finditer(sentence):
            acronym = next(filter(None, match.groups())).replace(".", "")
            if acronym.endswith("s") and acronym[:-1].isupper():
                acronym = acronym[:-1]  # "les EHPADs"
            before = pattern is _EXPANSION_FIRST
            runs = _before(sentence, words, match.start()) if before else _after(sentence, words, match.end())
            letters = _letters(acronym)
            if run := next((run for run in runs if letters and _accounts_for(run, letters)), None):
                yield acronym, Span(run[0].start, run[-1].end)


def _letters(acronym: str) -> str:
    """The initials to look for, folded; none where `acronym` is a number or a plain word."""
    spelt = _MULTIPLIED.sub(lambda m: m[2] * int(m[1]), acronym)
    small = sum(c.islower() for c in spelt)
    word_like = small > (len(spelt) > _CAPITALS_AROUND_SMALL) or spelt[-1:].islower()
    if not 2 <= len(spelt) <= 8 or not spelt.isalpha() or set(spelt) <= set("IVX") or word_like:
        return ""
    return fold(spelt)


def _before(sentence: str, words: list[_Word], limit: int) -> Iterator[list[_Word]]:
    """Runs of words that end right before `limit`, the shortest first."""
    stop = sum(word.end <= limit for word in words)
    if stop == 0 or sentence[words[stop - 1].end : limit].strip():
        return
    for first in range(stop - 1, max(-1, stop - 1 - _LONGEST), -1):
        yield words[first:stop]
        if not words[first].linked:
            return


def _after(sentence: str, words: list[_Word], begin: int) -> Iterator[list[_Word]]:
    """Runs of words from `begin`, its articles left out, up to a break; the shortest first."""
    following = [word for word in words if word.start >= begin]
    following = list(dropwhile(lambda word: word.small, following))[:_LONGEST]
    for i, word in enumerate(following):
        if i and not word.linked:
            return
        if _AFTER_EXPANSION.match(sentence, word.end):
            yield following[: i + 1]


def _accounts_for(run: list[_Word], letters: str) -> bool:
    """Whether `letters`, in order, are the first letters of the words of `run`, none left over."""
    weighty = [word for word in run if not word.small]
    if len(weighty) < 2 or run[0].small or run[0].hyphened or run[-1].small:
        return False
    person = len(letters) == 2 and all(word.capital for word in weighty)  # "Paul Sorel (PS)"
    if person or any(word.folded in _CLAUSE for word in run):
        return False
    states = {(0, 0)}  # letters accounted for, words that gave some
    for word in run:
        fewest, most = int(not (word.small or word.hyphened)), 1 if word.small else _LETTERS_A_WORD
        states = {
            (done + taken, givers + (taken > 0))
            for done, givers in states
            for taken in range(fewest, most + 1)
            if done + taken <= len(letters) and word.folded[:taken] == letters[done : done + taken]
        }
    # More than a letter a word is the exception: "santé publique" is no SAP.
    return any(done == len(letters) and 3 * givers > 2 * len(letters) for done, givers in states)
