"""A comparison of two indexes is shown whole to programs, and its regressions first to people."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from qa.drift import ChangedAnswer, Drift, Fate, Kind, Reply, held_message, print_drift

ONE = Reply("La pluie tombe. [1]", "pluie.txt", 0.9)
NONE = Reply(None, None, 0.1)
DRIFT = Drift(
    "g-ancien",
    "g-neuf",
    20,
    (
        ChangedAnswer("Neige-t-il ?", Kind.ANSWERED, NONE, Reply("Il neige. [1]", "neige.txt", 0.8), None),
        ChangedAnswer("Pleut-il ?", Kind.REFUSED, ONE, NONE, Fate.REMOVED),
        ChangedAnswer(
            "Quand ?", Kind.CHANGED, ONE, Reply("Il [bruine]. [1]", "pluie.txt", 0.7), Fate.CHANGED
        ),
    ),
)


def test_programs_get_the_figures_and_if_wanted_each_answer() -> None:
    figures = {
        "old": "g-ancien",
        "new": "g-neuf",
        "questions": 20,
        "unchanged": 17,
        "refused": 1,
        "lost_source": 0,
        "changed": 1,
        "answered": 1,
        "regressions": 1,
        "share": 0.05,
    }
    assert DRIFT.as_dict(answers=False) == figures
    whole = DRIFT.as_dict()
    answers = whole.pop("answers")
    assert whole == figures
    assert [answer["question"] for answer in answers] == ["Neige-t-il ?", "Pleut-il ?", "Quand ?"]
    assert answers[1] == {
        "question": "Pleut-il ?",
        "kind": "refused",
        "old": {"text": "La pluie tombe. [1]", "source": "pluie.txt", "confidence": 0.9},
        "new": {"text": None, "source": None, "confidence": 0.1},
        "fate": "removed",
    }


def test_people_read_the_regressions_first() -> None:
    printed = StringIO()
    print_drift(DRIFT, Console(file=printed, highlight=False, soft_wrap=True))
    assert printed.getvalue().splitlines() == [
        "20 questions : 17 réponses sans changement, 1 régression (5 %)",
        "",
        "1 réponse : refus désormais",
        "  Pleut-il ?",
        "    avant : La pluie tombe. [1] pluie.txt, retiré du dossier",
        "    après : refus",
        "",
        "1 réponse : autre qu'avant",
        "  Quand ?",
        "    avant : La pluie tombe. [1] pluie.txt, modifié",
        "    après : Il [bruine]. [1] pluie.txt",
        "",
        "1 réponse : là où il y avait un refus",
        "  Neige-t-il ?",
        "    avant : refus",
        "    après : Il neige. [1] neige.txt",
    ]


def test_a_terminal_shows_ten_answers_of_a_kind_and_the_start_of_each() -> None:
    long = Reply("mot " * 200, "pluie.txt", 0.9)
    refused = tuple(ChangedAnswer(f"Question {n} ?", Kind.REFUSED, long, NONE, Fate.SAME) for n in range(12))
    printed = StringIO()
    print_drift(Drift("g-a", "g-b", 12, refused), Console(file=printed, highlight=False, soft_wrap=True))
    shown = printed.getvalue().splitlines()
    assert shown[0] == "12 questions : 0 réponse sans changement, 12 régressions (100 %)"
    assert [line for line in shown if line.startswith("  Question")][-1] == "  Question 9 ?"
    assert shown[4] == f"    avant : {'mot ' * 39}mot… pluie.txt, toujours là, inchangé"
    assert shown[-1] == "  et 2 autres (--json les donne)"


def test_a_first_index_is_said_to_have_nothing_before_it() -> None:
    printed = StringIO()
    print_drift(Drift(None, "g-neuf", 0, ()), Console(file=printed, soft_wrap=True))
    assert printed.getvalue() == "aucun index d'avant à comparer : les questions n'ont pas été reposées\n"


def test_a_limit_just_met_passes_and_one_just_passed_does_not() -> None:
    assert [DRIFT.passes(limit) for limit in (None, 1.0, 0.05, 0.0499, 0.0)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    # 29 / 100 is 0.29, and 100 × 0.29 is less than 29.
    refused = tuple(ChangedAnswer(str(n), Kind.REFUSED, ONE, NONE, Fate.SAME) for n in range(29))
    assert Drift("g-a", "g-b", 100, refused).passes(0.29)


def test_what_is_held_names_how_to_compare_it_and_how_to_serve_it_anyway() -> None:
    assert held_message(DRIFT, 0.025) == (
        "1 régression pour 20 questions (5 %, limite 2,5 %) : g-neuf est gardée sans être servie, g-ancien "
        "répond toujours ; comparez-les : sourcier drift g-neuf ; voyez celles qui sont gardées : "
        "sourcier generations ; pour la servir quand même : sourcier rollback g-neuf"
    )
