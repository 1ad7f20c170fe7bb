"""Markdown files: the text is the file's own, the mark-up is told beside it."""

from __future__ import annotations

import pytest

from corpus.documents import Fact, Reason
from corpus.reading.markdown import read_markdown
from tests.corpus.support import slices


def headings(source: str) -> list[tuple[int, str]]:
    return [(h.level, h.text) for h in read_markdown(source.encode()).headings or ()]


def furniture(source: str) -> list[tuple[str, Reason]]:
    return [(source[s.start : s.end], reason) for s, reason in read_markdown(source.encode()).furniture]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# Soins\n\nTexte.\n", [(1, "Soins")]),
        ("## La garde ##\n\nTexte.\n", [(2, "La garde")]),
        ("###### Détail\n\nTexte.\n", [(6, "Détail")]),
        ("# Soins\r\n\r\n## Garde\r\n\r\nTexte.\r\n", [(1, "Soins"), (2, "Garde")]),
        ("# Soins\r\r## Garde\r\rTexte.\r", [(1, "Soins"), (2, "Garde")]),
        ("Soins\n=====\n\nTexte.\n", [(1, "Soins")]),
        ("La garde\nde nuit\n---\n\nTexte.\n", [(2, "La garde de nuit")]),
        ("# Les **soins** de _ville_ et `code`\n", [(1, "Les soins de ville et code")]),
        ("# Le [pacte](https://exemple.fr/a) ![](b.png)\n", [(1, "Le pacte")]),
        ("# Urgences &amp; garde\n", [(1, "Urgences & garde")]),
        ("> # Cité\n", [(1, "Cité")]),
        ("#Sans espace\n", []),
        ("    # En retrait\n", []),
        ("```\n# Dans du code\n```\n", []),
        ("~~~\nDans du code\n===\n~~~\n", []),
        ("Texte.\n# Titre\nSuite.\n", [(1, "Titre")]),
    ],
)
def test_headings_are_those_of_commonmark_without_their_mark_up(
    source: str, expected: list[tuple[int, str]]
) -> None:
    assert headings(source) == expected


def test_no_heading_means_that_they_are_to_be_looked_for() -> None:
    assert read_markdown(b"Texte.\n").headings is None


def test_the_text_is_the_files_own() -> None:
    source = "# *Été*\r\n\r\nUn [lien](a) & du **gras**.\r\n"
    assert read_markdown(source.encode()).text == source


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_span_of_a_heading_is_its_line_with_the_mark_up(end: str) -> None:
    source = end.join(["# É\u0301té \U0001f3e5", "", "Texte.", "", "Garde", "-----", "Suite."])
    found = read_markdown(source.encode()).headings or ()
    assert slices(source, found) == ["# É\u0301té \U0001f3e5", f"Garde{end}-----"]


def test_front_matter_gives_title_and_facts_and_is_set_aside() -> None:
    front = "---\ntitle: Les soins de ville\nauthor: Anne Roy\ndate: 2020-05-03\nplan: non\n---"
    read = read_markdown(f"{front}\n\nTexte.\n".encode())
    assert read.title == "Les soins de ville"
    assert read.facts == (Fact("author", "Anne Roy"), Fact("date", "2020-05-03"))
    assert furniture(f"{front}\n\nTexte.\n") == [(front, Reason.MARKUP)]


def test_front_matter_may_have_french_keys() -> None:
    read = read_markdown(b"---\nTitre: La garde\nAuteure: Anne Roy\n---\nTexte.\n")
    assert (read.title, read.facts) == ("La garde", (Fact("author", "Anne Roy"),))


@pytest.mark.parametrize(
    "front",
    [
        "- a\n- b",
        "titre: [",
        "juste un mot",
        "date: 2020-99-99",
        "a: !!bool x",
        "a: !!int ''",
        "a: !!timestamp x",
    ],
)
def test_front_matter_that_tells_nothing_is_set_aside_all_the_same(front: str) -> None:
    source = f"---\n{front}\n---\nTexte.\n"
    read = read_markdown(source.encode())
    assert (read.title, read.facts) == (None, ())
    assert furniture(source) == [(f"---\n{front}\n---", Reason.MARKUP)]


def test_a_line_of_dashes_further_down_is_a_rule_and_no_front_matter() -> None:
    assert furniture("Un.\n\n---\n\ntitle: Deux\n\n***\n") == [
        ("---", Reason.SEPARATOR),
        ("***", Reason.SEPARATOR),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Un.\n\n<!-- à revoir\n\nbientôt -->\n\nDeux.\n", "<!-- à revoir\n\nbientôt -->"),
        ("Un <!-- note --> deux.\n", "<!-- note -->"),
        ("Un.\n\n![Plan](a.png)\n\nDeux.\n", "![Plan](a.png)"),
        ("Un.\n\n[![Plan](a.png)](b)\n\nDeux.\n", "[![Plan](a.png)](b)"),
        ("Voir [loi].\n\n[loi]: https://exemple.fr 'Loi'\n", "[loi]: https://exemple.fr 'Loi'"),
        ("# \n\nTexte.\n", "#"),
        ("# ![](a.png)\n\nTexte.\n", "# ![](a.png)"),
    ],
)
def test_what_is_mark_up_and_no_prose_is_set_aside(source: str, expected: str) -> None:
    assert furniture(source) == [(expected, Reason.MARKUP)]


@pytest.mark.parametrize(
    "source",
    [
        "```\n<!-- note -->\n\n---\n```\n",
        "    <!-- note -->\n",
        "Un ![plan](a.png) dans la phrase.\n",
        "Un [lien](a).\n",
        "| Lits | Jours |\n|------|-------|\n| 12 | 7 |\n",
    ],
)
def test_code_links_tables_and_images_in_a_sentence_stay(source: str) -> None:
    assert furniture(source) == []
