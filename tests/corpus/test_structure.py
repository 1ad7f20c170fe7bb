"""Headings and sections, mostly where the text has no mark-up."""

from __future__ import annotations

import textwrap

import pytest

from corpus.cleaning import mark_furniture
from corpus.documents import Extraction, Heading
from corpus.structure import LONGEST_HEADING, Outline, outline
from tests.corpus.support import slices

BODY = "Le médecin de garde répond aux appels de nuit, puis il oriente les patients."


def outlined(content: str | Extraction) -> Outline:
    extraction = Extraction(content) if isinstance(content, str) else content
    furniture, _ = mark_furniture(extraction)
    return outline(extraction, furniture, "nom-du-fichier")


def blocks(*paragraphs: str) -> str:
    """Paragraphs parted by an empty line."""
    return "\n\n".join(paragraphs)


def headings(text: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in outlined(text).headings]


def sections(content: str | Extraction) -> list[tuple[tuple[str, ...], list[str]]]:
    return [(s.headings, [line.text for line in s.lines]) for s in outlined(content).sections]


def test_a_short_line_between_empty_lines_with_content_below_is_a_heading() -> None:
    text = blocks("Les soins", BODY, "La garde", BODY)
    assert headings(text) == [(1, "Les soins"), (2, "La garde")]
    assert slices(text, outlined(text).headings) == ["Les soins", "La garde"]
    assert sections(text) == [((), [BODY]), (("La garde",), [BODY])]


@pytest.mark.parametrize(
    "line",
    [
        "Qui paie la garde ?",
        "« Hôpital 2030 », un plan",
        "2020, année charnière",
        "1. Le financement",
        "L'État, la région et la ville",
        "X" * LONGEST_HEADING,
    ],
)
def test_these_lines_are_headings(line: str) -> None:
    assert headings(blocks("Les soins", BODY, line, BODY))[1:] == [(2, line)]


@pytest.mark.parametrize(
    "line",
    [
        "La garde est ouverte.",
        "Trois acteurs :",
        "Le médecin ;",
        "Le médecin,",
        "La suite…",
        "la garde de nuit",
        "- La garde",
        "2020",
        "Le médecin soigne. Il oriente",
        "X" * (LONGEST_HEADING + 1),
    ],
)
def test_these_lines_are_body(line: str) -> None:
    assert headings(blocks("Les soins", BODY, "La garde", BODY)) == [(1, "Les soins"), (2, "La garde")]
    assert headings(blocks("Les soins", BODY, line, BODY)) == [(1, "Les soins")]


@pytest.mark.parametrize("text", [f"{BODY}\n\nLa garde\n{BODY}", f"{BODY}\nLa garde\n\n{BODY}"])
def test_a_line_without_empty_lines_around_is_body(text: str) -> None:
    assert [found for _, found in headings(blocks(BODY, "La garde", BODY))] == ["La garde"]
    assert headings(text) == []


@pytest.mark.parametrize("last", ["La garde", "La garde\n\nLa veille"])
def test_a_heading_with_nothing_below_stays_body(last: str) -> None:
    text = blocks("Les soins", BODY, last)
    assert headings(text) == [(1, "Les soins")]
    assert sections(text) == [((), [BODY, *last.split("\n\n")])]


def test_a_heading_of_the_mark_up_with_nothing_below_stays_body() -> None:
    text = blocks("Les soins", BODY, "La garde")
    known = (Heading(0, 9, 1, "Les soins"), Heading(len(text) - 8, len(text), 2, "La garde"))
    assert outlined(Extraction(text, headings=known)).headings == known[:1]
    assert sections(Extraction(text, headings=known)) == [((), [BODY, "La garde"])]


def test_a_title_may_stand_directly_above_its_text() -> None:
    text = f"Les soins de ville\n{BODY}\n\n{BODY}"
    assert headings(text) == [(1, "Les soins de ville")]
    assert outlined(text).title == "Les soins de ville"


@pytest.mark.parametrize(
    "below",
    ["sont ouverts à tous les patients.", "- un médecin de garde", "Le tri"],
    ids=["goes on", "list", "short"],
)
def test_a_first_line_that_goes_on_or_is_followed_by_short_lines_is_no_title(below: str) -> None:
    assert headings(f"Les soins de ville\n{below}\n\n{BODY}") == []


def test_the_first_line_of_a_wrapped_paragraph_is_no_heading() -> None:
    wrapped = textwrap.fill("Chaque nuit, un médecin répond aux appels de tout le territoire " * 5, 60)
    assert headings(f"{wrapped}.\n\nUne fin de texte.") == []


@pytest.mark.parametrize(
    ("lines", "levels"),
    [
        (["Un guide", "1. Soins", "1.1 Ville", "1.1.1 Nuit", "1.2 Bourg", "2. Lits"], [1, 2, 3, 4, 3, 2]),
        (["Un guide", "I. Soins", "A. Ville", "B. Bourg", "II. Lits"], [1, 2, 3, 3, 2]),
        (["Un guide", "Titre I", "Chapitre 2", "Section 3", "Article 4"], [1, 1, 2, 3, 4]),
        (["Un guide", "Les soins", "Les lits"], [1, 2, 2]),
        (["1. Soins", "2. Lits"], [2, 2]),
    ],
)
def test_numbering_tells_the_level(lines: list[str], levels: list[int]) -> None:
    text = blocks(*(part for line in lines for part in (line, BODY)))
    assert headings(text) == list(zip(levels, lines, strict=True))


def test_a_heading_right_below_another_is_nested_in_it() -> None:
    text = blocks("Un guide", BODY, "Les soins", "La nuit", BODY, "Les lits", BODY)
    assert headings(text) == [(1, "Un guide"), (2, "Les soins"), (3, "La nuit"), (2, "Les lits")]
    assert sections(text) == [((), [BODY]), (("Les soins", "La nuit"), [BODY]), (("Les lits",), [BODY])]


def test_four_short_lines_in_a_row_are_no_headings() -> None:
    names = ["Ain", "Allier", "Aube", "Aude"]
    assert [text for _, text in headings(blocks(BODY, *names[:3], BODY))] == names[:3]
    assert headings(blocks(BODY, *names, BODY)) == []
    assert sections(blocks(BODY, *names, BODY)) == [((), [BODY, *names, BODY])]


def test_of_many_short_lines_at_the_start_only_the_first_is_a_heading() -> None:
    assert headings(blocks("Départements", "Ain", "Allier", "Aube", BODY)) == [(1, "Départements")]


def test_a_sections_headings_leave_out_the_title_however_it_is_written() -> None:
    text = blocks("LES SOINS", BODY, "La garde", BODY)
    found = outlined(Extraction(text, title="Les soins"))
    assert found.title == "Les soins"
    assert [s.headings for s in found.sections] == [(), ("La garde",)]


def test_a_text_without_title_has_that_of_its_file() -> None:
    assert outlined(blocks("Les soins", BODY)).title == "Les soins"
    assert outlined(BODY).title == "nom-du-fichier"


def test_a_section_ends_at_furniture_and_goes_on_below_with_the_same_headings() -> None:
    text = blocks("Les soins", BODY, "La garde", BODY, "Partager sur Facebook", BODY)
    assert sections(text) == [((), [BODY]), (("La garde",), [BODY]), (("La garde",), [BODY])]


def test_a_heading_may_stand_right_below_furniture() -> None:
    text = f"Les soins\n\n{BODY}\n\nPartager sur Facebook\nLa garde\n\n{BODY}"
    assert headings(text) == [(1, "Les soins"), (2, "La garde")]


def test_a_heading_that_is_furniture_is_none() -> None:
    text = blocks("Les soins", BODY, "Mentions légales", BODY)
    start = text.index("Mentions")
    known = (Heading(0, 9, 1, "Les soins"), Heading(start, start + 16, 2, "Mentions légales"))
    assert outlined(Extraction(text, headings=known)).headings == known[:1]


def test_a_deeper_heading_of_the_mark_up_closes_with_the_next_of_its_rank() -> None:
    lines = ["Guide", "Ville", "Nuit", BODY, "Bourg", BODY]
    text = blocks(*lines)
    levels = {"Guide": 1, "Ville": 2, "Nuit": 4, "Bourg": 2}
    known = tuple(
        Heading(text.index(line), text.index(line) + len(line), level, line) for line, level in levels.items()
    )
    assert sections(Extraction(text, headings=known)) == [
        (("Ville", "Nuit"), [BODY]),
        (("Bourg",), [BODY]),
    ]


def test_an_empty_text_has_no_sections() -> None:
    assert outlined("") == Outline("nom-du-fichier", (), (), None)
