"""Who may change the index and the texts, route by route; and the key, which is told to nobody."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.config import BadSetting, load_settings
from tests.qa.helpers import MARKER
from tests.qa.writing import KEY, RIGHT, NotedBuilder, send, service

# They take a body and change nothing.
READING = {"/v1/ask", "/v1/search", "/v1/chat/completions", "/mcp"}
WRONG = {
    "none": {},
    "empty": {"Authorization": ""},
    "no key": {"Authorization": "Bearer"},
    "blank key": {"Authorization": "Bearer "},
    "another": {"Authorization": f"Bearer {KEY[:-1]}0"},
    "its beginning": {"Authorization": f"Bearer {KEY[:-1]}"},
    "and more": {"Authorization": f"Bearer {KEY}0"},
    "another scheme": {"Authorization": f"Basic {KEY}"},
    "no scheme": {"Authorization": KEY},
    "another header": {"X-API-Key": KEY},
}


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    (tmp_path / "textes").mkdir()
    return service(tmp_path)


def writing_routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path registered that is not known to change nothing."""
    schema = app.openapi()["paths"]
    return [
        (method.upper(), path.replace("{source}", "a.md").replace("{job_id}", "j-1"))
        for path, methods in schema.items()
        for method in methods
        if method not in ("get", "head", "options") and path not in READING
    ]


def test_every_writing_route_asks_for_the_key(app: FastAPI) -> None:
    routes = writing_routes(app)
    assert {*routes} >= {
        ("PUT", "/v1/documents/a.md"),
        ("DELETE", "/v1/documents/a.md"),
        ("POST", "/v1/index/build"),
        ("POST", "/v1/index/rollback"),
        ("DELETE", "/v1/index/jobs/j-1"),
    }
    refused = 0
    for method, path in routes:
        for headers in WRONG.values():
            reply = send(app, method, path, headers, [b"Un texte."])
            assert reply.status_code == 401
            assert reply.headers["www-authenticate"] == "Bearer"
            assert reply.headers["content-type"] == "application/problem+json"
            assert reply.json()["type"] == "urn:sourcier:problem:key_required"
            refused += 1
        assert send(app, method, path, RIGHT, [b"Un texte."]).status_code not in (401, 403)
    assert refused == len(routes) * len(WRONG) >= 50


def test_the_key_is_asked_for_before_anything_else_is_judged(app: FastAPI, tmp_path: Path) -> None:
    for path in ("/v1/documents/..%2fa.md", "/v1/documents/a.exe", "/v1/index/build"):
        reply = send(app, "PUT" if "documents" in path else "POST", path, {}, [b"x" * 40_000])
        assert reply.status_code == 401
    assert list((tmp_path / "textes").iterdir()) == []
    builder: NotedBuilder = app.state.builder
    assert builder.requests == []


def test_the_scheme_is_read_in_any_case(app: FastAPI) -> None:
    reply = send(app, "PUT", "/v1/documents/a.md", {"Authorization": f"bearer {KEY}"}, [b"Un texte."])
    assert reply.status_code == 201


def test_reading_needs_no_key(app: FastAPI) -> None:
    client = TestClient(app)
    assert client.get("/health/live").status_code == 200
    # Without an index, none of these answers; none asks for the key either.
    for path in ("/v1/documents", "/v1/glossary", "/v1/index"):
        assert client.get(path).status_code == 503


SITES = [
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "inconnu"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"}, 403),
    ({"Origin": "https://ailleurs.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://127.0.0.1:8001"}, 403),
    ({"Origin": "http://127.0.0.1:8000.ailleurs.example"}, 403),
    ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}, 200),
    ({"Origin": "https://127.0.0.1:8000"}, 200),
    ({"Sec-Fetch-Site": "same-origin"}, 200),
    ({"Sec-Fetch-Site": "none"}, 200),
    ({}, 200),
]


@pytest.mark.parametrize(("headers", "status"), SITES)
@pytest.mark.parametrize("key", [KEY, None], ids=["key", "no key"])
def test_a_browser_is_refused_what_it_sends_for_another_site(
    tmp_path: Path, headers: dict[str, str], status: int, key: str | None
) -> None:
    app = service(tmp_path, key=key)
    carried = {**headers, **RIGHT, "Host": "127.0.0.1:8000"}
    reply = send(app, "POST", "/v1/index/build", carried)
    assert reply.status_code == (202 if status == 200 else status)
    builder: NotedBuilder = app.state.builder
    assert len(builder.requests) == (status == 200)
    if status == 403:
        assert reply.json()["type"] == "urn:sourcier:problem:another_site"
        assert "ailleurs" not in reply.text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 202),
        ("[::1]:8000", 202),
        ("localhost:8000", 202),
        ("LOCALHOST", 202),
        ("192.168.1.20:8000", 202),
        ("ailleurs.example:8000", 403),
        ("localhost.ailleurs.example", 403),
        ("127.0.0.1.ailleurs.example", 403),
        ("[::1", 403),
        ("", 403),
    ],
)
def test_a_site_whose_name_leads_here_is_not_this_site(tmp_path: Path, host: str, status: int) -> None:
    """Its pages are of the same origin as what they ask for; only a key tells them from ours."""
    headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    without = send(service(tmp_path, key=None), "POST", "/v1/index/build", headers)
    assert without.status_code == status
    assert "ailleurs" not in without.text
    assert send(service(tmp_path), "POST", "/v1/index/build", {**headers, **RIGHT}).status_code == 202


def test_without_a_key_the_index_is_built_and_no_text_is_taken(tmp_path: Path) -> None:
    (tmp_path / "textes").mkdir()
    app = service(tmp_path, key=None)
    assert send(app, "POST", "/v1/index/build", {}).status_code == 202
    for method in ("PUT", "DELETE"):
        assert send(app, method, "/v1/documents/a.md", {}, [b"Un texte."]).status_code == 405
    assert list((tmp_path / "textes").iterdir()) == []


@pytest.mark.parametrize(
    "key", ["zzclezz", "a" * 15, "zzclezz avec une espace", "zzclezz\x00" + "a" * 16, "é" * 16, " " * 20]
)
def test_a_key_that_is_too_short_or_cannot_be_sent_is_refused_and_not_printed(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    assert load_settings(key="a" * 16).key is not None
    with pytest.raises(BadSetting) as refused:
        load_settings(key=key)
    told = "".join(traceback.format_exception(refused.value))
    assert str(refused.value).startswith("SOURCIER_KEY : ")
    assert key.strip() == "" or key not in told
    assert "zzclezz" not in told


def test_the_key_is_in_no_reply_and_in_no_log(
    app: FastAPI, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = [repr(app.state.settings), str(app.state.settings.model_dump())]
    said.append(app.state.settings.model_dump_json())
    requests = [
        ("PUT", "/v1/documents/a.md", RIGHT),
        ("PUT", "/v1/documents/a.md", {"Authorization": f"Bearer {KEY}x"}),
        ("PUT", "/v1/documents/a.md", {"Authorization": f"Basic {KEY}"}),
        ("PUT", "/v1/documents/..%2fa.md", RIGHT),
        ("PUT", "/v1/documents/a.exe", RIGHT),
        ("PUT", "/v1/documents/vide.md", {**RIGHT, "Content-Length": "9" * 9}),
        ("PUT", "/v1/documents/a.pdf", RIGHT),
        ("PUT", "/v1/documents/a.md", {**RIGHT, "Sec-Fetch-Site": "cross-site"}),
        ("DELETE", "/v1/documents/a.md", RIGHT),
        ("DELETE", "/v1/documents/a.md", RIGHT),
        ("DELETE", "/v1/index/jobs/j-1", RIGHT),
        ("POST", "/v1/index/build", RIGHT),
        ("POST", "/v1/index/rollback", RIGHT),
        ("POST", "/v1/ask", RIGHT),
        ("POST", f"/{MARKER}", RIGHT),
        ("PATCH", "/v1/ask", RIGHT),
        ("GET", "/v1/index", RIGHT),
        ("GET", "/openapi.json", RIGHT),
        ("GET", "/", RIGHT),
    ]
    statuses = []
    for method, path, headers in requests:
        reply = send(app, method, path, headers, [b"Un texte."] if method == "PUT" else [])
        statuses.append(reply.status_code)
        said += [reply.text, str(reply.headers)]
    assert {201, 202, 200, 401, 403, 404, 405, 413, 415, 422, 503} <= set(statuses)
    app.state.builder = None
    said.append(send(app, "PUT", "/v1/documents/b.md", RIGHT, [b"Un texte."]).text)
    said += [record.getMessage() for record in caplog.records]
    printed = capfd.readouterr()
    said += [printed.out, printed.err]
    assert len(said) >= 20
    assert [text for text in said if "zzclezz" in text or KEY in text] == []
