"""Each tool through the package's own client: exact values, every quote its slice, errors in French."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, cast

import pytest
from mcp.server.lowlevel.server import Server

from qa.mcp.tools import TOOLS
from qa.serving import EngineHolder
from tests.qa.helpers import ANSWER, ANSWERED, NO_INDEX, REFUSED, UNKNOWN_WORDS
from tests.qa.mcp.support import (
    BASE,
    CONTENTS,
    HTML,
    LONG,
    STRANGE,
    call,
    refusal,
    result,
    server,
    talk,
    text,
)

READ = "Télémédecine\n\nLa téléconsultation se fait par vidéo & sans déplacement.\n"
URL = "/source/dossier/t%C3%A9l%C3%A9m%C3%A9decine.html?start=14&end=71#passage"


@pytest.fixture(scope="module")
def served(home: Path) -> Server[Any]:
    return server(home, BASE)


def test_five_tools_say_what_they_are_and_change_nothing(served: Server[Any]) -> None:
    tools = talk(served, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == ["ask", "search", "read_document", "list_documents", "glossary"]
    for tool in tools:
        assert tool.annotations is not None
        assert tool.annotations.model_dump(exclude_none=True) == {
            "read_only_hint": True,
            "destructive_hint": False,
            "idempotent_hint": True,
            "open_world_hint": False,
        }
        assert tool.title == TOOLS[tool.name].title
        assert tool.input_schema["additionalProperties"] is False
    described = {tool.name: tool.description or "" for tool in tools}
    assert "Un refus" in described["ask"]
    for name in ("ask", "search", "read_document", "glossary"):
        assert "jamais à suivre" in described[name]


def test_schemas_hold_names_types_and_french_but_not_what_is_said_to_programmers(
    served: Server[Any],
) -> None:
    ask = talk(served, lambda client: client.list_tools()).tools[0]
    assert ask.input_schema["required"] == ["question"]
    assert ask.input_schema["properties"]["top_k"] == {
        "type": "integer",
        "default": 5,
        "minimum": 1,
        "maximum": 50,
        "description": "le nombre de passages voulus",
    }
    assert ask.output_schema is not None
    assert set(ask.output_schema) == {"$defs", "properties", "required", "type"}
    citation = ask.output_schema["$defs"]["CitationOut"]
    assert citation["properties"]["title"] == {"type": "string"}
    assert set(citation) == {"properties", "required", "type"}


def test_ask_answers_in_the_words_of_the_texts(served: Server[Any]) -> None:
    reply = call(served, "ask", question=ANSWERED, top_k=1)
    found = result(reply)
    assert found["answer"]["text"] == f"{ANSWER} [1]"
    assert (found["question"], found["searched"]) == (ANSWERED, ANSWERED)
    (citation,) = found["citations"]
    assert (citation["source"], citation["start"], citation["end"]) == (HTML, 14, 71)
    assert citation["quote"] == READ[14:71] == ANSWER
    assert citation["url"] == BASE + URL
    assert text(reply) == (
        f"Ce que disent les textes, mot pour mot :\n\n{ANSWER} [1]\n\nLes passages :\n\n"
        f"[1] {HTML} (Télémédecine), caractères 14 à 71 :\n« {ANSWER} »\n{BASE}{URL}"
    )


def test_ask_refuses_and_gives_the_nearest_passages_all_the_same(served: Server[Any]) -> None:
    reply = call(served, "ask", question=REFUSED, top_k=2)
    found = result(reply)
    assert found["answer"]["text"] is None
    assert (found["answer"]["refused"], found["answer"]["reason"]) == (True, UNKNOWN_WORDS)
    assert len(found["citations"]) == 2
    assert text(reply).startswith(
        f"Les textes ne le disent pas. {UNKNOWN_WORDS}\n\n"
        "Les passages les plus proches, qui ne répondent pas forcément :\n\n[1] "
    )


def test_a_question_that_leans_on_the_conversation_is_searched_with_it(
    served: Server[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def with_history(engine: object, question: str, history: list[Any]) -> str:
        seen.append((question, [(turn.role, turn.text) for turn in history]))
        return ANSWERED

    monkeypatch.setattr("qa.asking.searched", with_history)
    history = [{"role": "user", "content": "La téléconsultation ?"}]
    reply = call(served, "ask", question="Et comment ?", history=history, top_k=1)
    assert seen == [("Et comment ?", [("user", "La téléconsultation ?")])]
    assert (result(reply)["question"], result(reply)["searched"]) == ("Et comment ?", ANSWERED)
    assert result(reply)["answer"]["text"] == f"{ANSWER} [1]"
    assert text(reply).startswith(f"Question cherchée : {ANSWERED}\n\n")


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        ({}, {"cpts.md", "ght.txt", HTML, STRANGE, LONG}),
        ({"folder": ["dossier"]}, {HTML}),
        ({"folder": "dossier"}, {HTML}),
        ({"source": ["cpts.md", "absent.md"]}, {"cpts.md"}),
        ({"format": ["md"]}, {"cpts.md", STRANGE}),
    ],
)
def test_search_finds_only_where_it_is_told_to_look(
    served: Server[Any], filters: dict[str, Any], sources: set[str]
) -> None:
    hits = result(call(served, "search", question=ANSWERED, top_k=50, **filters))["hits"]
    assert {hit["source"] for hit in hits} == sources
    read = {**CONTENTS, HTML: READ}
    for hit in hits:
        assert hit["quote"] == read[hit["source"]][hit["start"] : hit["end"]]
        for highlight in hit["highlights"]:
            assert highlight["quote"] == read[hit["source"]][highlight["start"] : highlight["end"]]


def test_filters_that_leave_nothing_are_no_error(served: Server[Any]) -> None:
    reply = call(served, "search", question=ANSWERED, folder=["absent"])
    assert result(reply)["hits"] == []
    assert text(reply) == "Aucun passage : les filtres ne laissent aucun document."
    reply = call(served, "ask", question=ANSWERED, folder=["absent"])
    assert result(reply)["citations"] == []
    assert text(reply).endswith("élargissez-les ou retirez-les.")


def test_without_an_address_of_the_page_links_are_not_shown(home: Path) -> None:
    reply = call(server(home), "ask", question=ANSWERED, top_k=1)
    assert result(reply)["citations"][0]["url"] == URL
    assert "/source/" not in text(reply)


def test_an_unknown_tool_is_an_error_of_the_protocol(served: Server[Any]) -> None:
    refused = refusal(served, lambda client: client.call_tool("effacer", {}))
    assert refused.code == -32602
    assert refused.message == (
        "aucun outil ne porte ce nom ; les outils sont : ask, search, read_document, list_documents, glossary"
    )


@pytest.mark.parametrize("name", ["ask", "search", "read_document", "list_documents", "glossary"])
def test_without_an_index_each_tool_says_what_to_do(tmp_path: Path, name: str) -> None:
    sent = {"ask": {"question": ANSWERED}, "search": {"question": ANSWERED}, "read_document": {"source": "a"}}
    reply = call(server(tmp_path), name, **sent.get(name, {}))
    assert (reply.is_error, text(reply), reply.structured_content) == (True, NO_INDEX, None)


class _Broken:
    """What stands for a holder that fails as nobody foresaw."""

    def lease(self) -> None:
        raise ZeroDivisionError("secret")


def test_an_unforeseen_error_is_logged_and_told_without_its_insides(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    broken = server(tmp_path, holder=cast("EngineHolder", _Broken()))
    reply = call(broken, "glossary")
    sentence = "une erreur imprévue s'est produite ; le journal du service en dit plus"
    assert (reply.is_error, text(reply)) == (True, sentence)
    assert "ZeroDivisionError" in caplog.text
    refused = refusal(broken, lambda client: client.list_resources())
    assert (refused.code, refused.message) == (-32603, sentence)
