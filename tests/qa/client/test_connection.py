"""Which addresses and timeouts are usable, and how long connections and patience last."""

from __future__ import annotations

from pathlib import Path

import pytest
import uvicorn

from qa.app import create_app
from qa.client import AsyncSourcier, Sourcier, Unusable, WaitedTooLong
from qa.client.connection import Patience, options
from tests.qa.client.served import Told, telling
from tests.qa.helpers import holder_of

OK = Told(b'{"status": "ok"}')


def test_a_connection_is_let_go_before_the_service_ends_it(tmp_path: Path) -> None:
    served = uvicorn.Config(create_app(holder_of(tmp_path)))
    assert options(None, 1.0)["limits"].keepalive_expiry == 2.0
    assert served.timeout_keep_alive == 5


def test_patience_never_outlasts_its_timeout() -> None:
    assert Patience(None).pause() == 0.25
    assert 0 < Patience(0.1).pause() <= 0.1
    with pytest.raises(WaitedTooLong):
        Patience(0.0).pause()


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "localhost",
        "ftp://localhost",
        "file:///etc/passwd",
        "http://",
        "http://h:99999",
        "http://h:x",
        "http://[::1",
        "http://nom:secret@h",
        "http://h?q=1",
        "http://h#f",
        "http://h/?",
        "http://h/#",
        "http://h/a b",
        " http://h",
        "http://h\n",
        "http://h\x00",
        "http://h\\a",
        "http://a..b",
        f"http://{'a' * 64}",
        "http://\ud800",
        "",
    ],
)
def test_an_address_that_is_none_is_said_at_once(url: str) -> None:
    with pytest.raises(Unusable, match=r"^l'adresse du service ne convient pas ; donnez-la comme http://127"):
        Sourcier(url)


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan"), float("inf"), 86_401.0])
def test_a_timeout_that_is_none_is_said_at_once(timeout: float) -> None:
    for client in (Sourcier, AsyncSourcier):
        with pytest.raises(Unusable, match=r"^« timeout » est un nombre de secondes"):
            client(timeout=timeout)
    with telling(OK) as noted:
        for usable in (86_400.0, None):
            with Sourcier(noted.address, timeout=usable) as longest:
                assert longest.health().status == "ok"


def test_an_address_below_a_path_keeps_it() -> None:
    with telling(OK) as noted, Sourcier(f"{noted.address}/sourcier/") as client:
        assert (client.health().status, noted.lines) == ("ok", ["GET /sourcier/health/live HTTP/1.1"])
