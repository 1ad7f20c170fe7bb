"""Questions without a verb or without a subject, and what they are completed with."""

from __future__ import annotations

import pytest

from tests.qa.conversation.helpers import asked

BEDS = "Combien de lits ont les hôpitaux ?"
RENNES = "Combien de lits y avait-il à Rennes en 2017 ?"
CPTS = "Qu'est-ce qu'une CPTS ?"


@pytest.mark.parametrize(
    ("before", "question", "searched"),
    [
        (BEDS, "Et les cliniques ?", "Combien de lits ont les cliniques ?"),
        (BEDS, "Et pour les cliniques ?", "Combien de lits ont les cliniques ?"),
        (BEDS, "et pour les cliniques", "Combien de lits ont les cliniques ?"),
        (BEDS, "D'accord, et les cliniques ?", "Combien de lits ont les cliniques ?"),
        (BEDS, "Qu'en est-il des cliniques ?", "Combien de lits ont des cliniques ?"),
        ("Qui dirige l'ARS ?", "Et la HAS ?", "Qui dirige la HAS ?"),
        (CPTS, "Et un GHT ?", "Qu'est-ce qu'un GHT ?"),
        ("Quel est le rôle de l'ARS ?", "Et le conseil ?", "Quel est le rôle du conseil ?"),
        (
            "Combien reçoivent les maisons ?",
            "Et aux centres ?",
            "Combien reçoivent les maisons aux centres ?",
        ),
        (
            "Quelles sont les missions de l'ARS ?",
            "Et celles de la HAS ?",
            "Quelles sont les missions de la HAS ?",
        ),
        ("Quel est le premier album de Noa ?", "Et le deuxième ?", "Quel est le deuxième album de Noa ?"),
    ],
)
def test_the_part_that_corresponds_is_replaced(before: str, question: str, searched: str) -> None:
    assert asked(before, question) == searched


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Et en 2018 ?", "Combien de lits y avait-il à Rennes en 2018 ?"),
        ("2018 ?", "2018 ?"),
        ("Et à Brest ?", "Combien de lits y avait-il à Brest en 2017 ?"),
        ("et a brest", "Combien de lits y avait-il à brest en 2017 ?"),
        ("Et aujourd'hui ?", "Combien de lits y avait-il à Rennes en 2017 aujourd'hui ?"),
    ],
)
def test_dates_and_places_replace_dates_and_places(question: str, searched: str) -> None:
    assert asked(RENNES, question) == searched


def test_a_date_is_added_where_there_was_none() -> None:
    assert asked(BEDS, "Et en 2018 ?") == "Combien de lits ont les hôpitaux en 2018 ?"


def test_whom_something_is_for_is_added() -> None:
    assert asked("Quel est le remboursement des lunettes ?", "Et pour les enfants ?") == (
        "Quel est le remboursement des lunettes pour les enfants ?"
    )


@pytest.mark.parametrize(
    ("before", "question", "searched"),
    [
        (
            "Quand les GHT ont-ils été créés ?",
            "Par quelle loi ?",
            "Par quelle loi les GHT ont-ils été créés ?",
        ),
        ("En quelle année M87 a-t-elle été vue ?", "Par qui ?", "Par qui M87 a-t-elle été vue ?"),
        ("Peut-on fermer le DMP ?", "Pourquoi ?", "Pourquoi peut-on fermer le DMP ?"),
        ("Combien de vaccins sont exigés ?", "Depuis quand ?", "Depuis quand des vaccins sont exigés ?"),
        (CPTS, "Avec quel budget ?", "Avec quel budget une CPTS ?"),
        (CPTS, "Combien ?", "Combien une CPTS ?"),
        (CPTS, "Combien de médecins au minimum ?", "Combien de médecins au minimum une CPTS ?"),
        ("Quel surnom avait la ville ?", "Pourquoi ?", "Pourquoi ? Quel surnom avait la ville ?"),
        (
            "Quelles sont les missions d'une CPTS ?",
            "Lesquelles sont facultatives ?",
            "Quelles missions d'une CPTS sont facultatives ?",
        ),
    ],
)
def test_a_question_word_keeps_the_whole_topic(before: str, question: str, searched: str) -> None:
    assert asked(before, question) == searched


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Quelles sont les missions ?", "Quelles sont les missions d'une CPTS ?"),
        ("Quel est le budget ?", "Quel est le budget d'une CPTS ?"),
        ("L'adhésion est-elle obligatoire ?", "L'adhésion d'une CPTS est-elle obligatoire ?"),
        ("Quelle différence avec une clinique ?", "Quelle différence d'une CPTS avec une clinique ?"),
        ("Qui paie ?", "Qui paie, une CPTS ?"),
        ("Comment adhérer ?", "Comment adhérer, une CPTS ?"),
        ("Et le financement ?", "Le financement d'une CPTS ?"),
    ],
)
def test_a_question_without_a_subject_takes_that_of_the_conversation(question: str, searched: str) -> None:
    assert asked(CPTS, question) == searched


@pytest.mark.parametrize(
    "question",
    [
        "Et qu'est-ce qu'une PTA ?",
        "Parlons d'autre chose : que contient-il, ce rapport ?",
        "Qui finance les hôpitaux de proximité ?",
        "Quel est le rôle des pharmaciens ?",
        "Quelles sont les conditions de travail ?",
        "Quelle est la capitale de l'Australie ?",
        "Qui paie le forfait hospitalier ?",
        "Comment cuire les choux ?",
        "Et combien de lits a un hôpital de jour ?",
        "Et le financement des réseaux ?",
        "Combien de téléconsultations en 2020 ?",
        "financement des réseaux de santé",
        "PTA ?",
        "Les cliniques ?",
        "Merci !",
        "Ok, merci beaucoup.",
        "Qui es-tu ?",
        "?",
        "",
    ],
)
def test_a_fresh_question_is_left_alone(question: str) -> None:
    assert asked(CPTS, question) == question


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Peux-tu détailler ?", "Peux-tu détailler, une CPTS ?"),
        ("Donne-moi un exemple", "Donne-moi un exemple d'une CPTS"),
        ("Et si le patient refuse ?", "Et si le patient refuse, une CPTS ?"),
        ("Y a-t-il un délai ?", "Y a-t-il un délai d'une CPTS ?"),
        ("Le budget ?", "Le budget d'une CPTS ?"),
        ("Quel était le budget pendant l'épidémie ?", "Quel était le budget d'une CPTS pendant l'épidémie ?"),
        ("Tous les combien ?", "Tous les combien une CPTS ?"),
        ("À partir de quel âge ?", "À partir de quel âge une CPTS ?"),
    ],
)
def test_what_asks_for_more_is_about_the_same_thing(question: str, searched: str) -> None:
    assert asked(CPTS, question) == searched


def test_a_noun_of_the_answer_goes_on_about_its_subject() -> None:
    answer = "Un contrat est signé pour cinq ans par le directeur."
    assert asked(CPTS, "Qui signe le contrat ?", answer=answer) == "Qui signe le contrat d'une CPTS ?"
    assert asked(CPTS, "Que fait le directeur ?", answer=answer) == "Que fait le directeur d'une CPTS ?"
    assert asked(CPTS, "Que fait le notaire ?", answer=answer) == "Que fait le notaire ?"


def test_a_difference_is_between_the_last_two_subjects() -> None:
    assert asked("Qu'est-ce que l'ARS ?", "Et la HAS ?", "Quelle est la différence ?") == (
        "Quelle est la différence entre l'ARS et la HAS ?"
    )


def test_an_aspect_is_not_put_in_place_of_what_was_defined() -> None:
    assert asked("Qu'est-ce qu'un hôpital de jour ?", "Et la chirurgie ?") == (
        "La chirurgie dans un hôpital de jour ?"
    )


def test_what_follows_a_noun_that_wants_an_owner_is_kept() -> None:
    assert asked("Combien y avait-il de CPTS fin 2018 ?", "Et l'objectif pour 2022 ?") == (
        "L'objectif de CPTS pour 2022 ?"
    )
