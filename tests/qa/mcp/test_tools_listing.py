"""The tools that list: documents page by page, files left out, the glossary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp.server.lowlevel.server import Server

from tests.conftest import TEXTS
from tests.qa.helpers import index_texts
from tests.qa.mcp.support import BASE, CONTENTS, HTML, LONG, STRANGE, call, result, server, text


@pytest.fixture(scope="module")
def served(home: Path) -> Server[Any]:
    return server(home, BASE)


def test_documents_are_listed_page_by_page_and_by_folder(served: Server[Any]) -> None:
    first = call(served, "list_documents", limit=3)
    assert [d["source"] for d in result(first)["documents"]] == ["cpts.md", HTML, "ght.txt"]
    assert (result(first)["total"], result(first)["next_offset"]) == (5, 3)
    assert text(first).startswith("5 documents, de 1 à 3 :\n- cpts.md : Les CPTS (md, 194 caractères)\n")
    assert text(first).endswith("\nLa suite : offset=3.")
    last = result(call(served, "list_documents", limit=3, offset=3))
    assert [d["source"] for d in last["documents"]] == [LONG, STRANGE]
    assert last["next_offset"] is None
    below = call(served, "list_documents", folder="dossier/")
    assert [d["source"] for d in result(below)["documents"]] == [HTML]
    assert result(below)["documents"][0]["url"] == f"{BASE}/source/dossier/t%C3%A9l%C3%A9m%C3%A9decine.html"
    assert text(below) == f"1 document :\n- {HTML} : Télémédecine (html, 72 caractères)"
    assert text(call(served, "list_documents", folder="absent")) == "Aucun document."
    assert text(call(served, "list_documents", offset=9)) == "5 documents, aucun au-delà de 9."


def test_files_left_out_are_listed_once_with_their_reason(tmp_path: Path) -> None:
    index_texts(tmp_path, {**TEXTS, "dossier/image.xyz": "?", "b.xyz": "?"})
    left_out = server(tmp_path / "home")
    everything = call(left_out, "list_documents", limit=1)
    assert [unread["source"] for unread in result(everything)["unread"]] == ["b.xyz"]
    assert result(everything)["unread_total"] == 2
    assert "\nHors de l'index : 2 fichiers.\n- b.xyz : " in text(everything)
    assert result(call(left_out, "list_documents", offset=1))["unread"] == []
    below = result(call(left_out, "list_documents", folder="dossier"))
    assert [unread["source"] for unread in below["unread"]] == ["dossier/image.xyz"]


@pytest.mark.parametrize("acronym", ["GHT", "ght", "G.H.T.", "GHTs", ""])
def test_an_acronym_is_looked_up_however_it_is_written(served: Server[Any], acronym: str) -> None:
    reply = call(served, "glossary", acronym=acronym)
    (meaning,) = result(reply)["meanings"]
    assert (meaning["acronym"], meaning["expansion"]) == ("GHT", "groupement hospitalier de territoire")
    (definition,) = meaning["definitions"]
    start, end = definition["start"], definition["end"]
    assert definition["quote"] == CONTENTS[STRANGE][start:end]
    strange = "notes%20d%27%C3%A9t%C3%A9/100%20%25%20s%C3%BBr%20%3F.md"
    assert definition["url"] == f"{BASE}/source/{strange}?start={start}&end={end}#passage"
    assert text(reply) == (
        f"1 sens :\n- GHT : groupement hospitalier de territoire ({STRANGE} : « {definition['quote']} »)"
    )


def test_an_acronym_that_ends_in_s_is_not_the_plural_of_another(tmp_path: Path) -> None:
    index_texts(
        tmp_path,
        {
            "ars.md": "L'agence régionale de santé (ARS) autorise les lits.",
            "ar.md": "L'accusé de réception (AR) fait foi.",
        },
    )
    both = server(tmp_path / "home")
    for asked, found in (("ARS", "ARS"), ("a.r.s.", "ARS"), ("ARSs", "ARS"), ("AR", "AR"), ("ar", "AR")):
        meanings = result(call(both, "glossary", acronym=asked))["meanings"]
        assert [meaning["acronym"] for meaning in meanings] == [found]


@pytest.mark.parametrize("acronym", ["CPTS", ".", "GH"])
def test_an_acronym_that_the_texts_do_not_spell_out_has_no_meaning(served: Server[Any], acronym: str) -> None:
    reply = call(served, "glossary", acronym=acronym)
    assert (result(reply)["meanings"], result(reply)["total"]) == ([], 0)
    assert text(reply) == "Les textes ne développent pas ce sigle, ou n'en développent aucun."
