"""Filters narrow what is searched, over HTTP and at the command line; a passage told twice is cited once."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from urllib.parse import quote as percent_encode

import pytest
from fastapi.testclient import TestClient
from lxml import html

from qa.answer import NOTHING_ALLOWED
from tests.qa.helpers import ANSWERED, Command, client_of, index_texts, parsed, untimed

ALL = ["cpts.md", "cpts.md", "dossier/télémédecine.html", "ght.txt"]
HTML = "dossier/télémédecine.html"
NFD = unicodedata.normalize("NFD", HTML)
NOTICE = "L'accueil répond chaque matin de 9 h à 12 h, sauf le jeudi et les jours fériés."
ASKED = "Quand l'accueil répond-il chaque matin ?"
ALSO = {
    "source": "notes/b.txt",
    "title": "b",
    "start": 0,
    "end": len(NOTICE),
    "quote": NOTICE.replace("'", "’"),
}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an index where one notice stands in two texts."""
    folder = tmp_path_factory.mktemp("twice")
    index_texts(folder, {"accueil répond.txt": NOTICE, "notes/b.txt": NOTICE.replace("'", "’")})
    return folder / "home"


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        ({}, ALL),
        ({"folder": [], "source": [], "format": []}, ALL),
        ({"folder": "dossier/"}, [HTML]),
        ({"source": NFD}, [HTML]),
        ({"format": "md"}, ["cpts.md", "cpts.md"]),
        ({"format": ["html", "txt"]}, [HTML, "ght.txt"]),
        ({"folder": "dossier", "format": "html"}, [HTML]),
    ],
)
def test_only_what_the_filters_allow_is_given(
    client: TestClient, filters: dict[str, object], sources: list[str]
) -> None:
    body = {"question": ANSWERED, "top_k": 50, "filters": filters}
    hits = client.post("/v1/search", json=body).json()["hits"]
    assert sorted(hit["source"] for hit in hits) == sources
    assert [hit["number"] for hit in hits] == list(range(1, len(sources) + 1))
    assert client.post("/v1/ask", json=body).json()["citations"] == hits


@pytest.mark.parametrize(
    "filters",
    [
        {"folder": "absent"},
        {"source": "dossier"},
        {"format": "odt"},
        {"folder": "dossier", "format": "md"},
    ],
)
def test_filters_that_nothing_meets_are_a_refusal_that_says_so(
    client: TestClient, generation: str, filters: dict[str, str]
) -> None:
    body = {"question": ANSWERED, "filters": filters}
    asked = client.post("/v1/ask", json=body).json()
    assert asked["answer"] == {"text": None, "refused": True, "reason": NOTHING_ALLOWED, "confidence": 0.0}
    assert asked["citations"] == []
    assert untimed(client.post("/v1/search", json=body).json()) == {
        "searched": ANSWERED,
        "hits": [],
        "generation": generation,
    }


def test_the_options_of_the_command_are_the_filters_of_the_api(
    command: Command, client: TestClient, home: Path
) -> None:
    for options, filters in (
        (("--folder", "dossier", "--folder", "absent"), {"folder": ["dossier", "absent"]}),
        (("--source", "ght.txt", "--source", HTML), {"source": ["ght.txt", HTML]}),
        (("--format", "md", "--folder", ""), {"format": "md", "folder": ""}),
    ):
        body = {"question": ANSWERED, "filters": filters}
        printed = parsed(command("search", ANSWERED, "--home", home, *options, "--json"))
        assert untimed(printed) == untimed(client.post("/v1/search", json=body).json())
        assert printed["hits"]
        printed = parsed(command("ask", ANSWERED, "--home", home, *options, "--json"))
        assert printed["citations"] == client.post("/v1/ask", json=body).json()["citations"]


def test_the_command_says_that_no_text_meets_the_filters(command: Command, home: Path) -> None:
    options = ("--home", home, "--format", "odt")
    assert command("search", ANSWERED, *options) == (0, f"{NOTHING_ALLOWED}\n", "")
    assert command("ask", ANSWERED, *options) == (
        0,
        f"Les textes ne le disent pas. {NOTHING_ALLOWED}\n\n",
        "",
    )


def test_a_passage_told_twice_is_cited_once_with_its_other_place(twice: Path) -> None:
    client = client_of(twice)
    (hit,) = client.post("/v1/search", json={"question": ASKED}).json()["hits"]
    assert (hit["source"], hit["quote"], hit["also"]) == ("accueil répond.txt", NOTICE, [ALSO])
    text = client.get(f"/v1/documents/{percent_encode(ALSO['source'])}/text").text
    assert text[ALSO["start"] : ALSO["end"]] == ALSO["quote"]
    (hit,) = client.post("/v1/search", json={"question": ASKED, "filters": {"folder": "notes"}}).json()[
        "hits"
    ]
    assert (hit["source"], hit["also"]) == ("notes/b.txt", [])


def test_the_page_and_the_terminal_say_where_else_a_passage_stands(twice: Path, command: Command) -> None:
    tree = html.fromstring(client_of(twice).get("/", params={"question": ASKED}).text)
    (line,) = tree.xpath("//li[@id='c1']//p[@class='also']")
    assert " ".join(line.text_content().split()) == "aussi dans : notes/b.txt"
    assert line.xpath("a/@href") == [f"/source/notes/b.txt?start=0&end={len(NOTICE)}#passage"]
    for name in ("ask", "search"):
        _, out, _ = command(name, ASKED, "--home", twice)
        assert f"    aussi dans : notes/b.txt 0–{len(NOTICE)}\n" in out


@pytest.mark.parametrize(("copies", "rest"), [(6, ""), (7, " et 1 autre"), (8, " et 2 autres")])
def test_the_page_names_five_other_places_and_counts_the_rest(tmp_path: Path, copies: int, rest: str) -> None:
    index_texts(tmp_path, {f"{n}.txt": NOTICE for n in range(copies)})
    tree = html.fromstring(client_of(tmp_path / "home").get("/", params={"question": ASKED}).text)
    (line,) = tree.xpath("//p[@class='also']")
    links = [link.text for link in line.xpath("a")]
    assert len(links) == 5
    assert " ".join(line.text_content().split()) == f"aussi dans : {', '.join(links)}{rest}"
