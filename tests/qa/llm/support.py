"""What the tests of the language model share: passages, answers that cite them, an engine, one call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from corpus.glossary import Meaning
from index.engine import Engine
from index.errors import Overloaded
from qa.answer import Answer, CitedSentence
from qa.citing import Citation, Quote
from qa.llm.checking import Checker, Verdict
from qa.llm.records import Ending, Written
from qa.llm.sentences import claim_of
from qa.llm.writer import Writer

MONEY = (
    "En 2018, l’Assurance maladie a versé 35,6 millions d’euros aux maisons de santé et 43,5 millions "
    "aux centres "
    "de santé. Près de 80 % des soins sont pris en charge. Les patients reconnus en affection de longue "
    "durée ne "
    "paient pas le ticket modérateur, sauf pour les franchises."
)
CPTS = (
    "Une communauté professionnelle territoriale de santé (CPTS) réunit des soignants d’un même bassin "
    "de vie. "
    "Elle est le plus souvent portée par une association. Le plan présenté le 18 septembre 2018 fixait "
    "une cible "
    "de 1 000 CPTS. Le directeur général de l’ARS dispose de deux mois pour s’opposer au projet."
)
WHO = (
    "L’ARS contrôle les cliniques et la HAS certifie les hôpitaux. La loi est votée par le Parlement. "
    "La première CPTS a été créée à Melun par le docteur Hélène Marchais. Tous les hôpitaux publics "
    "participent "
    "au groupement. La téléconsultation peut être remboursée."
)
GLOSSARY = (
    Meaning("CPTS", "communauté professionnelle territoriale de santé", ()),
    Meaning("ARS", "agence régionale de santé", ()),
    Meaning("HAS", "Haute Autorité de santé", ()),
)


def citation(number: int, quote: str, title: str = "Notes", headings: tuple[str, ...] = ()) -> Citation:
    """A passage that begins at the 100th character of its document."""
    return Citation(
        number, f"{number}.txt", title, headings, 100, 100 + len(quote), quote, None, (), 0.9, ("vectors",)
    )


def answer_on(*quotes: str) -> Answer:
    """The plain answer that a language model is asked to write out."""
    citations = tuple(citation(number, quote) for number, quote in enumerate(quotes, 1))
    first = CitedSentence(Quote(100, 110, quotes[0][:10]), 1)
    return Answer((first,), None, 0.9, citations, "g-essai")


@dataclass
class FakeEngine:
    """Knows some acronyms, and how near a sentence is to any passage, unless too many ask."""

    near: float | None = None
    is_full: bool = False

    def glossary(self) -> Sequence[Meaning]:
        return GLOSSARY

    def likeness(self, text: str, places: Sequence[tuple[str, int]]) -> tuple[float, ...] | None:
        if self.is_full:
            raise Overloaded
        return None if self.near is None else tuple(self.near for _ in places)


def engine(near: float | None = None, *, is_full: bool = False) -> Engine:
    return cast(Engine, FakeEngine(near, is_full))


def checked(text: str, *quotes: str) -> Verdict:
    """What becomes of one sentence of a model over these passages, or over the three above."""
    claim = claim_of(text)
    assert claim is not None
    citations = [citation(number, quote) for number, quote in enumerate(quotes or (MONEY, CPTS, WHO), 1)]
    return Checker(citations, GLOSSARY).check(claim)


def written(
    url: str,
    answer: Answer,
    *,
    timeout: float = 20.0,
    key: str | None = None,
    near: float | None = None,
    is_full: bool = False,
) -> tuple[list[Written], Ending]:
    """All that a writer gives for one question."""

    async def call() -> list[Written | Ending]:
        writer = Writer(url, "essai", key, timeout)
        try:
            async with aclosing(
                writer.write(engine(near, is_full=is_full), "Qui fait quoi ?", answer)
            ) as parts:
                return [part async for part in parts]
        finally:
            await writer.aclose()

    parts = asyncio.run(call())
    ending = parts[-1]
    assert isinstance(ending, Ending)
    sentences = [part for part in parts[:-1] if isinstance(part, Written)]
    assert len(sentences) == len(parts) - 1
    return sentences, ending
