"""Without a sound index, and when a route fails, the reply says so in one French sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.engine import Engine
from qa.app import create_app
from qa.serving import EngineHolder
from tests.qa.helpers import ANSWERED, MARKER, NO_INDEX, OTHER_MODEL, OtherEncoder, client_of, damage

NEED_AN_INDEX = [
    ("POST", "/v1/ask"),
    ("POST", "/v1/search"),
    ("GET", "/v1/documents"),
    ("GET", "/v1/documents/cpts.md"),
    ("GET", "/v1/documents/cpts.md/text"),
    ("GET", "/v1/index"),
    ("GET", "/health/ready"),
]


def assert_problem(
    client: TestClient, method: str, path: str, status: int, kind: str, title: str, detail: str
) -> None:
    body = {"question": f"{MARKER} {ANSWERED}"} if method == "POST" else None
    reply = client.request(method, path, json=body, params={MARKER: MARKER})
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    assert reply.json() == {
        "type": f"urn:sourcier:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
    }


@pytest.mark.parametrize(("method", "path"), NEED_AN_INDEX)
def test_with_an_index_every_route_answers(client: TestClient, method: str, path: str) -> None:
    body = {"question": ANSWERED} if method == "POST" else None
    assert client.request(method, path, json=body).status_code == 200


@pytest.mark.parametrize(("method", "path"), NEED_AN_INDEX)
def test_without_an_index_the_reply_is_503_and_names_the_remedy(
    tmp_path: Path, method: str, path: str
) -> None:
    assert_problem(client_of(tmp_path), method, path, 503, "no_index", "Aucun index", NO_INDEX)


@pytest.mark.parametrize(("method", "path"), NEED_AN_INDEX)
def test_a_damaged_index_is_503_and_names_the_file(
    home: Path, generation: str, tmp_path: Path, method: str, path: str
) -> None:
    shutil.copytree(home, tmp_path / "home")
    assert client_of(tmp_path / "home").get("/v1/index").status_code == 200
    detail = damage(tmp_path / "home", generation)
    client = client_of(tmp_path / "home")
    assert_problem(client, method, path, 503, "damaged_index", "Index endommagé", detail)


def test_an_index_of_another_model_is_503(home: Path) -> None:
    assert client_of(home).get("/v1/index").status_code == 200
    assert_problem(
        client_of(home, OtherEncoder()),
        *("GET", "/v1/index", 503, "incompatible_index", "Index d'un autre modèle"),
        OTHER_MODEL,
    )


def test_the_process_is_alive_without_an_index(tmp_path: Path) -> None:
    reply = client_of(tmp_path).get("/health/live")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(("method", "path"), [*NEED_AN_INDEX, ("GET", "/"), ("GET", "/source/cpts.md")])
def test_an_unforeseen_error_is_500_without_its_traceback(tmp_path: Path, method: str, path: str) -> None:
    def fail() -> Engine:
        raise RuntimeError(MARKER)

    client = TestClient(create_app(EngineHolder(tmp_path, fail)), raise_server_exceptions=False)
    detail = "une erreur imprévue s'est produite"
    assert_problem(client, method, path, 500, "error", "Erreur interne", detail)
