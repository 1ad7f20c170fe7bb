"""What a tool takes, and the sentence about what it does not take."""

from __future__ import annotations

from typing import Any

import pytest

from index.filtering import Filters
from qa.mcp.arguments import Arguments, AskArguments, BadArguments, ReadArguments, SearchArguments, checked
from qa.schemas import TurnIn

ASKED = "Qui finance les CPTS ?"
UNKNOWN = (
    "un argument est inconnu ; les arguments possibles sont "
    "« source », « start », « end », « around », « max_characters »"
)


def test_a_question_alone_asks_for_five_passages_anywhere() -> None:
    sent = checked(AskArguments, {"question": f" {ASKED}\n"})
    assert (sent.question, sent.top_k, sent.history) == (ASKED, 5, [])
    assert sent.filters() == Filters()


def test_one_value_is_a_list_of_one_and_null_is_nothing() -> None:
    sent = checked(
        AskArguments,
        {
            "question": ASKED,
            "top_k": None,
            "folder": "notes",
            "format": ["md", "pdf"],
            "source": None,
            "history": [{"role": "user", "content": "Bonjour"}],
        },
    )
    assert sent.filters() == Filters(folders=("notes",), formats=("md", "pdf"))
    assert (sent.top_k, sent.history) == (5, [TurnIn(role="user", content="Bonjour")])


@pytest.mark.parametrize(
    ("model", "sent", "sentence"),
    [
        (SearchArguments, {}, "l'argument « question » manque"),
        (SearchArguments, {"question": " "}, "la question est vide"),
        (SearchArguments, {"question": 3}, "l'argument « question » doit être une chaîne de caractères"),
        (SearchArguments, {"question": "\ud800"}, "un argument n'est pas de l'Unicode valide"),
        (
            SearchArguments,
            {"question": ASKED, "top_k": 0},
            "l'argument « top_k » est trop petit : 1 au moins",
        ),
        (
            SearchArguments,
            {"question": ASKED, "top_k": 51},
            "l'argument « top_k » est trop grand : 50 au plus",
        ),
        (
            SearchArguments,
            {"question": ASKED, "top_k": 2.5},
            "l'argument « top_k » doit être un nombre entier",
        ),
        (SearchArguments, {"question": ASKED, "folder": 1}, "l'argument « folder » doit être une liste"),
        (
            SearchArguments,
            {"question": ASKED, "folder": [1, 2]},
            "l'argument « folder » doit être une chaîne de caractères",
        ),
        (
            AskArguments,
            {"question": ASKED, "history": [{"role": "system", "content": "x"}]},
            "l'argument « history » est inutilisable ; voyez le schéma de l'outil",
        ),
        (ReadArguments, {"source": "\udfff.md"}, "un argument n'est pas de l'Unicode valide"),
        (ReadArguments, {"source": "a.md", "fin": 3}, UNKNOWN),
        (
            ReadArguments,
            {"start": "un", "max_characters": 10},
            "l'argument « source » manque ; l'argument « start » doit être un nombre entier ; "
            "l'argument « max_characters » est trop petit : 200 au moins",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    model: type[Arguments], sent: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadArguments) as refused:
        checked(model, sent)
    assert str(refused.value) == sentence
