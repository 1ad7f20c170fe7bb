"""Fixtures of the tests of `qa`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.engine import EmbeddedEngine
from tests.qa.helpers import client_of


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the person who runs the tests must not change what is tested."""
    for name in [name for name in os.environ if name.upper().startswith("SOURCIER_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def client(home: Path) -> TestClient:
    return client_of(home)


@pytest.fixture(scope="session")
def generation(engine: EmbeddedEngine) -> str:
    """The name of the generation that `home` serves."""
    return engine.manifest.generation
