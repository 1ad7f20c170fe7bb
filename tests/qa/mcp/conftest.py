"""Fixtures of the tests of the protocol."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import generation as generations
from tests.qa.mcp.support import indexed


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of CONTENTS. Read-only."""
    return indexed(tmp_path_factory.mktemp("mcp"))


@pytest.fixture(scope="session")
def generation(home: Path) -> str:
    """The name of its generation: the fixture of the tests above knows that of another index."""
    return generations.current(home).name
