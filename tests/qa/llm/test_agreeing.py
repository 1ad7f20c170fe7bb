"""What a pronoun at the head of a sentence may stand for."""

from __future__ import annotations

import pytest

from qa.llm.agreeing import agree


@pytest.mark.parametrize(
    ("before", "leaning", "agrees"),
    [
        ("La HAS évalue les médicaments de la CPTS.", "Elle rend un avis.", True),
        ("Le maire a saisi la préfète.", "Il a refusé.", True),
        ("Le maire a saisi l’ARS.", "Elle a refusé.", False),
        ("Le maire a saisi le préfet.", "Il a refusé.", False),
        ("Wellington battit Napoléon à Waterloo.", "Exilé par les Anglais, il y mourut.", False),
        ("Les agences (ARS) sont 18.", "Elles sont publiques.", True),
        ("Les agences sont 18.", "Elle est publique.", False),
        ("La Haute Autorité est une autorité publique.", "Elle est indépendante.", True),
        ("La HAS contrôle l’hôpital.", "Son siège est à Paris.", True),
        ("Les groupements ont été constitués en 2016.", "On en compte 130.", True),
        ("Le groupe B réunit les hôpitaux.", "On en compte 130.", False),
        ("1. Les médecins écrivent.", "2. Ils signent.", True),
    ],
)
def test_a_pronoun_stands_for_the_subject_before_where_it_can_stand_for_nothing_else(
    before: str, leaning: str, agrees: bool
) -> None:
    assert agree(leaning, before) is agrees
