"""The HTTP contract on its happy paths: exact shapes, and quotes that are exact slices."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.embedded import EmbeddedEngine
from qa.app import create_app
from qa.citing import Citation, cite
from qa.refusal import confidence
from tests.qa.helpers import (
    ANSWER,
    ANSWERED,
    REFUSED,
    UNKNOWN_WORDS,
    client_of,
    holder_of,
    index_texts,
    untimed,
)

HTML = "dossier/télémédecine.html"
HTML_URL = "/source/dossier/t%C3%A9l%C3%A9m%C3%A9decine.html"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def test_an_answer_has_the_shape_of_the_contract(client: TestClient, engine: EmbeddedEngine) -> None:
    search = engine.search(ANSWERED, 1)
    reply = client.post("/v1/ask", json={"question": f" {ANSWERED}\n", "top_k": 1})
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    assert untimed(reply.json()) == {
        "question": ANSWERED,
        "searched": ANSWERED,
        "answer": {
            "text": f"{ANSWER} [1]",
            "refused": False,
            "reason": None,
            "confidence": round(confidence(search.signals), 4),
        },
        "citations": [
            {
                "number": 1,
                "source": HTML,
                "title": "Télémédecine",
                "headings": [],
                "start": 14,
                "end": 71,
                "quote": ANSWER,
                "page": None,
                "highlights": [{"start": 14, "end": 71, "quote": ANSWER}],
                "score": round(search.hits[0].score, 4),
                "found_by": ["vectors", "words"],
                "also": [],
                "url": f"{HTML_URL}?start=14&end=71#passage",
            }
        ],
        "generation": engine.manifest.generation,
    }


def test_a_refusal_has_a_reason_no_text_and_the_nearest_passages(
    client: TestClient, engine: EmbeddedEngine
) -> None:
    reply = client.post("/v1/ask", json={"question": REFUSED})
    assert reply.status_code == 200
    body = reply.json()
    assert body["answer"] == {
        "text": None,
        "refused": True,
        "reason": UNKNOWN_WORDS,
        "confidence": round(confidence(engine.search(REFUSED, 5).signals), 4),
    }
    hits = client.post("/v1/search", json={"question": REFUSED}).json()["hits"]
    assert [citation["number"] for citation in hits] == [1, 2, 3, 4]
    assert body["citations"] == hits


def test_search_gives_the_citations_of_the_answer(client: TestClient, generation: str) -> None:
    asked = client.post("/v1/ask", json={"question": ANSWERED, "top_k": 3}).json()
    reply = client.post("/v1/search", json={"question": ANSWERED, "top_k": 3})
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    assert untimed(reply.json()) == {
        "searched": ANSWERED,
        "hits": asked["citations"],
        "generation": generation,
    }


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search"])
def test_the_stages_of_a_reply_are_in_the_header_that_browsers_read(client: TestClient, path: str) -> None:
    reply = client.post(path, json={"question": "Qui finance chaque CPTS selon sa taille ?"})
    body = reply.json()
    told = dict(metric.split(";dur=") for metric in reply.headers["server-timing"].split(", "))
    assert {name: float(milliseconds) for name, milliseconds in told.items()} == {
        **body["stages_ms"],
        "total": body["took_ms"],
    }
    untimed(body)


def test_a_question_asked_again_has_the_same_reply_and_is_not_searched(home: Path) -> None:
    client = client_of(home)
    first, again = (client.post("/v1/ask", json={"question": ANSWERED}).json() for _ in range(2))
    assert untimed(again) == untimed(first)
    searched = ("mending", "encoding", "proposing", "reading")
    assert min(first["stages_ms"][stage] for stage in searched) > 0
    assert {stage: again["stages_ms"][stage] for stage in searched} == dict.fromkeys(searched, 0.0)


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search"])
def test_the_time_to_cite_is_part_of_the_time_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def slowly(*asked: Any) -> tuple[Citation, ...]:
        time.sleep(0.02)
        return cite(*asked)

    for module in ("qa.asking", "qa.answer"):
        monkeypatch.setattr(f"{module}.cite", slowly)
    client = client_of(home)
    for _ in range(2):  # searched, then remembered
        reply = client.post(path, json={"question": ANSWERED}).json()
        assert reply["took_ms"] >= reply["stages_ms"]["composing"] >= 20
        untimed(reply)


def test_a_question_asked_again_of_a_new_index_is_answered_from_it(tmp_path: Path) -> None:
    question = {"question": "Quand la pluie tombe-t-elle sur Brest ?", "top_k": 1}
    index_texts(tmp_path, {"pluie.txt": "La pluie tombe sur Brest au printemps."})
    holder = holder_of(tmp_path / "home")
    client = TestClient(create_app(holder))
    old = [client.post("/v1/ask", json=question).json() for _ in range(2)]
    report = index_texts(tmp_path, {"pluie.txt": "La pluie tombe sur Brest en automne."})
    holder.follow()
    new = [client.post("/v1/ask", json=question).json() for _ in range(2)]
    assert [reply["citations"][0]["quote"] for reply in (*old, *new)] == [
        *["La pluie tombe sur Brest au printemps."] * 2,
        *["La pluie tombe sur Brest en automne."] * 2,
    ]
    assert [reply["generation"] for reply in new] == [report.generation] * 2


@pytest.mark.parametrize("top_k", [1, 2, 50])
def test_top_k_bounds_the_passages(client: TestClient, top_k: int) -> None:
    hits = client.post("/v1/search", json={"question": ANSWERED, "top_k": top_k}).json()["hits"]
    assert [hit["number"] for hit in hits] == list(range(1, min(top_k, 4) + 1))


def test_the_index_says_what_it_is(client: TestClient, engine: EmbeddedEngine) -> None:
    reply = client.get("/v1/index")
    assert reply.status_code == 200
    assert reply.json() == {
        "generation": engine.manifest.generation,
        "built_at": engine.manifest.built_at,
        "model": "fake",
        "dimension": 64,
        "counts": {
            "documents": 3,
            "passages": 4,
            "sentences": 6,
            "meanings": 0,
            "set_aside": 6,
            "unread": 0,
            "truncated": 0,
        },
        "age_s": reply.json()["age_s"],
        "texts": engine.manifest.texts,
        "pending": None,
        "building": None,
        "generations": [engine.manifest.generation],
    }
    assert 0 <= reply.json()["age_s"] < 3600


@pytest.mark.parametrize("check", ["live", "ready"])
def test_the_health_checks_say_ok(client: TestClient, check: str) -> None:
    reply = client.get(f"/health/{check}")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/source/cpts.md", 200),
        ("/assets/style.css", 200),
        ("/v1/index", 200),
        ("/source/absent.md", 404),
        ("/v1/documents/absent.md", 404),
        ("/v1/ask", 405),
    ],
)
def test_every_reply_forbids_scripts_frames_and_guessing(client: TestClient, path: str, status: int) -> None:
    reply = client.get(path)
    assert reply.status_code == status
    assert reply.headers["content-security-policy"] == CSP
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"


def test_the_openapi_document_has_examples_that_work(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert sorted(document["paths"]) == [
        "/health/live",
        "/health/ready",
        "/v1/ask",
        "/v1/chat/completions",
        "/v1/documents",
        "/v1/documents/{source}",
        "/v1/documents/{source}/text",
        "/v1/glossary",
        "/v1/index",
        "/v1/models",
        "/v1/models/{name}",
        "/v1/search",
    ]
    schemas = document["components"]["schemas"]
    alone, following = schemas["QuestionIn"]["examples"]
    assert alone == {"question": "Qu'est-ce qu'une CPTS ?", "top_k": 5, "filters": {"folder": "acteurs"}}
    for example in (alone, following):
        reply = client.post("/v1/ask", json=example)
        assert reply.status_code == 200
        assert set(schemas["AskOut"]["examples"][0]) == set(reply.json())


def test_a_question_that_leans_on_the_conversation_is_searched_with_it(client: TestClient) -> None:
    said = [
        {"role": "user", "content": "Qu'est-ce qu'une CPTS ?"},
        {"role": "assistant", "content": "Une **organisation** des soins. [1]"},
    ]
    for route in ("/v1/ask", "/v1/search"):
        reply = client.post(route, json={"question": "Qui les finance ?", "history": said}).json()
        assert reply["searched"] == "Qui finance les CPTS ?"
        alone = client.post(route, json={"question": "Qui finance les CPTS ?"}).json()
        assert reply.get("citations", reply.get("hits")) == alone.get("citations", alone.get("hits"))


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages_that_would_load_scripts_from_elsewhere_are_off(client: TestClient, path: str) -> None:
    assert client.get("/openapi.json").status_code == 200
    assert client.get(path).status_code == 404
