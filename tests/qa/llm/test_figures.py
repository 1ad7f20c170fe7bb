"""One value for a figure however it is written, and the role it has."""

from __future__ import annotations

import pytest

from qa.llm.figures import figures


def told(text: str) -> list[tuple[str, str, str, str]]:
    return [(f.kind, f.value, f.sign, f.bound) for f in figures(text)]


@pytest.mark.parametrize(
    "ways",
    [
        (
            "35,6 millions d’euros",
            "35.6 millions €",
            "35 600 000 euros",
            "35.600.000 €",
            "35\u202f600\u202f000 euros",
        ),
        ("1 000 lits", "1\u00a0000 lits", "1000 lits", "mille lits", "1.000 lits"),
        ("le 1er janvier 2016", "le 01/01/2016", "le 2016-01-01", "le premier janvier 2016", "le 1.1.2016"),
        ("quatre-vingt-dix-sept %", "97 %", "97 pour cent", "97%"),
        ("la troisième mission", "la 3e mission", "la 3ème mission"),
        ("deux cent mille habitants", "200 000 habitants"),
        ("mille neuf cent quatre-vingt-quatre ans", "1 984 ans"),
        ("soixante et onze lits", "71 lits", "soixante-et-onze lits"),
        ("moins de trois ans", "moins de 3 ans", "au plus 3 ans"),
        ("un an", "1 an"),
    ],
)
def test_what_is_written_in_several_ways_is_one(ways: tuple[str, ...]) -> None:
    assert len({tuple(told(way)) for way in ways}) == 1
    assert len(told(ways[0])) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("un médecin et une infirmière", []),
        ("la T2A et la Covid-19", []),
        ("de 40 000 à 80 000 habitants", [("number", "40000", "", "from"), ("number", "80000", "", "to")]),
        ("près d’un million", [("number", "1000000", "", "~")]),
        ("un peu plus de 200 projets", [("number", "200", "", "~")]),
        ("au moins 2 € et jusqu’à 5 €", [("number", "2", "euro", ">"), ("number", "5", "euro", "<")]),
        ("au XIXe siècle", [("ordinal", "19", "", "")]),
        ("les deux tiers", [("fraction", "2×1/3", "", "")]),
        ("en octobre 1945, le 22 février", [("date", "1945-10", "", ""), ("date", "-02-22", "", "")]),
    ],
)
def test_a_figure_has_a_value_and_a_bound(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("source", "claim", "same"),
    [
        ("35 millions d'euros", "35 millions d'euros", True),
        ("35 millions d'euros", "35 %", False),
        ("35 millions d'euros", "35 millions", False),
        ("35 médecins", "35 infirmiers", False),
        ("quatre grandes tailles", "4 tailles", True),
        ("le 1er janvier 2016", "en 2016", True),
        ("le 1er janvier 2016", "en janvier 2016", True),
        ("le 1er janvier 2016", "le 1er janvier", True),
        ("en 2016", "le 1er janvier 2016", False),
        ("le 1er janvier 2016", "en février 2016", False),
        ("environ 7 %", "7 %", False),
        ("moins de 3 ans", "plus de 3 ans", False),
    ],
)
def test_a_claim_states_a_figure_in_the_role_it_has(source: str, claim: str, same: bool) -> None:
    (stated,), (said,) = figures(source), figures(claim)
    assert stated.same_role(said) is same


def test_a_year_counts_nothing_and_a_date_is_exact_to_the_day() -> None:
    told_ = {text: (f.dates, f.exact) for text in ("en 2004 après la canicule", "2004 lits", "le 3 mai 2004",
             "en mai 2004") for f in figures(text)}  # fmt: skip
    assert told_ == {
        "en 2004 après la canicule": (True, False),
        "2004 lits": (False, False),
        "le 3 mai 2004": (True, True),
        "en mai 2004": (True, False),
    }


def test_what_is_counted_may_be_what_the_sentence_is_about() -> None:
    (stated,), (said,) = figures("On en compte environ 130."), figures("environ 130 lits")
    assert not stated.same_role(said)
    assert stated.same_role(said, ("lit",))
