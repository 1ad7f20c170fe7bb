"""Fixtures of the tests of `qa.client`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.app import create_app
from qa.client import Sourcier
from tests.qa.helpers import holder_of
from tests.running import running


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """A service of the three small texts, which refuses as usual."""
    with running(create_app(holder_of(home))) as url:
        yield url


@pytest.fixture
def sourcier(address: str) -> Iterator[Sourcier]:
    with Sourcier(address) as client:
        yield client
