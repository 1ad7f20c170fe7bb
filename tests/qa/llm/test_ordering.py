"""Whether one sentence says things in the order of another."""

from __future__ import annotations

import pytest

from qa.llm.ordering import same_order, turned, within

SOURCE = "a b c d e f".split()


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("a b c d e f", True),
        ("a c f", True),
        ("e f a b c d", True),
        ("c d e f a b", False),
        ("b c d a e f", False),
        ("b a c d", False),
        ("f b c d e a", False),
        ("a e f b c d", False),
        ("f a b c", False),
        ("", True),
    ],
)
def test_one_clause_may_be_moved_to_an_end_and_no_two_words_change_places(said: str, same: bool) -> None:
    assert same_order(said.split(), SOURCE, [["e", "f"]]) is same


def test_a_passive_turned_round_begins_with_its_agent() -> None:
    assert turned(["loi", "vot", "parlement"], 2) == [["parlement", "vot", "loi"]]
    assert turned("clinique payee assurance maladie mars".split(), 2) == [
        "assurance payee clinique maladie mars".split(),
        "assurance maladie payee clinique mars".split(),
        "assurance maladie mars payee clinique".split(),
    ]


def test_a_part_stands_unbroken() -> None:
    assert within(["b", "c"], SOURCE)
    assert not within(["b", "d"], SOURCE)
