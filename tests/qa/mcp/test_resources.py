"""Documents as resources, through the package's own client: names, pages, texts, errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.server.lowlevel.server import Server
from mcp_types import Resource, TextResourceContents

from qa.mcp.resources import source_of
from qa.problems import UnknownDocument
from tests.qa.helpers import NO_INDEX, index_texts
from tests.qa.mcp.support import CONTENTS, LONG, STRANGE, refusal, server, talk

URIS = {
    "cpts.md": "sourcier://documents/cpts.md",
    "dossier/télémédecine.html": "sourcier://documents/dossier%2Ft%C3%A9l%C3%A9m%C3%A9decine.html",
    "ght.txt": "sourcier://documents/ght.txt",
    LONG: "sourcier://documents/long.txt",
    STRANGE: "sourcier://documents/notes%20d%27%C3%A9t%C3%A9%2F100%20%25%20s%C3%BBr%20%3F.md",
}


@pytest.fixture(scope="module")
def served(home: Path) -> Server[Any]:
    return server(home)


def read(served: Server[Any], uri: str) -> TextResourceContents:
    (content,) = talk(served, lambda client: client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content


async def all_resources(client: Client) -> list[list[Resource]]:
    page = await client.list_resources()
    pages = [page.resources]
    while page.next_cursor is not None:
        page = await client.list_resources(cursor=page.next_cursor)
        pages.append(page.resources)
    return pages


def test_documents_are_listed_by_name_each_at_its_address(served: Server[Any]) -> None:
    (page,) = talk(served, all_resources)
    assert {resource.name: str(resource.uri) for resource in page} == URIS
    assert [resource.name for resource in page] == sorted(URIS)
    assert [(resource.title, resource.mime_type) for resource in page[:2]] == [
        ("Les CPTS", "text/markdown"),
        ("Télémédecine", "text/plain"),
    ]


def test_the_template_gives_the_addresses_of_the_list(served: Server[Any]) -> None:
    (template,) = talk(served, lambda client: client.list_resource_templates()).resource_templates
    assert template.uri_template == "sourcier://documents/{source}"


@pytest.mark.parametrize("source", ["cpts.md", LONG, STRANGE])
def test_a_document_is_read_at_its_address_unaltered(served: Server[Any], source: str) -> None:
    content = read(served, URIS[source])
    assert (str(content.uri), content.text) == (URIS[source], CONTENTS[source])


@pytest.mark.parametrize(
    "uri",
    [
        "sourcier://documents/dossier/t%C3%A9l%C3%A9m%C3%A9decine.html",
        "sourcier://documents/dossier/télémédecine.html",
        "sourcier://documents/dossier%2ft%c3%a9l%c3%a9m%c3%a9decine.html",
    ],
)
def test_an_address_less_encoded_leads_to_the_same_document(served: Server[Any], uri: str) -> None:
    assert read(served, uri).text == (
        "Télémédecine\n\nLa téléconsultation se fait par vidéo & sans déplacement.\n"
    )


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        (
            "sourcier://documents/absent.md",
            "aucun document de l'index n'a cette adresse ; voyez la liste des ressources",
        ),
        (
            "sourcier://documents/..%2F..%2Fetc%2Fpasswd",
            "aucun document de l'index n'a cette adresse ; voyez la liste des ressources",
        ),
        (
            "sourcier://documents/%FF",
            "aucun document de l'index n'a cette adresse ; voyez la liste des ressources",
        ),
        (
            "file:///etc/passwd",
            "aucune ressource n'a cette adresse ; un document est à sourcier://documents/…",
        ),
    ],
)
def test_an_unknown_document_is_an_error_of_the_protocol(
    served: Server[Any], uri: str, sentence: str
) -> None:
    refused = refusal(served, lambda client: client.read_resource(uri))
    assert (refused.code, refused.message, refused.data) == (-32602, sentence, {"uri": uri})


def test_half_a_character_is_in_no_address() -> None:
    assert source_of("sourcier://documents/\U0001f600") == "\U0001f600"
    with pytest.raises(UnknownDocument):
        source_of("sourcier://documents/\ud83d")


def test_without_an_index_the_list_says_what_to_do(tmp_path: Path) -> None:
    refused = refusal(server(tmp_path), all_resources)
    assert (refused.code, refused.message) == (-32603, NO_INDEX)


def test_many_documents_come_in_pages_each_once(tmp_path: Path) -> None:
    names = [f"é {number:03}.txt" for number in range(205)]
    index_texts(tmp_path, {name: f"Le texte {name} parle de pluie." for name in names})
    pages = talk(server(tmp_path / "home"), all_resources)
    assert [len(page) for page in pages] == [100, 100, 5]
    assert [resource.name for page in pages for resource in page] == names
