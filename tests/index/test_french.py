"""The analyzer: what is done to the texts is done to the question."""

from __future__ import annotations

import pytest

from index.french import phrases, question_terms, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'hôpital", ["l", "hopital"]),
        ("l’hôpital", ["l", "hopital"]),
        ("qu'elle n'était", ["qu", "elle", "n", "etait"]),
        ("aujourd'hui", ["aujourd'hui"]),
        ("d'aujourd'hui", ["d", "aujourd'hui"]),
        ("le conseil de prud’hommes", ["le", "conseil", "de", "prud'hommes"]),
        ("CŒUR et cœur", ["coeur", "et", "coeur"]),
        ("HOPITAL HÔPITAL hôpital", ["hopital"] * 3),
        ("de\u0301partement", ["departement"]),
        ("les G.H.T. et le G.H.T", ["les", "ght", "et", "le", "ght"]),
        ("1 000 lits", ["1000", "lits"]),
        ("1\u00a0000 lits", ["1000", "lits"]),
        ("1\u202f000\u202f000", ["1000000"]),
        ("35,6 millions", ["35.6", "millions"]),
        ("35.6 millions", ["35.6", "millions"]),
        ("rendez-vous", ["rendez", "vous"]),
        ("en 2018, 130 GHT", ["en", "2018", "130", "ght"]),
        ("« soins »\u00a0: oui\u202f!", ["soins", "oui"]),
        ("santé\u00adpublique", ["santepublique"]),
        ("", []),
    ],
)
def test_words_are_folded_and_split_as_french_is_written(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("hopitaux de proximite", "Les hôpitaux de proximité"),
        ("l'accès aux soins", "L’ACCÈS AUX SOINS"),
        ("oeuvre", "œuvre"),
        ("GHT", "G.H.T."),
        ("1000 CPTS", "1 000 CPTS"),
    ],
)
def test_a_question_typed_plainly_meets_the_terms_of_the_text(typed: str, written: str) -> None:
    assert terms(typed) == terms(written)


def test_stop_words_are_dropped_and_inflections_share_a_stem() -> None:
    assert terms("les régions et la région") == terms("region") * 2


def test_a_word_that_only_ends_like_an_elision_is_kept_whole() -> None:
    assert terms("jusqu'au centre") == terms("jusqu centre")


@pytest.mark.parametrize(
    "question",
    [
        "Que signifie PTA ?",
        "PTA, ça veut dire quoi ?",
        "Que désigne le sigle PTA ?",
        "C'est quoi, PTA, au juste ?",
        "À quoi sert PTA ?",
        "Que veut dire PTA exactement ?",
    ],
)
def test_what_only_frames_a_question_is_not_its_topic(question: str) -> None:
    assert question_terms(question) == ["pta"]


def test_a_question_that_is_all_frame_keeps_its_words() -> None:
    assert question_terms("Que signifie ?") == terms("signifie")


def test_phrases_are_the_terms_that_follow_one_another() -> None:
    assert phrases(terms("l'hôpital de proximité rurale")) == ["hopital proximit", "proximit rural"]
    assert phrases(["seul"]) == []
