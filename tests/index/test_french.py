"""The analyzer: what is done to the texts is done to the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.french import phrases, question_terms, term_of, terms, words


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
        ("rendez-vous, rendez vous, RDV", ["rendezvous"] * 3),
        ("Île-de-France", ["ile", "de", "france"]),
        ("vas-y", ["vas", "y"]),
        ("porte‐parole porte‑parole porte–parole", ["porte", "parole"] * 3),
        ("a\u200bccès\ufeff", ["acces"]),
        ("deux  mots\u2009fins", ["deux", "mots", "fins"]),
        ("l'A.R.S. et l’A.R.S", ["l", "ars", "et", "l", "ars"]),
        ("les CPTS.", ["les", "cpts"]),
        ("av. J.-C.", ["av", "jc"]),
        ("1.000 et 12.345.678", ["1000", "et", "12345678"]),
        ("3.1.2 et 0.125", ["3.1.2", "et", "0.125"]),
        ("1 000,5", ["1000.5"]),
        ("3 % de 20 €", ["3", "pourcentage", "de", "20", "euros"]),
        ("1er 1re 1ère 2e 2nde 3ème 19èmes", ["1", "1", "1", "2", "2", "3", "19"]),
        ("XIXe siècle", ["19", "siecle"]),
        ("IVe, XIVème, François Ier", ["4", "14", "francois", "1"]),
        ("VIe siècle, Ve République", ["6", "siecle", "5", "republique"]),
        ("la vie de Louis XIV", ["la", "vie", "de", "louis", "xiv"]),
        ("vive la vie", ["vive", "la", "vie"]),
        ("le 1er mai 2021", ["le", "1", "mai", "2021"]),
        ("01/05/2021 1.5.2021 2021-05-01", ["1", "mai", "2021"] * 3),
        ("12/34/2021", ["12", "34", "2021"]),
        ("06 12 34 56 78", ["06", "12", "34", "56", "78"]),
        ("articles D. 15 et L. 6323-1-2", ["articles", "d15", "et", "l6323-1-2"]),
        ("R.* 123-4 et R*123-4", ["r123-4", "et", "r123-4"]),
        ("M. D. 2018", ["m", "d", "2018"]),
        ("l'art. 12 et l'art", ["l", "article", "12", "et", "l", "art"]),
        ("en 2018, 130 GHT", ["en", "2018", "130", "ght"]),
        ("« soins »\u00a0: oui\u202f!", ["soins", "oui"]),
        ("santé\u00adpublique", ["santepublique"]),
        ("", []),
    ],
)
def test_words_are_folded_and_split_as_french_is_written(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("apostrophe", "'’ʼ‘‛`´′＇")
def test_every_apostrophe_that_people_type_elides(apostrophe: str) -> None:
    assert words(f"l{apostrophe}école qu{apostrophe}elle") == ["l", "ecole", "qu", "elle"]


@pytest.mark.parametrize(
    "reference",
    ["article L3141-3", "art. L. 3141-3", "Article L.3141-3", "ART L 3141‑3", "l’art. L.\u00a03141–3"],
)
def test_an_article_of_law_is_one_term_however_it_is_typed(reference: str) -> None:
    assert terms(reference)[-1] == "l3141-3"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("hopitaux de proximite", "Les hôpitaux de proximité"),
        ("l'accès aux soins", "L’ACCÈS AUX SOINS"),
        ("oeuvre", "œuvre"),
        ("GHT", "G.H.T."),
        ("1000 CPTS", "1 000 CPTS"),
        ("les GHTs", "le G.H.T."),
        ("article R4153-40", "art. R. 4153-40"),
        ("19eme siecle", "XIXe siècle"),
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


@pytest.mark.parametrize(
    "question",
    [
        "Qu'est-ce que le congé ?",
        "Est-ce que c’est un congé ?",
        "C'est quoi, un congé ?",
        "Combien de congés ?",
        "Y a-t-il un congé ?",
        "Quel est le congé ?",
        "Peut-on, doit-on, faut-il un congé ?",
        "Puis-je ou pouvez-vous, ce congé ?",
    ],
)
def test_the_words_that_ask_are_no_terms(question: str) -> None:
    assert question_terms(question) == ["cong"]


def test_a_question_that_is_all_frame_keeps_its_words() -> None:
    assert question_terms("Que signifie ?") == terms("signifie")


def test_phrases_are_the_terms_that_follow_one_another() -> None:
    assert phrases(terms("l'hôpital de proximité rurale")) == ["hopital proximit", "proximit rural"]
    assert phrases(["seul"]) == []


# What a token may be made of, and may be cut at.
PIECES = st.sampled_from(
    "l r d art vie xvie siecle republique rendez vous rdv l' l'art. d'un L.3141-3 R.* 412 1 000 12 2021 1er "
    "19e 12/05/2021 2021-05-12 35,6 1.000 3.1.2 g.h.t. J.-C. % € aujourd'hui prud'hommes soins, (soins) « » "
    ": ; ? ! … - – ’ . , ier IIe vi eme m2 a-t-il quelqu'un _ * œuvre".split(" ")
)


@given(st.lists(st.tuples(PIECES, st.sampled_from([" ", "", "\u00a0", "\n"])), max_size=12))
def test_a_text_cut_at_its_spaces_has_the_terms_of_the_whole(parts: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in parts)
    whole = [term for word in words(text) if (term := term_of(word)) is not None]
    assert terms(text) == whole
