"""Names of a claim, and acronyms that are one with what they stand for."""

from __future__ import annotations

from corpus.glossary import Meaning
from index.french import terms
from qa.llm.names import Names, capitalised
from tests.qa.llm.support import GLOSSARY


def test_an_expansion_and_its_acronym_are_one_term() -> None:
    names = Names(GLOSSARY)
    assert names.joined(terms("Les agences régionales de santé (ARS) financent")) == ("ar", "financent")
    assert names.joined(terms("Les ARS financent")) == ("ar", "financent")
    assert names.joined(terms("La santé régionale")) == ("sant", "regional")


def test_an_acronym_of_two_meanings_is_none_of_them() -> None:
    names = Names([*GLOSSARY, Meaning("ARS", "association régionale de ski", ())])
    assert names.joined(terms("agence régionale de santé")) == ("agenc", "regional", "sant")


def test_the_first_word_is_a_name_only_when_it_shows() -> None:
    assert capitalised("Le docteur Hélène Marchais dirige l’ARS.") == [("helene", "marchais"), ("ars",)]
    assert capitalised("HAS et loi.") == [("has",)]
    assert capitalised("Paris dort.") == []


def test_a_heading_may_spell_an_acronym_out_and_a_bracket_that_does_not_is_none() -> None:
    names = Names((), ["2. La Haute Autorité de santé (HAS)", "Le coût du soin (SMR)"])
    assert names.joined(terms("la Haute Autorité de santé")) == ("has",)
    assert names.joined(terms("le coût du soin")) == ("cout", "soin")


def test_the_place_of_a_joined_term_is_where_it_begins() -> None:
    found = terms("Les agences régionales de santé (ARS) financent")
    assert Names(GLOSSARY).spans(found) == [("ar", 0), ("financent", 4)]
