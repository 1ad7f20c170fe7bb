"""PUT and DELETE of texts over HTTP: what is answered, what is on the disk, what is asked to be built."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from fastapi import FastAPI

from index.build import build
from index.opening import open_engine
from tests.conftest import FakeEncoder
from tests.links import SECRET, SHAPES, outside_of, snapshot
from tests.qa.hostile_names import ENCODED_PATHS, HOSTILE_NAMES
from tests.qa.writing import NEW, OLD, RIGHT, NotedBuilder, send, service, texts_in

MIB = 2**20


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return texts_in(tmp_path)


@pytest.fixture
def app(texts: Path) -> FastAPI:
    return service(texts.parent)


def asked(app: FastAPI) -> list[tuple[str, bool]]:
    builder: NotedBuilder = app.state.builder
    return builder.requests


def refused(reply: httpx2.Response, status: int, kind: str) -> str:
    """The sentence of a problem, which repeats nothing that was sent."""
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    assert reply.json()["type"] == f"urn:sourcier:problem:{kind}"
    assert "zz" not in reply.text
    return str(reply.json()["detail"])


def test_a_new_text_is_created_and_a_build_is_asked_for(app: FastAPI, texts: Path) -> None:
    reply = send(app, "PUT", "/v1/documents/neuf/sant%C3%A9.md", RIGHT, [NEW[:9], NEW[9:]])
    assert reply.status_code == 201
    said = reply.json()
    assert said.pop("job")["id"] == "j-1"
    assert said == {
        "source": "neuf/santé.md",
        "created": True,
        "sha256": hashlib.sha256(NEW).hexdigest(),
    }
    assert (texts / "neuf" / "santé.md").read_bytes() == NEW
    assert asked(app) == [("texts", True)]


def test_a_text_is_replaced_under_the_name_that_it_has(app: FastAPI, texts: Path) -> None:
    typed = quote(unicodedata.normalize("NFD", "dossier/été.md"))
    reply = send(app, "PUT", f"/v1/documents/{typed}", RIGHT, [NEW])
    assert (reply.status_code, reply.json()["created"]) == (200, False)
    assert reply.json()["source"] == "dossier/été.md"
    assert [p.name for p in (texts / "dossier").iterdir()] == ["été.md"]
    assert (texts / "dossier" / "été.md").read_bytes() == NEW


def test_a_text_is_deleted_and_then_unknown(app: FastAPI, texts: Path) -> None:
    reply = send(app, "DELETE", "/v1/documents/dossier/%C3%A9t%C3%A9.md")
    assert (reply.status_code, reply.json()["source"]) == (200, "dossier/été.md")
    assert reply.json()["job"]["state"] == "queued"
    assert list((texts / "dossier").iterdir()) == []
    again = send(app, "DELETE", "/v1/documents/dossier/%C3%A9t%C3%A9.md")
    assert "voyez /v1/documents" in refused(again, 404, "unknown_text")
    assert asked(app) == [("texts", True)]


@pytest.mark.parametrize(
    ("name", "content", "headers", "status", "kind", "detail"),
    [
        ("zz.exe", NEW, {}, 415, "unsupported_format", "les types lus : .docx, .htm, .html"),
        ("zz", NEW, {}, 415, "unsupported_format", "les types lus"),
        (
            "zz.md",
            NEW,
            {"Content-Type": "multipart/form-data; boundary=zz"},
            415,
            "unsupported_format",
            "octets",
        ),
        ("zz.md", NEW, {"Content-Range": "bytes 5-9/20"}, 415, "unsupported_format", "le fichier entier"),
        ("zz.md", b"", {}, 422, "unreadable_text", "fichier vide"),
        ("zz.md", b" \n", {}, 422, "unreadable_text", "fichier vide"),
        ("zz.html", b"<p></p>", {}, 422, "unreadable_text", "aucun texte"),
        ("zz.pdf", b"zz", {}, 422, "unreadable_text", "corrompu"),
        ("zz.docx", b"zz", {}, 422, "unreadable_text", "corrompu"),
        ("zz.md", NEW, {"Content-Length": str(MIB + 1)}, 413, "text_too_large", "dépasse 1 Mio"),
        ("zz.md", NEW, {"Content-Length": "9" * 5000}, 413, "text_too_large", "dépasse 1 Mio"),
    ],
)
def test_what_is_no_text_is_refused_and_nothing_changes(
    app: FastAPI,
    texts: Path,
    name: str,
    content: bytes,
    headers: dict[str, str],
    status: int,
    kind: str,
    detail: str,
) -> None:
    before = sorted(texts.rglob("*"))
    reply = send(app, "PUT", f"/v1/documents/{name}", {**RIGHT, **headers}, [content])
    assert detail in refused(reply, status, kind)
    assert sorted(texts.rglob("*")) == before
    assert asked(app) == []


def test_an_unreadable_text_leaves_the_old_one(app: FastAPI, texts: Path) -> None:
    reply = send(app, "PUT", "/v1/documents/dossier/%C3%A9t%C3%A9.md", RIGHT, [b"\x00\x01\x02" * 99])
    assert "enregistrez-le en UTF-8" in refused(reply, 422, "unreadable_text")
    assert (texts / "dossier" / "été.md").read_bytes() == OLD


def test_a_text_of_the_limit_is_taken_and_one_byte_more_is_not(app: FastAPI, texts: Path) -> None:
    """Also in pieces, without a length told in advance."""
    taken = send(app, "PUT", "/v1/documents/a.txt", RIGHT, [b"a" * 65536] * 16)
    assert (taken.status_code, (texts / "a.txt").stat().st_size) == (201, MIB)
    before = sorted(texts.rglob("*"))
    reply = send(app, "PUT", "/v1/documents/a.txt", RIGHT, [b"b" * 65536] * 16 + [b"b"])
    assert "SOURCIER_LARGEST_TEXT" in refused(reply, 413, "text_too_large")
    assert (sorted(texts.rglob("*")), (texts / "a.txt").read_bytes()) == (before, b"a" * MIB)
    assert asked(app) == [("texts", True)]


@pytest.mark.parametrize("chunks", [[], [NEW], [NEW] * 50])
def test_a_client_that_hangs_up_leaves_nothing_and_the_old_text(
    app: FastAPI, texts: Path, chunks: list[bytes]
) -> None:
    names = sorted(texts.rglob("*"))
    for source in ("dossier/%C3%A9t%C3%A9.md", "neuf/a.md"):
        reply = send(app, "PUT", f"/v1/documents/{source}", RIGHT, chunks, hangs_up=True)
        assert "n'a pas changé" in refused(reply, 408, "interrupted")
    assert sorted(texts.rglob("*")) == names
    assert (texts / "dossier" / "été.md").read_bytes() == OLD
    assert asked(app) == []


def test_a_client_that_falls_silent_is_given_up(
    app: FastAPI, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.routes.texts._LONGEST_SILENCE", 0.0)
    names = sorted(texts.rglob("*"))
    reply = send(app, "PUT", "/v1/documents/neuf/a.md", RIGHT, [NEW])
    assert "recommencez" in refused(reply, 408, "interrupted")
    assert sorted(texts.rglob("*")) == names


def test_without_a_builder_no_text_is_taken(app: FastAPI, texts: Path) -> None:
    before = snapshot(texts)
    app.state.builder = None
    for method in ("PUT", "DELETE"):
        reply = send(app, method, "/v1/documents/dossier/%C3%A9t%C3%A9.md", RIGHT, [NEW])
        assert "relancez-le" in refused(reply, 503, "builder_unavailable")
    assert snapshot(texts) == before


def test_no_hostile_name_and_no_encoding_reaches_outside(app: FastAPI, texts: Path) -> None:
    outside_of(texts)
    before, blows = snapshot(texts.parent), 0
    encoded = [quote(name, safe="/", errors="surrogateescape") for name in HOSTILE_NAMES]
    for path in [*encoded, *ENCODED_PATHS]:
        for method in ("PUT", "DELETE"):
            reply = send(app, method, f"/v1/documents/{path}", RIGHT, [NEW])
            assert reply.status_code in (404, 422)
            assert reply.headers["content-type"] == "application/problem+json"
            assert "zz" not in reply.text
            assert "set-cookie" not in reply.headers
            assert snapshot(texts.parent) == before
            blows += 1
    assert blows == 2 * (len(HOSTILE_NAMES) + len(ENCODED_PATHS)) >= 84
    assert asked(app) == []
    assert send(app, "PUT", "/v1/documents/a%20b.md", RIGHT, [NEW]).status_code == 201


@pytest.mark.parametrize("shape", SHAPES)
def test_no_link_is_followed_and_what_it_leads_to_is_not_indexed(
    app: FastAPI, texts: Path, shape: str
) -> None:
    outside = outside_of(texts)
    source = quote(SHAPES[shape](texts, outside))
    before = snapshot(texts.parent)
    for method in ("PUT", "DELETE"):
        reply = send(app, method, f"/v1/documents/{source}", RIGHT, [NEW])
        assert "lien" in refused(reply, 422, "bad_name")
        assert snapshot(texts.parent) == before
    assert asked(app) == []
    build(texts, texts.parent / "home", FakeEncoder())
    engine = open_engine(texts.parent / "home", FakeEncoder())
    assert [document.id for document in engine.documents()] == ["dossier/été.md"]
    found = engine.search(SECRET, 50).hits
    assert [hit.passage.document_id for hit in found] == ["dossier/été.md"]
    assert "zzcanari" not in found[0].passage.text
    assert snapshot(outside) == {path: s for path, s in before.items() if path.startswith(str(outside))}


def test_a_text_answers_after_the_build_and_no_more_after_its_removal(app: FastAPI, texts: Path) -> None:
    home, question = texts.parent / "home", json.dumps({"question": "Que dit le nouveau texte ?"}).encode()
    found = []
    for method in ("PUT", "DELETE"):
        assert send(app, method, "/v1/documents/neuf.md", RIGHT, [NEW]).status_code in (200, 201)
        build(texts, home, FakeEncoder())
        reading = service(texts.parent)  # nothing follows the index in an application that is not started
        document = send(reading, "GET", "/v1/documents/neuf.md", {})
        headers = {"Content-Type": "application/json"}
        hits = send(reading, "POST", "/v1/search", headers, [question]).json()["hits"]
        found.append((document.status_code, [hit["source"] for hit in hits]))
    assert found == [(200, ["neuf.md", "dossier/été.md"]), (404, ["dossier/été.md"])]


def test_the_schema_says_what_is_sent_and_that_a_key_is_needed(app: FastAPI) -> None:
    put = app.openapi()["paths"]["/v1/documents/{source}"]["put"]
    assert list(put["requestBody"]["content"]) == ["application/octet-stream"]
    assert put["security"] == [{"HTTPBearer": []}]
    assert {"200", "201", "401", "403", "413", "415", "422", "507"} <= set(put["responses"])
