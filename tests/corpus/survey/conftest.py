"""Fixtures of the tests of surveys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.survey.surveying import Clock, stopped, two_texts, watched


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return two_texts(tmp_path)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that are opened, in order."""
    found: list[str] = []
    watched(monkeypatch, found.append)
    return found
