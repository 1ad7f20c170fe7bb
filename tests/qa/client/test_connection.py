"""How long connections and patience last."""

from __future__ import annotations

from pathlib import Path

import pytest
import uvicorn

from qa.app import create_app
from qa.client import WaitedTooLong
from qa.client.connection import Patience, options
from tests.qa.helpers import holder_of


def test_a_connection_is_let_go_before_the_service_ends_it(tmp_path: Path) -> None:
    served = uvicorn.Config(create_app(holder_of(tmp_path)))
    assert options(None, 1.0)["limits"].keepalive_expiry == 2.0
    assert served.timeout_keep_alive == 5


def test_patience_never_outlasts_its_timeout() -> None:
    assert Patience(None).pause() == 0.25
    assert 0 < Patience(0.1).pause() <= 0.1
    with pytest.raises(WaitedTooLong):
        Patience(0.0).pause()
