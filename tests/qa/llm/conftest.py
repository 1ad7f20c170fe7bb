"""Fixtures of the tests of the language model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import corpus
from index import generation
from index.build import build
from index.files import STORE
from index.store import Store
from tests.conftest import FakeEncoder
from tests.qa.llm.model_server import ModelServer, model_server


@pytest.fixture(scope="session")
def model() -> Iterator[ModelServer]:
    """A server that answers as each test tells it."""
    with model_server() as server:
        yield server


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The passages of the demonstration texts."""
    home = tmp_path_factory.mktemp("demonstration")
    build(Path(corpus.__file__ or "").parent / "texts", home, FakeEncoder())
    store = generation.opened(home, lambda folder: Store(folder / STORE))
    yield store
    store.close()
