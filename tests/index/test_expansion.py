"""A question gains the other names of what it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.glossary import Meaning
from index.build import build
from index.embedded import EmbeddedEngine
from index.expansion import NO_EXPANSION, Names
from index.french import terms
from index.opening import open_engine
from qa.answer import ask
from tests.conftest import FakeEncoder

PTA = Meaning("PTA", "plateformes territoriales d’appui", ())
PPS_PLAN = Meaning("PPS", "plan personnalisé de santé", ())
PPS_PROGRAMME = Meaning("PPS", "programme personnalisé de soins", ())
NAMES = Names((PPS_PLAN, PPS_PROGRAMME, PTA))


@pytest.mark.parametrize(
    ("question", "other_names"),
    [
        ("Qui finance la PTA ?", ["plateformes territoriales d’appui"]),
        ("qui finance les pta", ["plateformes territoriales d’appui"]),
        ("Qui finance les PTAs ?", ["plateformes territoriales d’appui"]),
        ("Qui finance la P.T.A. ?", ["plateformes territoriales d’appui"]),
        ("Qui finance une plateforme territoriale d'appui ?", ["PTA"]),
        ("Qui signe un PPS ?", ["plan personnalisé de santé", "programme personnalisé de soins"]),
        ("Un plan personnalisé de santé est-il signé ?", ["PPS"]),
    ],
)
def test_the_other_names_are_added_in_brackets(question: str, other_names: list[str]) -> None:
    assert NAMES.expansion(question).text == f" ({', '.join(other_names)})"


@pytest.mark.parametrize("question", ["Qui finance la santé ?", "Une plateforme d'appui", "L'adaptation"])
def test_a_question_that_names_nothing_of_the_glossary_is_left_as_it_is(question: str) -> None:
    assert NAMES.expansion(question) == NO_EXPANSION


@pytest.mark.parametrize(
    ("question", "meanings"),
    [
        ("Que signifie PTA ?", [PTA]),
        ("PTA, ça veut dire quoi ?", [PTA]),
        ("Qu'est-ce qu'une PTA ?", [PTA]),
        ("pta", [PTA]),
        ("Que veut dire PPS ?", [PPS_PLAN, PPS_PROGRAMME]),
        ("À quoi sert la PTA ?", []),
        ("Que signifie PTA pour un patient ?", []),
        ("Qui dirige la PTA ?", []),
        ("Que signifie ARS ?", []),
    ],
)
def test_only_a_question_about_the_acronym_itself_asks_its_meaning(
    question: str, meanings: list[Meaning]
) -> None:
    assert NAMES.asked(question) == meanings


@pytest.fixture
def acronyms(tmp_path: Path, fake_encoder: FakeEncoder) -> EmbeddedEngine:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(
        "Le médecin appelle la PTA. La PTA répond à la PTA voisine. Une PTA suffit.", "utf-8"
    )
    (folder / "b.txt").write_text(
        "La loi est simple. Les plateformes territoriales d'appui (PTA) aident les soignants.", "utf-8"
    )
    build(folder, tmp_path, fake_encoder)
    return open_engine(tmp_path, fake_encoder)


def test_what_an_acronym_stands_for_is_answered_by_the_sentence_that_says_so(
    acronyms: EmbeddedEngine,
) -> None:
    answer = ask(acronyms, "Que signifie PTA ?", 2)
    assert answer.text is not None
    assert answer.text.startswith("Les plateformes territoriales d'appui (PTA) aident les soignants. [1]")
    assert [citation.source for citation in answer.citations] == ["b.txt", "a.txt"]


def test_another_question_on_the_acronym_is_ranked_as_any(acronyms: EmbeddedEngine) -> None:
    hits = acronyms.search("Quel médecin appelle la PTA voisine ?", 2).hits
    assert hits[0].passage.document_id == "a.txt"


def test_every_definition_is_the_slice_of_its_document(acronyms: EmbeddedEngine) -> None:
    (meaning,) = acronyms.glossary()
    (definition,) = meaning.definitions
    document = acronyms.document(definition.document_id)
    assert document is not None
    assert document.text[definition.start : definition.end] == "plateformes territoriales d'appui"


def test_the_terms_of_a_name_that_has_others_are_told_and_no_others() -> None:
    assert NAMES.expansion("Combien de PTA à Nevers en 2023 ?").of == {"pta", "ptas"}
    spelled_out = NAMES.expansion("Combien de plateformes territoriales d'appui à Nevers ?")
    assert spelled_out.of == set(terms("plateformes territoriales d'appui"))
