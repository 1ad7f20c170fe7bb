"""Documents over HTTP: their list, their facts, their very characters, and the quotes cut from them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote as percent_encode

import pytest
from fastapi.testclient import TestClient

from tests.conftest import TEXTS
from tests.qa.helpers import ANSWER, client_of, index_texts

HTML = "dossier/télémédecine.html"
HTML_URL = "/source/dossier/t%C3%A9l%C3%A9m%C3%A9decine.html"
HTML_TEXT = f"Télémédecine\n\n{ANSWER}\n"
# One code point each, but not one UTF-16 unit or one byte: other ways to count would drift.
FAR = {
    "émojis.md": "# 😀 Émojis\n\n😀😀 Le sourire 😀 plaît aux soignants. Il détend les malades.\n",
    "fenêtres.txt": "Windows\r\n\r\nLes lignes finissent en deux caractères.\r\nLe décompte les garde.\r\n",
    "a b#c?d%.txt": "Le nom de ce fichier contient tout ce qui gêne une adresse.",
}


def text_of(client: TestClient, source: str) -> str:
    reply = client.get(f"/v1/documents/{percent_encode(source)}/text")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    return reply.content.decode()


def test_every_citation_is_the_slice_of_its_document(client: TestClient, tmp_path: Path) -> None:
    index_texts(tmp_path, FAR)
    far = client_of(tmp_path / "home")
    for asked, sources in ((client, sorted(TEXTS)), (far, sorted(FAR))):
        hits = asked.post("/v1/search", json={"question": "Le sourire des hôpitaux", "top_k": 50}).json()[
            "hits"
        ]
        assert sorted({hit["source"] for hit in hits}) == sources
        for hit in hits:
            text = text_of(asked, hit["source"])
            assert hit["quote"] == text[hit["start"] : hit["end"]]
            assert [text[h["start"] : h["end"]] for h in hit["highlights"]] == [
                h["quote"] for h in hit["highlights"]
            ]


@pytest.mark.parametrize("source", ["émojis.md", "fenêtres.txt", "a b#c?d%.txt"])
def test_the_text_of_a_text_file_is_its_own_characters(tmp_path: Path, source: str) -> None:
    index_texts(tmp_path, FAR)
    assert text_of(client_of(tmp_path / "home"), source) == FAR[source]


def test_all_documents_are_listed(client: TestClient, generation: str) -> None:
    reply = client.get("/v1/documents")
    assert reply.status_code == 200
    assert reply.json() == {
        "documents": [
            {
                "source": source,
                "title": title,
                "format": source.rpartition(".")[2],
                "characters": len(text_of(client, source)),
                "passages": passages,
                "url": f"/source/{percent_encode(source)}",
            }
            for source, title, passages in (
                ("cpts.md", "Les CPTS", 2),
                (HTML, "Télémédecine", 1),
                ("ght.txt", "Les groupements hospitaliers", 1),
            )
        ],
        "unread": [],
        "generation": generation,
    }


@pytest.mark.parametrize("address", [HTML, "dossier/t%C3%A9l%C3%A9m%C3%A9decine.html"])
def test_a_document_is_known_by_its_name_with_its_folder_and_accents(
    client: TestClient, generation: str, address: str
) -> None:
    reply = client.get(f"/v1/documents/{address}")
    assert reply.status_code == 200
    assert reply.json() == {
        "source": HTML,
        "title": "Télémédecine",
        "format": "html",
        "characters": len(HTML_TEXT),
        "passages": 1,
        "url": HTML_URL,
        "sha256": hashlib.sha256(TEXTS[HTML].encode()).hexdigest(),
        "pages": None,
        "facts": [],
        "set_aside": [{"start": 0, "end": 12, "quote": "Télémédecine", "reason": "heading"}],
        "generation": generation,
    }
    assert client.get(f"/v1/documents/{address}/text").text == HTML_TEXT
