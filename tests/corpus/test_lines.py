"""Lines of a text, and whether one goes on with the other."""

from __future__ import annotations

import textwrap

import pytest

from corpus.lines import Line, continues, hard_wrap_width, is_item, split_lines

PROSE = (
    "La permanence des soins repose sur des médecins volontaires qui se relaient la nuit et le "
    "dimanche ; elle suppose une régulation par téléphone, un lieu de garde connu des habitants "
    "et des moyens de transport que la caisse rembourse sous conditions de ressources."
)


def texts(text: str) -> list[str]:
    return [line.text for line in split_lines(text)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\f", "\u2028", "\u2029"])
def test_lines_end_in_every_way_that_texts_know(end: str) -> None:
    assert texts(f"Un.{end}Deux.{end}") == ["Un.", "Deux."]


def test_lines_are_stripped_and_keep_their_place() -> None:
    assert split_lines("\n \u00a0Un mot.\t\n \n") == [Line(3, 10, "Un mot.", True, True)]


@pytest.mark.parametrize("text", ["", " \n\u00a0\n\t", "\r\n\f\u2028"])
def test_white_space_has_no_lines(text: str) -> None:
    assert split_lines(text) == []


@pytest.mark.parametrize(
    ("between", "blank"),
    [
        ("\n", False),
        ("\r\n", False),
        ("\r", False),
        (" \n\t", False),
        ("\u2028", False),
        ("\n\n", True),
        ("\r\n\r\n", True),
        ("\r\r", True),
        ("\n \u00a0\n", True),
        ("\n\f", True),
        ("\u2029", True),
    ],
)
def test_an_empty_line_or_a_paragraph_mark_between_two_lines_is_seen(between: str, blank: bool) -> None:
    first, second = split_lines(f"Un.{between}Deux.")
    assert (first.blank_before, first.blank_after) == (True, blank)
    assert (second.blank_before, second.blank_after) == (blank, True)


@pytest.mark.parametrize(
    "line",
    [
        "- un",
        "– un",
        "* un",
        "+ un",
        "• un",
        "•un",
        "→ un",
        "✓ un",
        "1. un",
        "12) un",
        "(3) un",
        "1° un",
        "a) un",
    ],
)
def test_items_of_a_list_begin_with_a_sign_or_a_number(line: str) -> None:
    assert is_item(line) is True


@pytest.mark.parametrize(
    "line", ["-un", "un", "1,5 million", "2020.", "-", "a. un", "1.5 million", "n° 3", "1234. un"]
)
def test_other_lines_are_no_items(line: str) -> None:
    assert is_item(line) is False


@pytest.mark.parametrize("line", ["Fin.", "Fin !", "Fin…", "Fin :", "Fin ;", "« Fin. »", "(Fin.)", "Fin.”"])
def test_a_line_is_closed_by_its_punctuation(line: str) -> None:
    assert split_lines(line)[0].is_closed is True


@pytest.mark.parametrize("line", ["Fin", "Fin,", "Fin. Suite", "Fin -", "« Fin »"])
def test_a_line_without_closing_punctuation_is_open(line: str) -> None:
    assert split_lines(line)[0].is_closed is False


def test_a_line_that_ends_on_a_colon_introduces() -> None:
    assert [line.introduces for line in split_lines("Trois acteurs :\nle médecin ;")] == [True, False]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Le médecin de", "garde répond.", True),
        ("Le médecin,", "lui, répond.", True),
        ("Il faut :", "un médecin.", True),
        ("Il veille.", "il répond.", False),
        ("Le médecin", "Répond.", False),
        ("Le médecin de", "- garde", False),
        ("Le médecin de", "\ngarde répond.", False),
    ],
)
def test_a_line_continues_in_lower_case_without_an_empty_line(
    first: str, second: str, expected: bool
) -> None:
    a, b = split_lines(f"{first}\n{second}")
    assert continues(a, b, None) is expected


def test_a_full_line_of_wrapped_text_continues_even_with_a_capital() -> None:
    a, b = split_lines("Le rapport remis au ministère par\nLucie Petit est clair.")
    assert [continues(a, b, width) for width in (None, 36, 60)] == [False, True, False]


def test_a_closed_line_of_wrapped_text_does_not_continue() -> None:
    a, b = split_lines("Le rapport remis au ministre est clair.\nLucie Petit le cite.")
    assert continues(a, b, 42) is False


@pytest.mark.parametrize("width", [45, 72, 100])
def test_the_column_of_wrapped_text_is_found(width: int) -> None:
    wrapped = textwrap.fill(PROSE * 3, width)
    longest = max(map(len, wrapped.splitlines()))
    assert hard_wrap_width(split_lines(wrapped)) == longest - 3


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "\n".join([PROSE] * 5),
        "Le kiné du quartier de la gare centrale, de nuit\nLe médecin\nLe pharmacien\nLa sage-femme",
        textwrap.fill(PROSE * 3, 30),
        textwrap.fill(PROSE * 5, 130),
        textwrap.fill(PROSE, 72).replace("\n", "\n\n"),
    ],
    ids=["one line", "paragraphs", "short lines", "too narrow", "too wide", "empty lines"],
)
def test_other_text_has_no_column(text: str) -> None:
    assert hard_wrap_width(split_lines(text)) is None
