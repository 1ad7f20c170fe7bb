"""What a question asks for is told by its wording."""

from __future__ import annotations

import pytest

from index.questions import asks_list, compared, is_english, specifics
from tests.timing import seconds


@pytest.mark.parametrize(
    "question",
    [
        "Who runs the hospital?",
        "WHO RUNS THE HOSPITAL?",
        "What is a GHT?",
        "How many beds are there in Bourges?",
        "where can I park",
        "Why did the council close the swimming pool?",
        "Is there a bridge?",
        "Can I park there?",
        "Tell me about the bridge",
        "What does « groupement hospitalier de territoire » stand for?",
    ],
)
def test_a_question_in_english_is_told(question: str) -> None:
    assert is_english(question)


@pytest.mark.parametrize(
    "question",
    [
        "Qui dirige l'hôpital ?",
        "Qui a écrit The Wire ?",
        "Où en est le may du service ?",
        "Combien de lits in fine ?",
        "Qui sont les Who ?",
        "Où passe The Lord of the Rings ?",
        "Comment dit-on what is this ?",
        "What est le prix du pont ?",
        "The Wire ?",
        "or et argent, prix",
        "lits hôpital Bourges",
        "GHT ?",
        "",
        "?!",
    ],
)
def test_a_question_in_french_or_without_a_word_of_english_is_not_english(question: str) -> None:
    assert not is_english(question)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Combien de lits à Nevers en 2023 ?", {"never", "2023"}),
        ("Qui dirige le CHU de Saint-Amand ?", {"chu", "saint", "amand"}),
        ("Que coûte un billet de 26 € ?", {"26"}),
        ("Qui est Élise ?", {"elis"}),
        ("Où va Le Havre ?", {"havr"}),
        ("Quel est le rôle du G.H.T. ?", {"ght"}),
        ("Combien de lits ?", set()),
        ("", set()),
    ],
)
def test_names_and_figures_are_what_is_specific_to_a_question(question: str, expected: set[str]) -> None:
    assert specifics(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Qui dirige l'hôpital d'Amiens ?", {"amien"}),
        ("Qui dirige l’hôpital d’Amiens ?", {"amien"}),
        ("à qui écrit d'Artagnan ?", {"artagnan"}),
        ("Où est L'Isle-Adam ?", {"isle", "adam"}),
        ("L'INSEE compte-t-il les ponts ?", {"inse"}),
        ("L'été, qui ouvre ?", set()),
        ("Jusqu'à quand ?", set()),
    ],
)
def test_a_name_is_found_behind_an_elision(question: str, expected: set[str]) -> None:
    assert specifics(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Combien coûtent 1 000 lits ?", {"1000"}),
        ("Combien coûtent 1.000 lits ?", {"1000"}),
        ("Que finance la taxe de 5,5 % ?", {"5.5"}),
        ("Quand ferme la ligne t4 ?", {"t4"}),
        ("Que dit l'article L. 3141-3 ?", {"l3141-3"}),
        ("Qui vivait au XIXe siècle ?", {"19"}),
        ("2023 ?", {"2023"}),
    ],
)
def test_a_figure_is_specific_however_it_is_written(question: str, expected: set[str]) -> None:
    assert specifics(question) == expected


def test_the_first_word_has_a_capital_without_being_a_name() -> None:
    assert specifics("Nevers a-t-elle un pont ?") == set()
    assert specifics("Le pont de Nevers est-il long ?") == {"never"}
    assert specifics("Nevers ou Moulins ?") == {"moulin"}


def test_in_capitals_throughout_only_figures_are_told() -> None:
    assert specifics("COMBIEN DE LITS À NEVERS EN 2023 ?") == {"2023"}
    assert specifics("QUI DIRIGE NEVERS ?") == set()
    assert specifics("Qui dirige NEVERS ?") == {"never"}


@pytest.mark.parametrize(
    "question",
    [
        "Quelles sont les heures du bac ?",
        "QUELS SONT LES QUAIS ?",
        "Qui sont les élus ?",
        "Et lesquels ferment ?",
        "Quels arbres poussent sur le quai ?",
        "Dans quelles communes passe la ligne 4 ?",
        "À quelles heures ouvre la mairie ?",
        "Je cherche quels quais ferment le soir",
        "Citez trois outils du passeur.",
        "Énumérez les quais.",
        "La liste des quais ?",
    ],
)
def test_a_question_that_asks_for_several_things_asks_a_list(question: str) -> None:
    assert asks_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "Quelle est la longueur du pont ?",
        "Qui est le maire ?",
        "Quel temps fait-il ?",
        "Dans quel pays coule la Loire ?",
        "Par quel bus vient-on ?",
        "Combien de quais ferment ?",
        "Qui tient la liste des quais ?",
        "Les quais restent-ils tels quels ?",
        "",
    ],
)
def test_a_question_that_asks_for_one_thing_asks_no_list(question: str) -> None:
    assert not asks_list(question)


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("Quelle est la différence entre un quai et un ponton ?", ("un quai", "un ponton")),
        ("quelle difference entre l'été et l'hiver", ("l'été", "l'hiver")),
        ("DIFFÉRENCE ENTRE LE BAC ET LE PONT ?", ("LE BAC", "LE PONT")),
        ("En quoi diffèrent-ils ? Je veux distinguer entre Nevers et Moulins.", ("Nevers", "Moulins.")),
        ("Comparaison entre le bac et le pont et la route", ("le bac", "le pont et la route")),
        ("Comment différencier entre A et B ?", ("A", "B")),
    ],
)
def test_the_two_sides_of_a_comparison_are_told_as_they_are_written(
    question: str, sides: tuple[str, str]
) -> None:
    assert compared(question) == sides


@pytest.mark.parametrize(
    "question",
    [
        "Combien de trains circulent entre Nevers et Moulins ?",
        "Qui passe le bac et le pont ?",
        "En quoi diffèrent-ils ?",
        "Quelle différence d'âge y a-t-il entre eux ?",
        "Peut-on distinguer un phare entre autres ?",
        "Entre Nevers et Moulins, quelle est la différence ?",
        "Le pont est-il plus long que le quai ?",
        "",
    ],
)
def test_a_question_that_does_not_set_two_things_side_by_side_compares_none(question: str) -> None:
    assert compared(question) is None


def test_runs_of_white_space_cost_no_time() -> None:
    question = "différence " + "entre " * 60 + "x et " * 150 + "y\n\n?\n\nx" + "\n" * 500
    assert seconds(lambda: compared(question)) < 0.5
