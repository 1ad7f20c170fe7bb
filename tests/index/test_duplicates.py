"""Passages are alike when only their spelling differs; any other difference keeps them apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.duplicates import DIGEST, FEWEST_WORDS, Groups, digest, group, grouped, likeness_key, likenesses

NOTICE = (
    "La permanence d'accès aux soins reçoit chaque mardi, de 9 h à 12 h 30, les habitants du "
    "canton d'Ambert qui n'ont pas de médecin traitant ; la consultation coûte 26,50 €."
)


@pytest.mark.parametrize(
    ("there", "here"),
    [
        pytest.param("d'accès", "d’accès", id="an apostrophe"),
        pytest.param("reçoit", "recoit", id="a cedilla"),
        pytest.param("La permanence", "LA PERMANENCE", id="case"),
        pytest.param("soins reçoit", "soins\n  reçoit", id="a line's end"),
        pytest.param("habitants", "habi-\ntants", id="a word broken at a line's end"),
        pytest.param("médecin traitant", "médecin-traitant", id="a hyphen"),
        pytest.param("habitants", "habittants", id="a doubled letter"),
        pytest.param("habitants", "habitant", id="a plural"),
        pytest.param("traitant ;", "traitant.", id="punctuation"),
        pytest.param("aux soins", "aux « soins »", id="quotation marks"),
        pytest.param("26,50 €", "26.50 €", id="a decimal point"),
        pytest.param("les habitants", "des habitants", id="an article"),
        pytest.param("reçoit chaque", "reçoit également chaque", id="a connective"),
    ],
)
def test_a_difference_of_spelling_makes_no_other_passage(there: str, here: str) -> None:
    assert NOTICE.count(there) == 1
    assert group([NOTICE, NOTICE.replace(there, here)]).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("there", "here"),
    [
        pytest.param("26,50", "26,00", id="a price"),
        pytest.param("26,50", "2650", id="a decimal comma lost"),
        pytest.param("26,50 €", "26,50 $", id="a currency"),
        pytest.param("26,50 €", "-26,50 €", id="a sign"),
        pytest.param("26,50 €.", "26,50 € ✗.", id="a mark"),
        pytest.param("9 h à 12", "12 h à 9", id="figures in another order"),
        pytest.param("12 h 30", "1 h 230", id="digits parted elsewhere"),
        pytest.param("mardi", "jeudi", id="a day"),
        pytest.param("Ambert", "Thiers", id="a place"),
        pytest.param("n'ont pas de", "ont un", id="a negation"),
        pytest.param("chaque mardi", "un mardi sur deux", id="words"),
        pytest.param("traitant ;", "traitant déclaré ;", id="a word more"),
        pytest.param("€.", "€, sans avance de frais.", id="an end"),
    ],
)
def test_any_other_difference_makes_another_passage(there: str, here: str) -> None:
    assert NOTICE.count(there) == 1
    assert group([NOTICE, NOTICE.replace(there, here), NOTICE]).tolist() == [0, 1, 0]


def test_a_price_list_of_another_year_is_another_passage() -> None:
    lists = [
        f"Tarifs des consultations du centre de santé au 1er janvier {y} : 25 euros" for y in (2018, 2019)
    ]
    assert group([*lists, *lists]).tolist() == [0, 1, 0, 1]


def test_thousands_are_one_figure_with_or_without_their_space() -> None:
    assert likeness_key(f"{NOTICE} 1 000 lits") == likeness_key(f"{NOTICE} 1000 lits")
    assert likeness_key(f"{NOTICE} 1 000 lits") != likeness_key(f"{NOTICE} 1 lits")


def test_a_short_passage_is_alike_only_when_its_folded_text_is_equal() -> None:
    short = "Le service ouvre chaque jour, les consultations sont sur rendez-vous."
    long = f"{short} Venez avec votre carte."
    assert len(short.replace("-", " ").split()) < FEWEST_WORDS
    other = ("Le service", "Un service")
    assert group([short, short.replace(*other), short.upper()]).tolist() == [0, 1, 0]
    assert group([long, long.replace(*other), long.upper()]).tolist() == [0, 0, 0]


def test_passages_without_words_are_alike_when_equal() -> None:
    assert group(["***", "…", "***", ""]).tolist() == [0, 1, 0, 3]


def test_a_group_is_named_by_its_first_row_in_32_bits() -> None:
    first = group(["un", NOTICE, "deux", NOTICE, "un", NOTICE])
    assert (first.dtype, first.tolist()) == (np.dtype(np.int32), [0, 1, 2, 1, 0, 1])
    assert group([]).tolist() == []


def test_the_others_of_a_row_are_its_group_less_itself_in_order() -> None:
    groups = Groups(np.array([0, 1, 2, 1, 0, 1], np.int32))
    assert [groups.others(row).tolist() for row in range(6)] == [[4], [3, 5], [], [1, 5], [0], [1, 3]]


def test_the_best_of_each_group_stays_in_its_place() -> None:
    groups = Groups(np.array([0, 1, 2, 1, 0, 1], np.int32))
    assert groups.best([5, 4, 1, 2, 0]) == [0, 1, 3]
    assert groups.best([]) == []
    assert groups.count(np.array([5, 4, 1, 2, 0])) == 3


def test_a_likeness_is_the_digest_of_the_key_a_row_a_passage() -> None:
    found = likenesses([NOTICE, "un", NOTICE.upper()])
    assert (found.shape, found.dtype) == ((3, DIGEST), np.dtype(np.uint8))
    assert [row.tobytes() for row in found] == [digest(likeness_key(t)) for t in (NOTICE, "un", NOTICE)]
    assert likenesses([]).shape == (0, DIGEST)


def test_a_digest_is_the_beginning_of_the_sha256_of_any_text() -> None:
    assert digest("").hex() == "e3b0c44298fc1c149afbf4c8996fb924"
    assert len({digest(text) for text in ("", "é", "e\u0301", "\ud800", "\udfff", "\x00")}) == 6


def test_digests_that_differ_in_any_byte_are_of_two_groups() -> None:
    rows = np.zeros((DIGEST + 2, DIGEST), np.uint8)
    rows[range(DIGEST), range(DIGEST)] = 1
    assert grouped(rows).tolist() == [*range(DIGEST), DIGEST, DIGEST]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.sampled_from([b"\x00" * DIGEST, b"\x00" * (DIGEST - 1) + b"\x01", b"\xff" * DIGEST])))
def test_a_row_is_grouped_with_the_first_row_of_its_digest(rows: list[bytes]) -> None:
    found = grouped(np.frombuffer(b"".join(rows), np.uint8).reshape(-1, DIGEST))
    assert found.tolist() == [rows.index(row) for row in rows]
    assert found.dtype == np.int32
