"""Questions with a pronoun, a possessive or a demonstrative, and those where it is only alike."""

from __future__ import annotations

import pytest

from tests.qa.conversation.helpers import asked

CPTS = "Qu'est-ce qu'une CPTS ?"
HAS = "Qu'est-ce que la HAS ?"


@pytest.mark.parametrize(
    ("before", "question", "searched"),
    [
        (HAS, "Où se trouve-t-elle ?", "Où la HAS se trouve-t-elle ?"),
        (HAS, "Quand a-t-elle été créée ?", "Quand la HAS a-t-elle été créée ?"),
        (HAS, "Quand est elle née ?", "Quand la HAS est elle née ?"),
        ("À quoi sert le DMP ?", "Est-il obligatoire ?", "Le DMP est-il obligatoire ?"),
        ("À quoi sert le DMP ?", "Que contient-il ?", "Que contient le DMP ?"),
        (HAS, "elle est financee par qui", "la HAS est financee par qui"),
        (CPTS, "Comment sont-elles financées ?", "Comment les CPTS sont-elles financées ?"),
        (
            "Qu'est-ce qu'un hôpital local ?",
            "Comment sont-ils payés ?",
            "Comment les hôpitaux locaux sont-ils payés ?",
        ),
    ],
)
def test_a_subject_pronoun_gives_way_to_its_noun(before: str, question: str, searched: str) -> None:
    assert asked(before, question) == searched


@pytest.mark.parametrize(
    ("before", "question", "searched"),
    [
        (CPTS, "Qui les dirige ?", "Qui dirige les CPTS ?"),
        (HAS, "Qui la dirige ?", "Qui dirige la HAS ?"),
        (HAS, "Qui l’a créée ?", "Qui a créée la HAS ?"),
        (HAS, "Quel texte l'a créée ?", "Quel texte a créée la HAS ?"),
        (CPTS, "Quel organisme les finance ?", "Quel organisme finance les CPTS ?"),
        (CPTS, "comment la creer", "comment creer une CPTS"),
        ("Qui tient le DMP ?", "Qui peut le lire ?", "Qui peut lire le DMP ?"),
        ("Qui tient le DMP ?", "Peut-on le fermer ?", "Peut-on fermer le DMP ?"),
        (CPTS, "L'État la subventionne-t-il ?", "L'État subventionne-t-il une CPTS ?"),
    ],
)
def test_an_object_pronoun_gives_way_to_its_noun(before: str, question: str, searched: str) -> None:
    assert asked(before, question) == searched


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Combien y en a-t-il ?", "Combien y a-t-il de CPTS ?"),
        ("Combien en existe-t-il ?", "Combien existe-t-il de CPTS ?"),
        ("Il y en a combien ?", "Il y a combien de CPTS ?"),
        ("COMBIEN EN EXISTE-T-IL", "COMBIEN EXISTE-T-IL de CPTS"),
        ("Qui en fait partie ?", "Qui fait partie des CPTS ?"),
        ("Qui peut y adhérer ?", "Qui peut adhérer à une CPTS ?"),
        ("L'employeur y a-t-il accès ?", "L'employeur a-t-il accès à une CPTS ?"),
        ("Que peut-on leur demander ?", "Que peut-on demander aux CPTS ?"),
    ],
)
def test_en_y_and_leur_are_put_in_words(question: str, searched: str) -> None:
    assert asked(CPTS, question) == searched


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Quelles sont ses missions ?", "Quelles sont les missions d'une CPTS ?"),
        ("Où est son siège ?", "Où est le siège d'une CPTS ?"),
        ("Quelle est sa taille ?", "Quelle est la taille d'une CPTS ?"),
        ("Quelle est son origine ?", "Quelle est l'origine d'une CPTS ?"),
        ("Quels sont leurs buts ?", "Quels sont les buts d'une CPTS ?"),
        ("Qui nomme son directeur ?", "Qui nomme le directeur d'une CPTS ?"),
        ("Et son budget ?", "Et le budget d'une CPTS ?"),
        ("ET SES MISSIONS ?", "ET les MISSIONS d'une CPTS ?"),
    ],
)
def test_a_possessive_names_its_owner(question: str, searched: str) -> None:
    assert asked(CPTS, question) == searched


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("À quoi sert cette structure ?", "À quoi sert une CPTS ?"),
        ("Quel est le rôle de ces structures ?", "Quel est le rôle des CPTS ?"),
        ("Ces dernières sont-elles payées ?", "Les CPTS sont-elles payées ?"),
        ("Celles-ci sont-elles payées ?", "Les CPTS sont-elles payées ?"),
        ("Combien ça coûte ?", "Combien ça coûte, une CPTS ?"),
        ("Est-ce obligatoire ?", "Est-ce obligatoire, une CPTS ?"),
        ("C'est payé par qui ?", "C'est payé par qui, une CPTS ?"),
    ],
)
def test_a_demonstrative_gives_way_to_what_it_points_at(question: str, searched: str) -> None:
    assert asked(CPTS, question) == searched


def test_a_demonstrative_finds_its_own_noun_in_the_answer() -> None:
    answer = "Les agences ont été créées par la loi HPST, sans débat."
    assert asked("Quand les ARS sont-elles nées ?", "Que dit cette loi ?", answer=answer) == (
        "Que dit la loi HPST ?"
    )


def test_who_was_asked_for_is_the_name_in_the_answer() -> None:
    answer = "L'établissement est dirigé par Jeanne Martin."
    assert asked("Qui dirige la clinique ?", "Où est-elle née ?", answer=answer) == (
        "Où Jeanne Martin est-elle née ?"
    )


def test_two_pronouns_stand_for_two_things() -> None:
    assert asked("Où Jérémie cache-t-il l'arche ?", "Quand l'a-t-il vendue ?") == (
        "Quand Jérémie a-t-il vendue l'arche ?"
    )


def test_gender_and_number_choose_between_two_nouns() -> None:
    before = "La clinique remplace-t-elle les hôpitaux ?"
    assert asked(before, "Qui les finance ?") == "Qui finance les hôpitaux ?"
    assert asked(before, "Qui la finance ?") == "Qui finance la clinique ?"


@pytest.mark.parametrize(
    "question",
    [
        "Quand une CPTS signe-t-elle son accord ?",
        "Quand Napoléon est-il mort ?",
        "quand napoleon est il mort",
        "Les CPTS, qui les dirige ?",
        "Combien y en a-t-il, des ARS ?",
        "PTA, ça veut dire quoi ?",
        "C'est quoi une clinique ?",
        "Comment choisir son médecin traitant ?",
        "Qui a perdu son emploi ?",
        "Peut-on changer son mot de passe ?",
    ],
)
def test_an_antecedent_in_the_question_needs_no_other(question: str) -> None:
    assert asked(HAS, question) == question


@pytest.mark.parametrize(
    "question",
    [
        "Y a-t-il un dépistage du cancer ?",
        "Combien y a-t-il de cliniques ?",
        "Quels avantages y a-t-il pour un médecin ?",
        "Faut-il une ordonnance pour un vaccin ?",
        "Il faut combien de médecins pour une garde ?",
        "Est-il possible de changer de médecin ?",
        "Que s'est-il passé à Lyon ?",
        "Est-ce que la téléconsultation est payante ?",
        "En Bretagne, combien de cliniques ferment ?",
        "Comment le maire est-il élu ?",
        "Par qui les stations de radio sont-elles payées ?",
        "En quelle année le club a disparu ?",
        "Quelles aides existent cette année pour les aînés ?",
        "quand est né le structuralisme ?",
    ],
)
def test_words_that_only_look_like_pronouns_lean_on_nothing(question: str) -> None:
    assert asked(HAS, question) == question


@pytest.mark.parametrize(
    ("told", "question", "searched"),
    [
        (
            "Qu'est-ce qu'un EHPAD ?",
            "Quel personnel y trouve-t-on ?",
            "Quel personnel trouve-t-on dans un EHPAD ?",
        ),
        ("Qu'est-ce qu'un GHT ?", "Qui peut y adhérer ?", "Qui peut adhérer à un GHT ?"),
        ("Que visiter à Paris ?", "Qu'y mange-t-on ?", "Que mange-t-on à Paris ?"),
        ("Qu'est-ce que le DMP ?", "Qui s'occupe de le créer ?", "Qui s'occupe de créer le DMP ?"),
        ("Qu'est-ce que la HAS ?", "Quelle est la place de l'Inter ?", "Quelle est la place de l'Inter ?"),
        ("Qui est Mme L. ?", "Et M. D., de quoi souffre-t-il ?", "Et M. D., de quoi souffre-t-il ?"),
        ("Qui est le Dr Martin ?", "Où exerce-t-il ?", "Où le Dr Martin exerce-t-il ?"),
    ],
)
def test_a_place_what_one_takes_part_in_and_titled_names(told: str, question: str, searched: str) -> None:
    assert asked(told, question) == searched
