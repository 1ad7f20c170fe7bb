"""Fixtures of the tests of `qa`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import qa.cli
from index.embedded import EmbeddedEngine
from qa.config import Settings
from tests.conftest import FakeEncoder
from tests.qa.building_support import Make, builders, indexed
from tests.qa.helpers import Command, client_of


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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of an index of one text, which may be built again."""
    return indexed(tmp_path)


@pytest.fixture
def make(settings: Settings) -> Iterator[Make]:
    """Makes builders of that index; they are stopped at the end."""
    with builders(settings) as builder_of:
        yield builder_of


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The `sourcier` command, as installed, but with the fake encoder."""
    monkeypatch.setattr(qa.cli, "_encoder", lambda settings: FakeEncoder())

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sourcier", *map(str, arguments)])
        with pytest.raises(SystemExit) as exited:
            qa.cli.main()
        # The progress bars, which are not shown here, leave an empty line on standard error.
        printed = capsys.readouterr()
        return int(exited.value.code or 0), printed.out, printed.err.strip()

    return run
