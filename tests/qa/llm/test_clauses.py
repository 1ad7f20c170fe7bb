"""Where clauses begin and end, and what they narrow."""

from __future__ import annotations

from qa.llm.clauses import clauses
from qa.llm.names import Names

NAMES = Names(())


def test_what_follows_a_parenthesis_goes_on_with_what_stood_before_it() -> None:
    found = clauses("Le fonds (bloc, murs) finance la ville ; le maire signe", NAMES)
    assert [(clause.terms[0], clause.segment) for clause in found] == [
        ("fond", 0),
        ("bloc", 1),
        ("mur", 1),
        ("financ", 0),
        ("mair", 2),
    ]


def test_a_clause_that_narrows_is_a_circumstance_wherever_it_stands() -> None:
    found = clauses("En été, l’accès est libre, avec l’accord du juge, dans la rue ; à Nice, non", NAMES)
    assert [clause.circumstance for clause in found] == [True, False, True, False, True, False]


def test_a_clause_that_begins_with_ou_is_an_alternative() -> None:
    found = clauses("Le maire signe ou le préfet tranche, ou bien le juge", NAMES)
    assert [clause.alternative for clause in found] == [False, True, True]
