"""Folding: what is written in several ways is compared as one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.folding import APOSTROPHES, HYPHENS, INVISIBLE, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("CŒUR cœur coeur", "coeur coeur coeur"),
        ("Lætitia ǼGIR", "laetitia aegir"),
        ("HÔPITAL hôpital HOPITAL", "hopital hopital hopital"),
        ("ﬁn de 5 m² ①", "fin de 5 m2 1"),
        ("ça, où, naïf, ÿ", "ca, ou, naif, y"),
        ("STRASSE straße", "strasse strasse"),
        ("deux  mots\u00a0et\u202fun\u2009fin\n", "deux mots et un fin"),
        ("ŉ İ", "'n i"),
        ("", ""),
    ],
)
def test_writings_of_one_word_fold_alike(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_apostrophes_hyphens_and_invisible_characters_fold_to_one_or_none() -> None:
    assert {fold(f"l{sign}eau") for sign in APOSTROPHES} == {"l'eau"}
    assert {fold(f"vas{sign}y") for sign in HYPHENS} == {"vas-y"}
    assert {fold(f"san{sign}té") for sign in INVISIBLE} == {"sante"}


def test_a_long_dash_stays_a_dash() -> None:
    assert fold("oui — non") == "oui — non"


def test_other_scripts_lose_only_case_and_accents() -> None:
    assert fold("Ἀθήνα МИР 東京") == "αθηνα мир 東京"


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="aàâeéèêëiîïoôuùûüçœæñ ’'-ÀÉŒ"))
def test_composed_and_decomposed_accents_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
