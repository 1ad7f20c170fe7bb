"""What a cited passage can bear witness to: its sentences, clause by clause, as terms, figures and marks.

A claim is read the same way. Pure; judges nothing. What reads like an order to a model is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.folding import fold
from corpus.lines import is_item
from corpus.sentences import split_sentences
from index.french import terms
from qa.citing import Citation
from qa.llm.agreeing import agree
from qa.llm.clauses import Clause, bare_terms, clauses
from qa.llm.figures import Figure
from qa.llm.names import Names
from qa.llm.orders import orders, reads_like_an_order
from qa.llm.polarity import sentence_marks
from qa.llm.wording import Voices, canonical, voices

# How many terms of a sentence can be what the next one's "elle" stands for.
_SUBJECT = 3
_LEANING = re.compile(
    r"^\W*(?:(?:et|mais|or|ainsi|de plus|en outre|par ailleurs|toutefois|cependant|enfin|aussi),? )?"
    r"(?:ils?|elles?|cela|ca|ceci|ce|c'|cet|cette|ces|celui|celle|ceux|celles|on|sa|son|ses|leurs?|y|s'y|"
    r"ce dernier|l'un|chacune?)\b"
)
_ANYONE = re.compile(r"^(?:[^,;:]{1,80}, )?on (?!(?:y|en|l[ea]s?|lui|leur)\b|l')")
# « Après un essai, il a été étendu. »
_PRONOUN_BEHIND = re.compile(
    r"^[^,;:]{1,80}, (?:ils?|elles?|on|ceux-ci|celles-ci|celui-ci|celle-ci) (?!y a\b|s'agi|faut\b)"
)
_PART = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•–+|]|\d{1,2}[.)])\s?)|(?<=[.;:!?|])[ \t]*\n")
_PASSIVE = re.compile(
    r"\b(?:est|sont|etait|etaient|ete|sera|seront|etre|etant|\w+(?:ee?s?|ie?s?|ue?s?|its?|"
    r"ites?))\s(?:\w+\s){0,2}par\b"
)
_ITEM = re.compile(r"^\s*(?:(?:[-*•–—+]|\(?\d{1,2}[.)])\s+|[Ss]['’]y ajoutent? )")
_BEEN = re.compile(
    r"\b(a|ont|avait|avaient|aura|auront|aurait|auraient|avoir|ayant|ait|aient)(\s\w+)?\s(?:été|ete)\b",
    re.IGNORECASE,
)
_ROW = re.compile(r"\|[^|\n]+\|[^|\n]+\||\S {3,}\S")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence. `held`: its terms, one form for each; `item`: it is one of a list; `leaning`: it begins
    with a pronoun or the like.

    `agent`: how many terms stand before « par » and its agent, in the passive; None otherwise.
    """

    text: str
    clauses: tuple[Clause, ...]
    held: frozenset[str]
    marks: frozenset[str]
    item: bool
    leaning: bool
    agent: int | None
    voices: Voices

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of all its clauses."""
        return tuple(term for clause in self.clauses for term in clause.terms)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of all its clauses."""
        return tuple(figure for clause in self.clauses for figure in clause.figures)


@dataclass(frozen=True, slots=True)
class Support:
    """One or two sentences that a claim may rest on. `subject`: what the first leans on, as terms;
    `heads`: those of them one of which is what its pronoun stands for.
    """

    statements: tuple[Statement, ...]
    subject: tuple[str, ...]
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A citation as evidence: what its sentences, those that are no orders, bear out."""

    citation: Citation
    supports: tuple[Support, ...]


def read(text: str, names: Names) -> Statement:
    """A sentence, read; the number or bullet of an item says nothing."""
    said = _ITEM.sub("", text)
    folded = fold(said)
    passive = _PASSIVE.search(folded)
    agent = len(names.joined(bare_terms(_active(folded[: passive.end()])))) if passive else None
    found = clauses(_active(said), names)
    return Statement(
        text,
        found,
        frozenset(canonical(term) for clause in found for term in clause.terms),
        sentence_marks(said),
        is_item(text.strip()),
        _LEANING.match(folded) is not None or leans(said),
        agent,
        voices(said),
    )


def _active(text: str) -> str:
    """« A été créé » as « a créé »: the auxiliary is spelled as a season, and the voice is read apart."""
    return _BEEN.sub(r"\1\2", text)


def leans(text: str) -> bool:
    """Whether a sentence's subject is a pronoun, or the like, that only another sentence explains.

    « On compte 130 groupements » stands alone; « on en compte 130 » does not.
    """
    folded = fold(text)
    if _ANYONE.match(folded):
        return False
    return _LEANING.match(folded) is not None or _PRONOUN_BEHIND.match(folded) is not None


def evidence(citation: Citation, names: Names) -> Evidence:
    """What a citation bears witness to."""
    planted = orders(citation.quote)
    kept: list[str] = []
    for part in _parts(citation.quote):
        # What a cell says is told by the head of its column, which no row has.
        if _ROW.search(citation.quote[slice(*part)]):
            continue
        for span in split_sentences(citation.quote, *part):
            if any(span.start < order.end and order.start < span.end for order in planted):
                continue
            kept.append(_LINK.sub(r"\1", citation.quote[span.start : span.end]))
    headings = [h for h in (*citation.headings[::-1], citation.title) if not reads_like_an_order(h)]
    supports = tuple(_supports([read(text, names) for text in kept], headings, names))
    return Evidence(citation, supports)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    ends = [(0, 0), *[match.span() for match in _PART.finditer(text)], (len(text), len(text))]
    for (_, start), (end, _) in pairwise(ends):
        if text[start:end].strip():
            yield start, end


def _supports(read_: list[Statement], headings: Sequence[str], names: Names) -> Iterator[Support]:
    """Each sentence alone, each with the next, and each list with the line that introduces it."""
    about = tuple(term for heading in headings for term in names.joined(terms(heading)))
    for i, statement in enumerate(read_):
        subject, heads = _subject(read_, i, about)
        yield Support((statement,), subject, heads)
        if i + 1 < len(read_):
            yield Support((statement, read_[i + 1]), subject, heads)
        if statement.text.rstrip().endswith(":"):
            items = []
            for item in read_[i + 1 :]:
                if not item.item:
                    break
                items.append(item)
            if items:
                yield Support((statement, *items), subject, heads)


def _subject(
    read_: list[Statement], i: int, about: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The terms that the pronoun of sentence i, or its list, may stand for or be about; and their heads."""
    this = read_[i]
    if not (this.leaning or this.item):
        return (), ()
    for before in reversed(read_[:i]):
        if this.item and before.text.rstrip().endswith(":"):
            found = (*before.terms, *(about if before.leaning else ()))
            return found, found
        if this.leaning and not before.leaning and (this.item or not before.item):
            found = before.terms[:_SUBJECT] if agree(this.text, before.text) else ()
            return found, found[:1]
    return about, about
