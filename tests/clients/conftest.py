"""A service that really listens, for the clients that people really use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from qa.app import create_app
from qa.llm.records import Ending, Written
from tests.qa.chat.serving import Served, serving
from tests.qa.chat.support import BASE, KEY, FakeWriter, service
from tests.qa.client.served import note_strangers
from tests.qa.helpers import holder_of
from tests.running import running


@pytest.fixture(scope="package", autouse=True)
def no_settings() -> Iterator[None]:
    """The services here have the settings that their tests give them, whoever runs the tests."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.upper().startswith("SOURCIER_")]:
            environment.delenv(name)
        yield


@pytest.fixture(scope="package")
def served(home: Path) -> Iterator[Served]:
    """The index of three small texts, with a key and a language model, its links public."""
    writer = FakeWriter(Written("On téléconsulte par vidéo.", (1,)), Ending(dropped=1))
    app = service(home, writer, key=SecretStr(KEY), public_url=BASE, chat_sources="annotations")
    with serving(app) as service_of_chats:
        yield service_of_chats


@pytest.fixture(scope="package")
def address(home: Path) -> Iterator[str]:
    """The same texts without a key and without a language model."""
    with running(create_app(holder_of(home))) as url:
        yield url


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """No test that uses it reaches beyond this machine."""
    noted = note_strangers(monkeypatch)
    yield noted
    assert noted == []
