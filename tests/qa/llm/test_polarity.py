"""The marks that turn a meaning round."""

from __future__ import annotations

import pytest

from qa.llm.polarity import clause_marks, sentence_marks


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("La loi est votée", set()),
        ("La loi n’est pas votée", {"ne", "negation"}),
        ("Le parcours est né en 2004", set()),
        ("Aucun hôpital ne ferme", {"ne", "negation"}),
        ("Il ne dit pas qu’elle ne vient pas", {"ne", "negation", "denied twice"}),
        ("Il vient sans rendez-vous", {"without"}),
        ("La vente est interdite", {"forbidden"}),
        ("Le patient peut venir", {"possibility"}),
        ("Le patient doit venir", {"obligation"}),
        ("Tous les patients", {"all"}),
        ("Certains patients", {"some"}),
        ("le plus souvent à pied", {"mostly"}),
        ("plus de lits", {"more"}),
        ("moins de lits", {"less"}),
        ("La loi sera votée", {"future"}),
        ("La loi serait votée", {"unreal"}),
        ("un État non reconnu", {"not"}),
        ("Le directeur général signe", set()),
        ("En général, il signe", {"mostly"}),
        ("Elles étaient nombreuses", {"past"}),
        ("Le maire présidait", {"past"}),
        ("Il fait, connaît et satisfait le trait du retrait", set()),
        ("Il saisit d’abord le juge", {"first"}),
        ("puis le maire", {"then"}),
        ("Chacune a un maire", {"all"}),
    ],
)
def test_the_marks_of_a_clause(text: str, marks: set[str]) -> None:
    assert clause_marks(text) == marks


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("La loi est votée.", set()),
        ("Elle ne compte que deux lits.", {"only"}),
        ("Tout est payé, sauf les franchises.", {"except"}),
        ("Si le juge refuse, le dossier est clos.", {"condition"}),
        ("Selon la HAS, le test est utile.", {"said"}),
        ("Il est faux de dire cela.", {"false"}),
        ("Le cas échéant, un certificat.", {"condition"}),
    ],
)
def test_the_marks_of_a_sentence(text: str, marks: set[str]) -> None:
    assert sentence_marks(text) == marks


def test_what_limits_does_not_deny() -> None:
    assert clause_marks("Elle ne compte que deux lits") == set()
