"""Fixtures of the tests of the language model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.qa.llm.model_server import ModelServer, model_server


@pytest.fixture(scope="session")
def model() -> Iterator[ModelServer]:
    """A server that answers as each test tells it."""
    with model_server() as server:
        yield server
