"""The page shows texts and questions as they are: escaped, to the character, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from corpus.documents import Document, Reason, SetAside
from qa.citing import Citation, Quote
from qa.routes.page import Piece, document_pieces, quote_pieces
from tests.conftest import TEXTS
from tests.qa.helpers import (
    ANSWER,
    ANSWERED,
    MARKER,
    NO_INDEX,
    REFUSED,
    UNKNOWN_WORDS,
    client_of,
    damage,
    index_texts,
)

Query = Mapping[str, str]

TITLE = 'Le <b>"guide"</b> d\'Aline & Cie'
SENTENCE = (
    'Aline écrit <script>alert("l\'été")</script> & conserve <img src=x onerror=alert(1)> ici &amp; là.'
)
ASKED = 'Aline écrit <script>alert("l\'été")</script> & conserve <img src=x onerror=alert(1)> ici &amp; là ?'
SOURCE = "l'été & <i>l'hiver?#.txt"
HOSTILE = {SOURCE: f"{TITLE}\n\n{SENTENCE}\n"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A client over one text, with a title and a name, that try to be mark-up."""
    folder = tmp_path_factory.mktemp("hostile")
    index_texts(folder, HOSTILE)
    return client_of(folder / "home")


def page(client: TestClient, address: str, query: Query | None = None, status: int = 200) -> html.HtmlElement:
    """The parsed page, once it is known to hold no script and nothing from elsewhere."""
    reply = client.get(address, params=query)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "text/html; charset=utf-8")
    tree = html.fromstring(reply.text)
    assert tree.xpath("//script | //img | //iframe | //style | //*[@style]") == []
    assert tree.xpath("//@*[starts-with(name(), 'on')]") == []
    for link in tree.xpath("//@src | //@href | //@action"):
        # A path of this server, a place on this page, or the empty icon: never another host.
        assert link == "data:," or link.startswith("#") or (link[0] == "/" and link[:2] != "//"), link
    return tree


def only(tree: html.HtmlElement, path: str) -> str:
    """The text of the one element at `path`."""
    (element,) = tree.xpath(path)
    return str(element.text_content())


def test_an_answer_is_shown_with_its_number_and_its_passage_marked(client: TestClient) -> None:
    tree = page(client, "/", {"question": ANSWERED})
    assert only(tree, "//title") == f"{ANSWERED} – Sourcier"
    assert only(tree, "//*[@id='answer']/h2") == "Réponse"
    assert only(tree, "//*[@class='sentence']").split("[")[0].strip() == ANSWER
    assert only(tree, "//*[@class='sentence']/a") == "[1]"
    assert tree.xpath("//*[@class='sentence']/a/@href") == [
        "/source/dossier/t%C3%A9l%C3%A9m%C3%A9decine.html?start=14&end=71#passage"
    ]
    assert only(tree, "//li[@id='c1']//mark") == ANSWER
    assert only(tree, "//li[@id='c1']//p[@class='file']") == "dossier/télémédecine.html"
    assert tree.xpath("//ol[@class='passages']/li/@id") == ["c1", "c2", "c3", "c4"]


def test_a_refusal_says_that_the_texts_do_not_say(client: TestClient) -> None:
    tree = page(client, "/", {"question": REFUSED})
    assert only(tree, "//*[@id='answer']/h2") == "Les textes ne le disent pas"
    assert only(tree, "//*[@id='answer']/p") == UNKNOWN_WORDS
    assert tree.xpath("//*[@class='sentence']") == []
    assert only(tree, "//section[@aria-label='Passages']/h2") == "Passages les plus proches"
    assert tree.xpath("//ol[@class='passages']/li/@id") == ["c1", "c2", "c3", "c4"]


def test_the_first_page_says_what_is_indexed(client: TestClient) -> None:
    assert only(page(client, "/"), "//p[@class='hint']").split(".")[0] == "3 documents, 4 passages"


def test_mark_up_in_a_question_a_title_or_a_text_is_shown_as_text(hostile: TestClient) -> None:
    tree = page(hostile, "/", {"question": ASKED})
    assert only(tree, "//title") == f"{ASKED} – Sourcier"
    assert tree.xpath("//input[@name='question']/@value") == [ASKED]
    assert only(tree, "//*[@class='sentence']").rpartition(" [1]")[0] == SENTENCE
    assert tree.xpath("//*[@class='sentence']/a/@title") == [TITLE]
    assert only(tree, "//a[@class='source']") == TITLE
    assert only(tree, "//blockquote") == SENTENCE
    assert only(tree, "//li//p[@class='file']") == SOURCE


def test_mark_up_in_a_source_is_shown_as_text(hostile: TestClient) -> None:
    (address,) = page(hostile, "/", {"question": ASKED}).xpath("//a[@class='source']/@href")
    tree = page(hostile, address)
    assert only(tree, "//title") == f"{TITLE} – Sourcier"
    assert only(tree, "//h1") == TITLE
    assert only(tree, "//p[@class='file']") == f"{SOURCE} · aller au passage"
    assert only(tree, "//div[@class='text']") == HOSTILE[SOURCE]
    assert only(tree, "//mark[@id='passage']") == SENTENCE


@pytest.mark.parametrize("question", ["", "   ", "\u00a0\n"])
def test_a_blank_question_is_422_and_says_so(client: TestClient, question: str) -> None:
    page(client, "/", {"question": ANSWERED})
    tree = page(client, "/", {"question": question}, 422)
    assert only(tree, "//p[@role='alert']") == "la question est vide"
    assert tree.xpath("//*[@id='answer']") == []


def test_a_question_too_long_is_422_and_comes_back_short_enough(client: TestClient) -> None:
    page(client, "/", {"question": "é" * 2000})
    tree = page(client, "/", {"question": "é" * 2001}, 422)
    assert only(tree, "//p[@role='alert']") == "la question dépasse 2000 caractères"
    assert tree.xpath("//input[@name='question']/@value") == ["é" * 2000]


def test_an_unknown_source_is_a_404_page_that_repeats_nothing(client: TestClient) -> None:
    page(client, "/source/cpts.md")
    tree = page(client, f"/source/{MARKER}.md", status=404)
    sentence = "aucun document de l'index ne porte ce nom ; voyez /v1/documents"
    assert only(tree, "//p[@role='alert']") == sentence
    assert MARKER not in html.tostring(tree, encoding="unicode")


@pytest.mark.parametrize("address", ["/", f"/?question={MARKER}", "/source/cpts.md"])
def test_without_a_sound_index_the_page_is_503_and_says_why(tmp_path: Path, address: str) -> None:
    assert only(page(client_of(tmp_path / "none"), address, status=503), "//p[@role='alert']") == NO_INDEX
    report = index_texts(tmp_path, {"cpts.md": TEXTS["cpts.md"]})
    page(client_of(tmp_path / "home"), address)
    detail = damage(tmp_path / "home", report.generation)
    assert only(page(client_of(tmp_path / "home"), address, status=503), "//p[@role='alert']") == detail


@pytest.mark.parametrize("source", sorted(TEXTS))
@pytest.mark.parametrize("span", [None, (0, 1), (5, 40), (28, 60), (0, 72)])
def test_a_source_is_shown_to_the_character_with_exactly_the_passage_marked(
    client: TestClient, source: str, span: tuple[int, int] | None
) -> None:
    text = client.get(f"/v1/documents/{source}/text").text
    query = {"start": str(span[0]), "end": str(span[1])} if span else None
    tree = page(client, f"/source/{source}", query)
    assert only(tree, "//div[@class='text']") == text
    marked = [mark.text_content() for mark in tree.xpath("//div[@class='text']/mark")]
    assert "".join(marked) == (text[span[0] : span[1]] if span else "")
    anchors = tree.xpath("//mark/@id")
    assert anchors == (["passage"] if span else [])


def test_what_was_set_aside_is_greyed_and_its_reason_named(client: TestClient) -> None:
    tree = page(client, "/source/ght.txt")
    assert only(tree, "//span[@class='aside']") == "A lire aussi : Bien dormir"
    assert tree.xpath("//span[@class='aside']/@title") == ["renvoi vers un autre article"]


@pytest.mark.parametrize(
    "query",
    [
        {"start": "5"},
        {"end": "5"},
        {"start": "9", "end": "3"},
        {"start": "5", "end": "5"},
        {"start": "-1", "end": "5"},
        {"start": "0", "end": "195"},
        {"start": "abc", "end": "5"},
        {"start": "0", "end": "1e2"},
        {"start": "²", "end": "5"},
        {"start": "0", "end": "9" * 5000},
    ],
)
def test_a_span_that_is_not_one_of_the_text_is_ignored(client: TestClient, query: dict[str, str]) -> None:
    text = client.get("/v1/documents/cpts.md/text").text
    assert len(text) == 194
    assert (
        only(page(client, "/source/cpts.md", {"start": "0", "end": "194"}), "//mark[@id='passage']") == text
    )
    tree = page(client, "/source/cpts.md", query)
    assert only(tree, "//div[@class='text']") == text
    assert tree.xpath("//mark | //a[@href='#passage']") == []


def test_a_span_that_holds_something_set_aside_is_marked_in_one_piece() -> None:
    document = Document("a.txt", "A", "avant [pub] après", "", "txt")
    aside = [SetAside("a.txt", 6, 11, Reason.SHARING)]
    assert document_pieces(document, aside, (3, 14)) == [
        Piece("ava"),
        Piece("nt [pub] ap", marked=True),
        Piece("rès"),
    ]


def test_the_pieces_of_a_citation_join_to_its_quote_in_the_order_of_the_text() -> None:
    text = "Un. Deux. Trois."
    best = (Quote(110, 116, "Trois."), Quote(100, 103, "Un."))
    citation = Citation(1, "a.txt", "A", (), 100, 116, text, None, best, 0.9, ("words",))
    pieces = [Piece("Un.", marked=True), Piece(" Deux. "), Piece("Trois.", marked=True)]
    assert quote_pieces(citation) == pieces
