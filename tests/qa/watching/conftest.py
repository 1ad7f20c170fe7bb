"""Fixtures of the tests of watching."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.changes import Changes
from tests.qa.watching.support import settings_of

BEHIND = Changes(added=("a.txt",))


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is behind the folder at the start: the first call tells that events are heard."""
    monkeypatch.setattr("qa.watching.pending", lambda texts, home: BEHIND)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = settings_of(tmp_path).texts
    assert folder is not None
    return folder
