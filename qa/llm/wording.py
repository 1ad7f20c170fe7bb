"""The words of a clause in their order, each with the small words that bind it to the one before.

« Versé à la caisse » is not « versé par la caisse », and search terms do not tell. Pure; compares nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.folding import fold
from index.french import term_of, terms, words
from qa.llm.figures import Figure, figures
from qa.llm.names import Names

# One meaning in these texts, whatever the complement. As few as can be.
_SAME = {
    term: min(group)
    for group in map(
        terms,
        (
            "réunit regroupe rassemble",
            "verse versement",
            "crée création",
            "finance financement",
            "comprend comporte",
            "assure assurée assurent",
            "signé signature",
            "fixe fixation",
            "chaque chacun chacune",
            "médicales médicaux",
            "nationale nationaux",
            "régionale régionaux",
            "hôpital hôpitaux",
            "locale locaux",
            "sociale sociaux",
            "territoriale territoriaux",
            "générale généraux",
        ),
    )
    for term in group
}
# Small words that say how a word is bound, one for all of a kind. « De » and the articles are not among
# them: "de l'eau" may be an object and "des" two things.
_BINDING = {
    word: kind
    for kind, group in (
        ("à", "au aux"),
        ("en", "en dans"),
        ("se", "se s"),
        ("comme", "comme"),
        ("donc", "donc ainsi alors aussi"),
        ("car", "car puisque"),
        ("et", "et"),
        ("que", "que qu"),
        *((word, word) for word in "par pour sans sur sous entre vers chez avec ou ni qui dont afin".split()),
    )
    for word in group.split()
}
_PRONOUNS = [["on"], ["il"], ["elle"], ["ils"], ["elles"], ["n"], ["ne"], ["y"]]
_ARTICLES = frozenset({"l", "la", "le", "les"})
_PARTICIPLE = re.compile(r"(?:e|ee|es|ees|i|ie|is|ies|ise|ises|u|ue|us|ues|it|ite|its|ites|erts?|ertes?)$")
# With its accents: « contrôle » is no participle.
_ACCENTED = re.compile(r"(?:é|ée|és|ées|i|ie|is|ies|ise|ises|u|ue|us|ues|it|ite|its|ites|ert|erts|ertes?)$")
_BEING = frozenset(
    "est sont était étaient été sera seront serait seraient être étant fut furent soit soient".split()
)
_HAVING = frozenset(
    "a ont avait avaient aura auront aurait auraient avoir ayant eut eurent ait aient".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A term or a figure. `links`: the binding words before it, in order; `participle`: it looks like one."""

    term: str
    links: tuple[str, ...]
    figure: Figure | None = None
    participle: bool = False


def canonical(term: str) -> str:
    """One form for what the stemmer leaves in two ("votée", "vote"), and for words of one meaning."""
    same = _SAME.get(term, term)
    return same[:3] + same[3:].rstrip("e")


def worded(text: str, names: Names) -> tuple[Word, ...]:
    """The words of a clause, an acronym for its expansion."""
    found: list[Word] = []
    links: list[str] = []
    for piece, figure in _pieces(fold(text)):
        said = words(piece)
        for i, word in enumerate(said):
            term = term_of(word)
            if term is None:
                links += _link(said, i)
            else:
                found.append(Word(term, tuple(links), None, _PARTICIPLE.search(word) is not None))
                links = []
        if figure is not None:
            found.append(Word(figure.value, tuple(links), figure))
            links = []
    spans = names.spans([word.term if word.figure is None else "" for word in found])
    return tuple(
        Word(canonical(term), found[i].links, found[i].figure, found[i].participle)
        if found[i].figure is None
        else found[i]
        for term, i in spans
    )


def _pieces(folded: str) -> Iterator[tuple[str, Figure | None]]:
    start = 0
    for figure in figures(folded):
        yield folded[start : figure.start], figure
        start = figure.end
    yield folded[start:], None


def _link(said: list[str], i: int) -> Iterator[str]:
    """Folded, « à » is « a »: before an article, or what is no participle, it is « à »."""
    if said[i] != "a":
        # « On en compte 130 »
        if said[i] in _BINDING and not (said[i] == "en" and said[i - 1 : i] in _PRONOUNS):
            yield _BINDING[said[i]]
        return
    following = said[i + 1] if i + 1 < len(said) else ""
    if following in _ARTICLES or not _PARTICIPLE.search(following or "-"):
        yield "à"


# Say nothing of their own. Verbs are not among them: "permet" is not "critique".
LIGHT = frozenset(
    canonical(term)
    for term in terms("il s'agit notamment également aussi ainsi donc ailleurs enfin effet outre précisément")
)


@dataclass(frozen=True, slots=True)
class Voices:
    """Terms of the participles that a sentence has, but for those behind « avoir »; and which of them
    stand behind « être ».
    """

    participles: frozenset[str]
    passive: frozenset[str]


def voices(text: str) -> Voices:
    """« Le directeur est nommé » is not « Le directeur nomme »."""
    said = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).lower())
    participles, passive = set(), set()
    for i, word in enumerate(said):
        term = term_of(fold(word))
        if term is None or not _ACCENTED.search(word):
            continue
        before = said[max(0, i - 2) : i]
        if any(each in _BEING for each in before):
            passive.add(canonical(term))
        if not any(each in _HAVING for each in before) or "été" in before:
            participles.add(canonical(term))
    return Voices(frozenset(participles | passive), frozenset(passive))
