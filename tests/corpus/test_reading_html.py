"""HTML pages: the visible text, and what the mark-up tells about it."""

from __future__ import annotations

import pytest

from corpus.documents import Extraction, Fact, Reason
from corpus.errors import UnreadableFile
from corpus.reading.html import extract_html, read_html
from tests.corpus.support import aside, cut, passage_texts

LINKS = '<a href="a">Dossier grippe</a> <a href="b">Dossier dialyse</a> <a href="c">Dossier sommeil</a>'


def read(body: str, head: str = "") -> Extraction:
    return read_html(f"<html><head>{head}</head><body>{body}</body></html>".encode())


def furniture(body: str) -> list[tuple[str, Reason]]:
    page = read(body)
    return [(page.text[s.start : s.end], reason) for s, reason in page.furniture]


def test_headings_have_their_level_and_the_span_of_their_text() -> None:
    page = read("<h1>Les <em>soins</em></h1><p>Un.</p><h3>La\n garde</h3><p>Deux.</p>")
    found = page.headings or ()
    assert [(h.level, h.text, page.text[h.start : h.end]) for h in found] == [
        (1, "Les soins", "Les soins"),
        (3, "La garde", "La garde"),
    ]


def test_an_empty_heading_is_none() -> None:
    assert read("<h2> </h2><p>Un.</p>").headings is None


def test_the_title_is_the_first_h1_and_else_that_of_the_head() -> None:
    head = "<title> Les\n soins — Agence </title>"
    assert read("<h2>Garde</h2><h1>Les soins</h1><p>Un.</p>", head).title == "Les soins"
    assert read("<h2>Garde</h2><p>Un.</p>", head).title == "Les soins — Agence"
    assert read("<p>Un.</p>").title is None


def test_entities_become_their_characters() -> None:
    page = read("<p>L&rsquo;h&ocirc;pital &amp; la ville : 3 &lt; 5 &#8212; c&oelig;ur</p>")
    assert page.text.strip() == "L’hôpital & la ville : 3 < 5 — cœur"


def test_scripts_styles_and_comments_are_absent() -> None:
    page = read("<style>p{}</style><p>Un.</p><script>var x = 'deux';</script><!-- trois -->")
    assert page.text.strip() == "Un."


@pytest.mark.parametrize(
    ("element", "text", "reason"),
    [
        ("<nav>Le menu du site</nav>", "Le menu du site", Reason.MENU),
        ("<footer>Agence Lumen</footer>", "Agence Lumen", Reason.MENU),
        ("<button>Ouvrir</button>", "Ouvrir", Reason.MENU),
        ("<form><label>Votre nom ici</label></form>", "Votre nom ici", Reason.COMMENTS),
        ("<select><option>Ain</option></select>", "Ain", Reason.MENU),
        ("<div role='navigation'>Pages du site</div>", "Pages du site", Reason.MENU),
        ("<noscript>Sans script</noscript>", "Sans script", Reason.MARKUP),
    ],
)
def test_elements_of_the_page_and_not_of_the_text_are_set_aside(
    element: str, text: str, reason: Reason
) -> None:
    assert furniture(f"<p>Le texte.</p>{element}<p>La suite.</p>") == [(text, reason)]


@pytest.mark.parametrize("content", ["main", "article"])
def test_a_form_around_the_whole_text_does_not_hide_it(content: str) -> None:
    assert furniture(f"<form><{content}><p>Le texte.</p></{content}></form>") == []


def test_a_list_of_links_is_a_menu() -> None:
    items = "".join(f"<li>{link}</li>" for link in LINKS.replace("> <", ">|<").split("|"))
    assert furniture(f"<p>Le texte.</p><ul>{items}</ul>") == [
        ("* Dossier grippe\n  * Dossier dialyse\n  * Dossier sommeil", Reason.MENU)
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<ul><li>La garde de nuit</li><li>La veille</li><li>Le tri</li></ul>",
        "<ul><li><a href='a'>La garde</a></li><li><a href='b'>La veille</a></li></ul>",
        f"<p>Trois dossiers utiles à tous : {LINKS}.</p>",
    ],
)
def test_ordinary_lists_and_paragraphs_with_links_stay(body: str) -> None:
    assert furniture(body) == []


def test_author_and_date_of_the_head_are_facts() -> None:
    head = (
        "<meta name='Author' content=' Anne  Roy '><meta name='description' content='Un texte'>"
        "<meta property='article:published_time' content='2020-05-03'><meta name='date' content=''>"
    )
    assert read("<p>Un.</p>", head).facts == (Fact("author", "Anne Roy"), Fact("date", "2020-05-03"))


def test_a_table_reads_row_by_row() -> None:
    rows = "<tr><td>Ville</td><td>12</td></tr><tr><td>Bourg</td><td>7</td></tr>"
    page = read(f"<h1>Lits</h1><table>{rows}</table>")
    assert [line.split() for line in page.text.splitlines() if line.strip()] == [
        ["Lits"],
        ["Ville", "12"],
        ["Bourg", "7"],
    ]


@pytest.mark.parametrize(
    "head",
    [
        "<meta charset='iso-8859-15'>",
        "<meta http-equiv='Content-Type' content='text/html; charset=iso-8859-15'>",
    ],
)
def test_the_declared_charset_is_used(head: str) -> None:
    data = f"<html><head>{head}</head><body><p>Un acte à 25 €</p></body></html>".encode("iso-8859-15")
    assert read_html(data).text.strip() == "Un acte à 25 €"


def test_a_wrong_declaration_does_not_spoil_the_text() -> None:
    data = "<meta charset='utf-8'><p>L’été</p>".encode("cp1252")
    assert read_html(data).text.strip() == "L’été"


def test_an_xml_declaration_is_no_obstacle() -> None:
    data = "<?xml version='1.0' encoding='utf-8'?>\n<html><body><p>L’été</p></body></html>".encode()
    assert read_html(data).text.strip() == "L’été"


def test_html_without_anything_in_it_is_refused() -> None:
    assert extract_html("<p>Un.</p>").text.strip() == "Un."
    assert extract_html("  \n") == Extraction("")
    with pytest.raises(UnreadableFile, match="le HTML ne peut pas être analysé"):
        extract_html("<!-- rien -->")


def test_a_whole_page_comes_down_to_its_prose() -> None:
    page = cut(
        read(
            "<nav>Le menu</nav><h1>La garde</h1><p>Le médecin veille. Il répond.</p>"
            f"<aside>{LINKS}</aside><p>La nuit est longue.</p><footer>Agence Lumen</footer>"
        )
    )
    assert passage_texts(page) == ["Le médecin veille. Il répond.", "La nuit est longue."]
    assert aside(page) == [
        ("Le menu", Reason.MENU),
        ("Dossier grippe Dossier dialyse Dossier sommeil", Reason.MENU),
        ("Agence Lumen", Reason.MENU),
    ]
