"""GET /v1/index: what answers, and what has changed in the folder since."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from corpus.errors import SourcierError
from index import generation
from index.errors import DamagedIndex
from qa.app import create_app
from qa.config import Settings
from qa.routes import state
from tests.qa.building_support import save
from tests.qa.helpers import holder_of


@pytest.fixture
def client(settings: Settings) -> TestClient:
    return TestClient(create_app(holder_of(settings.home), settings=settings))


def test_the_state_tells_age_folder_generations_and_what_is_pending(
    settings: Settings, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "PENDING_EVERY", 0.001)
    found = client.get("/v1/index").json()
    manifest = generation.read_manifest(generation.current(settings.home))
    age = (datetime.now(UTC) - datetime.fromisoformat(manifest.built_at)).total_seconds()
    assert 0 <= found.pop("age_s") <= age + 0.1
    nothing = {"added": 0, "changed": 0, "removed": 0, "renamed": 0, "unchanged": 1}
    assert found == {
        "generation": manifest.generation,
        "built_at": manifest.built_at,
        "model": "fake",
        "dimension": 64,
        "counts": dict(manifest.counts),
        "texts": str(settings.texts),
        "pending": nothing,
        "building": None,
        "generations": [manifest.generation],
    }
    path = save(settings)
    time.sleep(0.01)
    assert client.get("/v1/index").json()["pending"] == {**nothing, "added": 1}
    path.unlink()
    assert settings.texts is not None
    (settings.texts / "pluie.txt").unlink()
    time.sleep(0.01)
    assert client.get("/v1/index").json()["pending"] == {**nothing, "removed": 1, "unchanged": 0}
    settings.texts.rmdir()
    time.sleep(0.01)
    assert client.get("/v1/index").json()["pending"] is None


def test_the_folder_is_looked_at_once_in_a_while(
    settings: Settings, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0
    look = state.pending

    def counting(texts: Path, home: Path) -> Any:
        nonlocal looked
        looked += 1
        return look(texts, home)

    monkeypatch.setattr(state, "pending", counting)
    monkeypatch.setattr(state, "PENDING_EVERY", 1e12)  # seconds: no clock of a machine is there yet
    for _ in range(5):
        assert client.get("/v1/index").json()["pending"]["added"] == 0
    assert looked == 1
    save(settings)
    assert client.get("/v1/index").json()["pending"]["added"] == 0
    monkeypatch.setattr(state, "PENDING_EVERY", 1e-9)
    assert client.get("/v1/index").json()["pending"]["added"] == 1
    assert looked == 2


@pytest.mark.parametrize("error", [OSError("store.sqlite"), DamagedIndex("store.sqlite manque")])
def test_what_is_pending_is_null_where_the_folder_or_the_index_cannot_be_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, error: OSError | SourcierError
) -> None:
    def fail(texts: Path, home: Path) -> Any:
        raise error

    monkeypatch.setattr(state, "PENDING_EVERY", 1e-9)
    assert client.get("/v1/index").json()["pending"]["unchanged"] == 1
    monkeypatch.setattr(state, "pending", fail)
    reply = client.get("/v1/index")
    assert (reply.status_code, reply.json()["pending"]) == (200, None)
