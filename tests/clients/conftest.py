"""A service that really listens, for the clients that people really use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from qa.llm import Ending, Written
from tests.qa.chat.serving import Served, serving
from tests.qa.chat.support import BASE, KEY, FakeWriter, service


@pytest.fixture(scope="session")
def served(home: Path) -> Iterator[Served]:
    """The index of three small texts, with a key and a language model, its links public."""
    variables = {name for name in os.environ if name.upper().startswith("SOURCIER_")}
    with pytest.MonkeyPatch.context() as patched:
        for name in variables:
            patched.delenv(name)
        writer = FakeWriter(Written("On téléconsulte par vidéo.", (1,)), Ending(dropped=1))
        app = service(home, writer, key=SecretStr(KEY), public_url=BASE, chat_sources="annotations")
    with serving(app) as running:
        yield running
