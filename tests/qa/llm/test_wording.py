"""The words of a clause and what binds them; voices."""

from __future__ import annotations

import pytest

from qa.llm.names import Names
from qa.llm.wording import canonical, voices, worded
from tests.qa.llm.support import GLOSSARY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("versé à la caisse", [("vers", ()), ("caiss", ("à",))]),
        ("il a versé la part", [("vers", ()), ("part", ())]),
        ("on en compte 130 en ville", [("compt", ()), ("130", ()), ("vill", ("en",))]),
        ("ou par l’agence régionale de santé (ARS)", [("ar", ("ou", "par"))]),
        ("il s’oppose", [("oppos", ("se",))]),
    ],
)
def test_each_word_comes_with_the_small_words_before_it(
    text: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert [(word.term, word.links) for word in worded(text, Names(GLOSSARY))] == expected


def test_words_of_one_meaning_have_one_form() -> None:
    assert canonical("regroup") == canonical("rassembl")
    assert canonical("loi") != canonical("regl")


@pytest.mark.parametrize(
    ("text", "passive", "participles"),
    [
        ("Le chef est nommé", {"nomm"}, {"nomm"}),
        ("Le chef a été nommé", {"nomm"}, {"nomm"}),
        ("Le chef nommé hier", set(), {"nomm"}),
        ("Le chef a nommé un adjoint", set(), set()),
        ("Le chef nomme un adjoint", set(), set()),
    ],
)
def test_a_participle_behind_avoir_is_active(text: str, passive: set[str], participles: set[str]) -> None:
    found = voices(text)
    assert (set(found.passive), set(found.participles)) == (passive, participles)
