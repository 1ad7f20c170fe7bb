"""The small words that bind others."""

from __future__ import annotations

import pytest

from tests.qa.llm.support import checked


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("La prime vient en juin par la poste.", "La prime vient en juin à la poste."),
        ("La clinique loue ses murs à la commune.", "La clinique loue les murs de la commune."),
        ("La caisse paie les lunettes ou les lentilles.", "La caisse paie les lunettes et les lentilles."),
        ("Le médecin oppose son avis.", "Le médecin s'oppose à son avis."),
        ("L’ARS contrôle les lits et la HAS les juge.", "L’ARS contrôle les lits car la HAS les juge."),
        ("Porsche quitte la Formule 1 à la fin de la saison 1962.",
         "Porsche quitte la Formule 1962 à la fin de la saison 1."),
    ],
)  # fmt: skip
def test_words_bound_otherwise_are_no_support(passage: str, claim: str) -> None:
    assert checked(f"{claim} [1]", f"{passage} Fin.").problem == "bound otherwise"


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("La prime est versée par la caisse en juin.", "En juin, la prime est versée par la caisse."),
        ("La loi est votée par le Parlement.", "Le Parlement vote la loi."),
        ("On en compte 130 à Paris.", "On compte 130 lits à Paris."),
        ("Un hôpital existe dans la ville.", "Un hôpital existe en ville."),
    ],
)
def test_words_bound_alike_are_support(passage: str, claim: str) -> None:
    assert checked(f"{claim} [1]", f"Les lits existent. {passage}").problem is None
