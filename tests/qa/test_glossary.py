"""The glossary over HTTP and at the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.qa.helpers import Command, client_of, index_texts

TEXT = "Les soins.\n\nChaque agence régionale de santé (ARS) a un budget. L'ARS décide."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    index_texts(tmp_path, {"notes/ars.txt": TEXT})
    return tmp_path / "home"


def test_a_meaning_comes_with_the_sentence_that_defines_it(home: Path) -> None:
    client: TestClient = client_of(home)
    reply = client.get("/v1/glossary").json()
    (meaning,) = reply["meanings"]
    (definition,) = meaning["definitions"]
    assert (meaning["acronym"], meaning["expansion"]) == ("ARS", "agence régionale de santé")
    assert definition["quote"] == "Chaque agence régionale de santé (ARS) a un budget."
    text = client.get(f"/v1/documents/{definition['source']}/text").text
    assert text[definition["start"] : definition["end"]] == definition["quote"]
    assert definition["url"] == "/source/notes/ars.txt?start=12&end=63#passage"
    assert reply["generation"] == client.get("/v1/index").json()["generation"]


def test_the_command_lists_acronyms_with_their_sources(home: Path, command: Command) -> None:
    assert command("glossary", "--home", home) == (0, "ARS agence régionale de santé notes/ars.txt\n", "")


def test_the_command_speaks_json_too(home: Path, command: Command) -> None:
    status, printed, _ = command("glossary", "--home", home, "--json")
    assert (status, json.loads(printed)) == (0, client_of(home).get("/v1/glossary").json())
