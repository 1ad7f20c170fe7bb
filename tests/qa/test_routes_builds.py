"""Builds, jobs, rollbacks and the state of the index over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from index import generation
from index.build import build
from index.lock import building
from qa.app import create_app
from qa.build_process import EncoderOf
from qa.builder import Builder
from qa.config import Settings, load_settings
from qa.jobs import Jobs
from tests.conftest import FakeEncoder
from tests.qa import encoders
from tests.qa.building_support import save, until
from tests.qa.helpers import MARKER, OtherEncoder, damage, holder_of

WRITES = [
    ("POST", "/v1/index/build"),
    ("POST", "/v1/index/rollback"),
    ("DELETE", "/v1/index/jobs/j-00000000000000000000-00000000"),
]

Serve = Callable[..., TestClient]


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Starts services over the index; they stop when the test is over."""

    def start(encoder_of: EncoderOf = encoders.fake, **changes: Any) -> TestClient:
        own = load_settings(texts=settings.texts, home=settings.home, **changes)
        application = create_app(holder_of(own.home), settings=own, builder=Builder(own, encoder_of))
        client = TestClient(application, raise_server_exceptions=False)
        return stack.enter_context(client)

    with ExitStack() as stack:
        yield start


def finished(client: TestClient, address: str) -> dict[str, Any]:
    """The job, once it is over."""
    until(lambda: client.get(address).json()["state"] not in ("queued", "running"))
    return cast("dict[str, Any]", client.get(address).json())


def built(client: TestClient) -> dict[str, Any]:
    reply = client.post("/v1/index/build")
    assert reply.status_code == 202
    return finished(client, reply.headers["location"])


def follows(client: TestClient, served: str) -> None:
    """Until the service answers from this generation."""
    until(lambda: client.get("/v1/index").json().get("generation") == served)


def assert_problem(reply: Any, status: int, kind: str, title: str, detail: str) -> None:
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    expected = {"type": f"urn:sourcier:problem:{kind}", "title": title, "status": status, "detail": detail}
    assert {name: reply.json()[name] for name in expected} == expected


def test_a_build_is_accepted_followed_and_served(settings: Settings, serve: Serve) -> None:
    client = serve()
    save(settings)
    reply = client.post("/v1/index/build")
    job = reply.json()
    assert (reply.status_code, reply.headers["location"]) == (202, f"/v1/index/jobs/{job['id']}")
    assert (job["state"], job["reason"], job["report"]) == ("running", "http", None)
    done = finished(client, reply.headers["location"])
    assert (done["state"], done["progress"], done["error"]) == ("done", 1.0, None)
    assert done["report"]["changes"]["added"] == ["vent.txt"]
    follows(client, done["report"]["generation"])
    documents = client.get("/v1/documents").json()["documents"]
    assert [document["source"] for document in documents] == ["pluie.txt", "vent.txt"]


def test_a_build_can_be_asked_to_reuse_nothing(serve: Serve) -> None:
    client = serve()
    assert built(client)["report"]["encoded"] == 0
    reply = client.post("/v1/index/build", json={"full": True})
    assert finished(client, reply.headers["location"])["report"]["encoded"] == 1


def test_while_one_builds_another_is_409_with_the_running_job(settings: Settings, serve: Serve) -> None:
    client = serve(encoders.held)
    save(settings)
    running = client.post("/v1/index/build").json()
    encoders.wait_for(settings.home / encoders.AT_WORK)
    for path in ("/v1/index/build", "/v1/index/rollback"):
        reply = client.post(path)
        assert (reply.status_code, reply.json()["type"]) == (409, "urn:sourcier:problem:build_under_way")
        assert reply.json()["job"]["id"] == running["id"]
        assert reply.json()["job"]["stage"] == "encodage"
    assert client.get("/v1/index").json()["building"] == running["id"]
    (settings.home / encoders.GO).touch()
    assert finished(client, f"/v1/index/jobs/{running['id']}")["state"] == "done"
    assert client.get("/v1/index").json()["building"] is None


def test_a_build_without_a_job_is_409_too(settings: Settings, serve: Serve) -> None:
    client = serve()
    with building(settings.home):
        reply = client.post("/v1/index/build")
    detail = "une construction est déjà en cours ; attendez sa fin, ou annulez-la"
    assert_problem(reply, 409, "build_under_way", "Construction en cours", detail)
    assert reply.json()["job"] is None


def test_a_cancelled_build_leaves_the_old_index(settings: Settings, serve: Serve) -> None:
    client = serve(encoders.held)
    served = client.get("/v1/index").json()["generation"]
    save(settings)
    job = client.post("/v1/index/build").json()
    encoders.wait_for(settings.home / encoders.AT_WORK)
    address = f"/v1/index/jobs/{job['id']}"
    reply = client.delete(address)
    assert (reply.status_code, reply.json()["id"]) == (202, job["id"])
    (settings.home / encoders.GO).touch()
    assert finished(client, address)["state"] == "cancelled"
    assert client.get("/v1/index").json()["generations"] == [served]
    detail = "cette construction est finie : il n'y a rien à annuler"
    assert_problem(client.delete(address), 409, "job_finished", "Construction finie", detail)


def test_a_build_that_fails_says_why_and_the_old_index_answers(settings: Settings, serve: Serve) -> None:
    client = serve()
    served = client.get("/v1/index").json()["generation"]
    save(settings, "pluie.txt", "")
    job = built(client)
    assert job["state"] == "failed"
    assert job["error"].startswith(f"aucun texte lisible dans {settings.texts} : pluie.txt (")
    reply = client.post("/v1/search", json={"question": "Où tombe la pluie ?"})
    assert (reply.status_code, reply.json()["generation"]) == (200, served)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("name", ["j-00000000000000000000-00000000", MARKER, "..%2f..%2fCURRENT"])
def test_an_unknown_job_is_404_without_its_name(serve: Serve, method: str, name: str) -> None:
    reply = serve().request(method, f"/v1/index/jobs/{name}")
    assert reply.status_code == 404
    assert MARKER not in reply.text


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("build", {"full": 1}, "le champ « full » doit être vrai ou faux"),
        ("build", {MARKER: True}, "un champ est inconnu ; seul « full » est accepté"),
        ("build", [], "le corps de la requête doit être un objet JSON, envoyé en application/json"),
        ("rollback", {"generation": 3}, "le champ « generation » doit être une chaîne de caractères"),
        ("rollback", {MARKER: "g-1"}, "un champ est inconnu ; seul « generation » est accepté"),
    ],
)
def test_a_body_of_another_shape_is_422(serve: Serve, path: str, body: Any, detail: str) -> None:
    reply = serve().post(f"/v1/index/{path}", json=body)
    assert_problem(reply, 422, "invalid_request", "Requête invalide", detail)
    assert MARKER not in reply.text


def test_a_rollback_serves_the_one_before_then_the_one_named(settings: Settings, serve: Serve) -> None:
    client = serve()
    old = client.get("/v1/index").json()["generation"]
    save(settings)
    new = built(client)["report"]["generation"]
    follows(client, new)
    reply = client.post("/v1/index/rollback")
    assert (reply.status_code, reply.json()) == (200, {"generation": old, "previous": new})
    follows(client, old)
    reply = client.post("/v1/index/rollback", json={"generation": new})
    assert (reply.status_code, reply.json()) == (200, {"generation": new, "previous": old})
    follows(client, new)


@pytest.mark.parametrize("name", ["g-0-inconnue", "../jobs", MARKER, ""])
def test_a_rollback_to_what_is_not_kept_is_404(serve: Serve, name: str) -> None:
    reply = serve().post("/v1/index/rollback", json={"generation": name})
    detail = "aucune génération gardée ne porte ce nom ; pour les voir, lancez : sourcier generations"
    assert_problem(reply, 404, "unknown_generation", "Génération inconnue", detail)


def test_a_rollback_to_a_damaged_generation_is_409_and_names_the_file(
    settings: Settings, serve: Serve
) -> None:
    client = serve()
    old = client.get("/v1/index").json()["generation"]
    save(settings)
    new = built(client)["report"]["generation"]
    follows(client, new)
    detail = damage(settings.home, old)
    reply = client.post("/v1/index/rollback", json={"generation": old})
    assert_problem(reply, 409, "damaged_index", "Index endommagé", detail)
    assert client.get("/v1/index").json()["generation"] == new


def test_a_rollback_to_another_models_generation_is_409(settings: Settings, serve: Serve) -> None:
    assert settings.texts is not None
    other = build(settings.texts, settings.home, OtherEncoder()).generation
    own = build(settings.texts, settings.home, FakeEncoder()).generation
    client = serve()
    reply = client.post("/v1/index/rollback", json={"generation": other})
    assert (reply.status_code, reply.json()["type"]) == (409, "urn:sourcier:problem:incompatible_index")
    assert generation.current(settings.home).name == own


def test_a_damaged_index_is_left_by_a_rollback(settings: Settings, serve: Serve) -> None:
    assert settings.texts is not None
    old = generation.current(settings.home).name
    save(settings)
    new = build(settings.texts, settings.home, FakeEncoder()).generation
    damage(settings.home, new)
    client = serve()
    assert client.get("/v1/index").status_code == 503
    reply = client.post("/v1/index/rollback", json={"generation": old})
    assert (reply.status_code, reply.json()) == (200, {"generation": old, "previous": new})
    follows(client, old)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_what_writes_asks_for_the_key_where_there_is_one(serve: Serve, method: str, path: str) -> None:
    client = serve(key="k" * 32)
    for headers in ({}, {"Authorization": f"Bearer {MARKER}"}):
        reply = client.request(method, path, headers=headers)
        assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
        assert MARKER not in reply.text
    reply = client.request(method, path, headers={"Authorization": f"Bearer {'k' * 32}"})
    assert reply.status_code in (202, 404)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_what_writes_is_not_for_pages_of_other_sites(serve: Serve, method: str, path: str) -> None:
    reply = serve().request(method, path, headers={"Sec-Fetch-Site": "cross-site"})
    assert (reply.status_code, reply.json()["type"]) == (403, "urn:sourcier:problem:another_site")


def test_a_service_that_does_not_build_says_so(settings: Settings) -> None:
    client = TestClient(create_app(holder_of(settings.home), settings=settings))
    detail = "ce service ne construit pas d'index ; lancez : sourcier build"
    reply = client.post("/v1/index/build")
    assert_problem(reply, 503, "builder_unavailable", "Construction impossible", detail)


def test_jobs_outlive_the_service(settings: Settings, serve: Serve) -> None:
    done = built(serve())
    again = serve().get(f"/v1/index/jobs/{done['id']}")
    assert again.json() == done
    assert [job.id for job in Jobs(settings.home).all()] == [done["id"]]
