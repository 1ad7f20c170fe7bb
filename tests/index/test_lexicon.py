"""The lexicon: how the texts write, and questions mended to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexicon import Lexicon, build_lexicon, from_bytes
from tests.timing import seconds

TEXTS = [
    "Les missions de l'hôpital",
    "Quelles sont les missions de l'hôpital ? Elles sont définies par l'État, en France et à Paris.",
    "Le groupement, ou GHT, réunit les hôpitaux. Chaque GHT a un projet. Un GHT a un établissement support.",
    "L'ARS est l'agence de la région. Une ARS agit en Île-de-France. De l'Île-de-France à la Corse.",
    "On vient en Île-de-France sans rendez-vous. Le rendez-vous est pris. Un rendez-vous, un seul.",
    "Le médecin généraliste reçoit ; un médecin spécialiste aussi, à Paris.",
    "Une opération du cœur se prépare. On opère le cœur à l'hôpital de Paris.",
    "Le porte-parole parle, l'autre porte-parole écoute, un porte-parole répond.",
    "Peut-il marcher ? La marche est longue et le marché est court. Où va-t-il ou que fait-il ?",
    "Le parcours de soins commence chez le médecin, et les professionnels de santé en Île-de-France.",
    "CONGRÈS NATIONAL DE CARDIOLOGIE",
    "Les élèves des écoles et l'élève, un élève. Le ministère est là, un établissement aussi, et l'État.",
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return build_lexicon(TEXTS)


@pytest.mark.parametrize(
    ("word", "written", "count"),
    [
        ("hopital", "hôpital", 3),
        ("ght", "GHT", 3),
        ("paris", "Paris", 3),
        ("etat", "État", 2),
        ("coeur", "cœur", 2),
        ("ile-de-france", "Île-de-France", 4),
        ("quelles", "quelles", 1),
        ("cardiologie", "cardiologie", 1),
        ("ministere", "ministère", 1),
    ],
)
def test_a_word_is_known_as_the_texts_usually_write_it(
    lexicon: Lexicon, word: str, written: str, count: int
) -> None:
    assert (lexicon.written[word], lexicon.counts[word]) == (written, count)


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        # capitals
        ("QUELLES SONT LES MISSIONS DE L'HOPITAL ?", "Quelles sont les missions de l'hôpital ?"),
        ("QUEL ZEBRE EN ILE-DE-FRANCE ?", "Quel zèbre en Île-de-France ?"),
        ("OU VA LE GHT DE PARIS ?", "Ou va le GHT de Paris ?"),
        ("Les MISSIONS du GHT", "Les missions du GHT"),
        ("quel est le ght de paris ?", "quel est le GHT de Paris ?"),
        # accents
        ("Que fait un medecin generaliste ?", "Que fait un médecin généraliste ?"),
        ("Que fait l'Etat à Paris ?", "Que fait l'État à Paris ?"),
        ("Quel réglement ? Quel hopîtal ?", "Quel réglement ? Quel hôpital ?"),
        ("les elephants du medecin", "les éléphants du médecin"),
        ("Quelle opération du coeur ?", "Quelle opération du cœur ?"),
        # apostrophes and spaces
        ("l`hôpital, l´hôpital, l′hôpital, lʼhôpital", "l'hôpital, l'hôpital, l'hôpital, l'hôpital"),
        ("L' hôpital et l ’hôpital", "L'hôpital et l’hôpital"),
        ("  Les\tmissions  de\u00a0l'hôpital\u2009?\n", "Les missions de l'hôpital ?"),
        ("l'hôpi\u200btal et le mé\u00addecin", "l'hôpital et le médecin"),
        ("un me\u0301decin", "un médecin"),
        # hyphens
        ("un rendezvous en Ile de France", "un rendez-vous en Île-de-France"),
        ("Porte parole et porteparole", "Porte-parole et porte-parole"),
        ("porte‑parole", "porte-parole"),
        ("avec rendez vous", "avec rendez-vous"),
        # sigles
        ("Que fait le G.H.T. ?", "Que fait le GHT ?"),
        ("l'A.R.S. et les GHTs", "l'ARS et les GHT"),
        # one letter wrong: replaced, dropped, doubled, swapped, added
        ("les missions de l'hopitzl", "les missions de l'hôpital"),
        ("un medcin", "un médecin"),
        ("les misssions", "les missions"),
        ("le parocurs de soins", "le parcours de soins"),
        ("le médecins généralyiste", "le médecins généraliste"),
        ("Profesionnels de santé", "Professionnels de santé"),
    ],
)
def test_a_question_is_mended_to_how_the_texts_write(lexicon: Lexicon, typed: str, mended: str) -> None:
    assert lexicon.mended(typed) == mended


@pytest.mark.parametrize(
    "question",
    [
        "Quelles sont les missions de l'hôpital ?",
        "Quelles sont les missions de l’hôpital\u00a0?",
        "« L’État »\u202f: qu'est-ce que c'est\u202f?",
        "Où va le GHT, ou l'ARS ?",
        "La marche ou le marché ?",
        "GHT ?",
        "Y a-t-il un ministère à Paris ?",
        "Le GHT coûte-t-il 1\u00a0000 € ?",
        "Que dit M. Parès de la ville et du péage ?",  # French words and names one letter from known ones
        "L'élevage de l'éleveur",
        "un hôpitaux",  # an inflection of a word that the texts have
        "A.B.C. et CNAM",
        "le jardinier propage un bruit",
        "Peter est contre, et du salariat au patronat, oui",
        "",
        "?!",
        " ".join(["Le médecin reçoit à Paris."] * 3),
    ],
)
def test_a_well_written_question_is_left_byte_for_byte(lexicon: Lexicon, question: str) -> None:
    assert lexicon.mended(question) == question


def test_what_the_texts_also_write_apart_is_left_apart() -> None:
    joined = ["le centre-ville, un centre-ville, ce centre-ville"]
    assert build_lexicon(joined).mended("le centre ville") == "le centre-ville"
    assert build_lexicon([*joined, "le centre ville"]).mended("le centre ville") == "le centre ville"


def test_a_typist_without_accents_is_told_from_a_word_that_has_none() -> None:
    lexicon = build_lexicon(["Le bruit s'est propagé. La première fois, le médecin."])
    assert lexicon.mended("qui propage le bruit ?") == "qui propage le bruit ?"
    assert lexicon.mended("premiere fois que le bruit s'est propage") == (
        "première fois que le bruit s'est propagé"
    )


def test_a_word_that_the_texts_often_accent_gets_its_accents_even_alone() -> None:
    assert build_lexicon(["le salarié"] * 9).mended("droits du salarie") == "droits du salarie"
    assert build_lexicon(["le salarié"] * 10).mended("droits du salarie") == "droits du salarié"


def test_a_name_only_becomes_a_name_and_a_sigle_a_sigle() -> None:
    lexicon = build_lexicon(["À Paris, on parle de Zidane. Voici un EHPAD, un autre EHPAD et des gorges."])
    assert lexicon.mended("Que dit Zidanne ?") == "Que dit Zidane ?"
    assert lexicon.mended("Un EPHAD ?") == "Un EHPAD ?"
    assert lexicon.mended("Que dit Gorgez ?") == "Que dit Gorgez ?"


def test_of_two_words_one_letter_away_the_more_frequent_is_meant() -> None:
    lexicon = build_lexicon(["une tarte, une tarte, une carte, une carte, une carte"])
    assert lexicon.mended("la qarte") == "la carte"
    assert lexicon.mended("la tqrte") == "la tarte"


def test_the_same_letters_swapped_or_doubled_are_the_likelier_slip() -> None:
    lexicon = build_lexicon(["un client, un chat, deux chats, du ciment, du ciment, des chants, des chants"])
    assert lexicon.mended("un cilent et deux chaats") == "un client et deux chats"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "L'HOPITAL hopital medcin Ile de France ght G.H.T. rendez vous rendezvous porte parole PARIS "
            "paris ou à A l’ Etat coeur élève eleve a-t-il propage misssions ' - ? GHTs l' é ET EN".split(" ")
        ),
        max_size=8,
    ),
    st.sampled_from([" ", "  ", "\u00a0"]),
)
def test_mending_twice_changes_nothing_more(lexicon: Lexicon, words: list[str], between: str) -> None:
    once = lexicon.mended(between.join(words))
    assert lexicon.mended(once) == once


def test_the_lexicon_read_back_is_the_one_written(lexicon: Lexicon) -> None:
    copy = from_bytes(lexicon.to_bytes())
    assert np.array_equal(copy.dictionary, lexicon.dictionary)
    for name in ("written", "counts", "usual", "french", "compounds", "accented"):
        assert getattr(copy, name) == getattr(lexicon, name)


def test_a_lexicon_of_nothing_is_written_read_and_mends_by_french_alone() -> None:
    empty = from_bytes(build_lexicon([]).to_bytes())
    assert empty.written == {}
    assert empty.mended("Que fait un medecin  ?") == "Que fait un médecin ?"


def test_mending_takes_less_than_a_millisecond_among_fifty_thousand_words(lexicon: Lexicon) -> None:
    syllables = ["ba", "co", "di", "fu", "le", "mi", "no", "ra", "tu", "ve"]
    many = {
        a + b + c + d + e
        for a in syllables
        for b in syllables
        for c in syllables
        for d in syllables
        for e in "lmnrt"
    }
    large = build_lexicon([*TEXTS, " ".join(sorted(many))])
    assert len(large.written) > 50_000
    question = "Quelles sont les missiosn des medcin generalistes de l'hopitzl en Ile de France ?"
    assert (
        large.mended(question)
        == "Quelles sont les missions des médecin généralistes de l'hôpital en Île-de-France ?"
    )
    assert seconds(lambda: large.mended(question), times=20) < 0.001
