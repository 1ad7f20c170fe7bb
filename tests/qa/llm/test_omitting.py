"""What a claim may leave out of a sentence."""

from __future__ import annotations

import pytest

from tests.qa.llm.support import checked


@pytest.mark.parametrize(
    ("problem", "passage", "claim"),
    [
        (None, "La loi est votée par le Parlement en juin.", "La loi est votée en juin."),
        (None, "Le plan naît de la loi du 3 mai 2010 de réforme.", "Le plan naît de la loi du 3 mai 2010."),
        (None, "La CSG est créée par la loi et payée par tous.", "La CSG est payée par tous."),
        (None, "La région finance les lycées et les trains.", "La région finance les trains."),
        (None, "Le service compte aujourd’hui 12 lits.", "Le service compte 12 lits."),
        (None, "L’agence régionale de santé, ou ARS, paie.", "L’agence régionale de santé paie."),
        (None, "Le maire, élu en 2020, dirige la ville.", "Le maire dirige la ville."),
        ("part", "Le ministre a nié avoir reçu le rapport.", "Le ministre a reçu le rapport."),
        ("part", "Le maire a vendu la moitié du parc.", "Le maire a vendu le parc."),
        ("part", "Les soins liés à leur maladie sont gratuits.", "Les soins sont gratuits."),
        ("part", "Les soins prescrits et remboursés sont déduits.", "Les soins remboursés sont déduits."),
        ("part", "La CSG est créée par la loi du 3 mai 2010.", "La CSG est créée le 3 mai 2010."),
        ("part", "La caisse paie les lunettes ou lentilles.", "La caisse paie les lunettes."),
        ("circumstance", "La caisse paie les lunettes ou les lentilles.", "La caisse paie les lunettes."),
        ("circumstance", "Pour les mineurs, le juge signe l’acte.", "Le juge signe l’acte."),
        ("circumstance", "À Lyon, le tarif est de 5 euros.", "Le tarif est de 5 euros."),
        ("circumstance", "L’accès est possible, avec l’accord du juge.", "L’accès est possible."),
        (
            "circumstance",
            "Un pacte est signé entre la ville, la région et la caisse.",
            "Un pacte est signé entre la ville, la région.",
        ),
        ("subject", "Cette forme, inventée par la loi, permet un gain.", "La loi permet un gain."),
        ("subject", "Le maire, contrairement au préfet, dirige le projet.", "Le préfet dirige le projet."),
    ],
)  # fmt: skip
def test_within_a_clause_next_to_nothing_may_go(problem: str | None, passage: str, claim: str) -> None:
    assert checked(f"{claim} [1]", f"{passage} Fin.").problem == problem
