"""What a client says when the service is not there, is another, or replies badly. And where its key goes."""

from __future__ import annotations

import json
import ssl
import threading

import httpx2
import pytest

from qa.client import (
    AsyncSourcier,
    ClientError,
    Conflict,
    InvalidRequest,
    KeyRefused,
    NotFound,
    ServiceError,
    Sourcier,
    TookTooLong,
    Unavailable,
    UnexpectedReply,
    Unreachable,
    Unusable,
)
from qa.client.errors import transport_error
from qa.schemas import PlaceOut
from tests.faults.serving import free_port
from tests.qa.client.served import Told, telling

OK = Told(b'{"status": "ok"}')
KEY = "cle-canari-zzclezz"
PROBLEM = "application/problem+json"
NOT_OURS = r"^la réponse \(statut \d+\) n'est pas celle d'un service Sourcier ; vérifiez l'adresse$"


def problem(status: int, **members: object) -> Told:
    return Told(json.dumps({"status": status, **members}).encode(), PROBLEM, status)


def error_of(told: Told) -> ClientError:
    """What a client raises at this reply, where it raises nothing at a good one."""
    with telling(OK, told) as noted, Sourcier(noted.address) as client:
        assert client.health().status == "ok"
        with pytest.raises(ClientError) as raised:
            client.health()
        return raised.value


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, InvalidRequest),
        (401, KeyRefused),
        (403, KeyRefused),
        (404, NotFound),
        (405, ServiceError),
        (409, Conflict),
        (413, InvalidRequest),
        (415, InvalidRequest),
        (422, InvalidRequest),
        (500, ServiceError),
        (503, Unavailable),
        (507, Unavailable),
    ],
)
def test_each_status_has_its_error(status: int, expected: type[ServiceError]) -> None:
    error = error_of(problem(status, type="urn:sourcier:problem:x", title="T", detail="d", errors=[]))
    assert type(error) is expected
    assert isinstance(error, ServiceError)
    assert (error.status, error.kind, error.title, str(error)) == (status, "x", "T", "d")


@pytest.mark.parametrize("members", [{}, {"type": None, "title": 3, "detail": ["x"]}])
def test_a_problem_that_says_little_is_still_one(members: dict[str, object]) -> None:
    error = error_of(problem(418, **members))
    assert isinstance(error, ServiceError)
    assert (error.type, error.kind, str(error)) == ("about:blank", "blank", "le service refuse (statut 418)")


@pytest.mark.parametrize(
    "told",
    [
        Told(b"<html>502 Bad Gateway</html>", "text/html", 502),
        Told(b"<html>Identifiez-vous</html>", "text/html"),
        Told(b"{", "application/json"),
        Told(b"[]", "application/json"),
        Told(b'{"statut": "ok"}', "application/json"),
        Told(b"\xff", "application/json"),
        Told(b"", "application/json"),
        Told(b"{", PROBLEM, 503),
        Told(b"[1]", PROBLEM, 503),
        Told(b"[" * 100_000, PROBLEM, 503),
        Told(b'{"detail": "Not Found"}', "application/json", 404),
        Told(b'{"job": {"id": 3}}', PROBLEM, 409),
    ],
)
def test_a_reply_that_is_not_the_service_s_is_named(told: Told) -> None:
    error = error_of(told)
    assert isinstance(error, UnexpectedReply)
    with pytest.raises(UnexpectedReply, match=NOT_OURS):
        raise error


def test_a_page_of_another_server_is_no_text() -> None:
    portal = Told(b"<html>Identifiez-vous</html>", "text/html; charset=utf-8")
    latin = Told("é".encode("latin-1"), "text/plain")
    french = Told("début\r\n".encode(), "text/plain; charset=utf-8")
    with telling(portal, latin, french) as noted, Sourcier(noted.address) as client:
        for _ in (portal, latin):
            with pytest.raises(UnexpectedReply, match=NOT_OURS):
                client.text("a.md")
        assert client.text("a.md") == "début\r\n"


def test_a_compression_that_is_damaged_is_an_unexpected_reply() -> None:
    error = error_of(Told(b"no gzip", headers={"Content-Encoding": "gzip"}))
    assert isinstance(error, UnexpectedReply)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed_and_the_key_goes_nowhere_else(status: int) -> None:
    with telling(OK) as other:
        moved = Told(status=status, headers={"Location": f"{other.address}/health/live"})
        with telling(moved) as noted, Sourcier(noted.address, KEY) as client:
            with pytest.raises(UnexpectedReply, match=rf"vers une autre adresse \(statut {status}\)"):
                client.health()
            assert [sent["Authorization"] for sent in noted.headers] == [f"Bearer {KEY}"]
        assert other.lines == []


def test_no_proxy_of_the_environment_sees_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with telling(OK) as proxy, telling(OK) as noted:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        monkeypatch.setenv("NO_PROXY", "")
        with Sourcier(noted.address, KEY) as client:
            assert client.health().status == "ok"
        assert (proxy.lines, noted.lines) == ([], ["GET /health/live HTTP/1.1"])


def test_the_key_is_in_no_error_and_no_description() -> None:
    for unusable in ("", f"{KEY}\n", f"{KEY} ", "clé", "a\x00"):
        with pytest.raises(Unusable, match=r"^la clé est vide ou contient un espace") as refused:
            AsyncSourcier(key=unusable)
        assert "zzclezz" not in repr(refused.value)
    client = Sourcier(f"http://127.0.0.1:{free_port()}", KEY, timeout=5)
    with client, pytest.raises(Unreachable) as absent:
        client.health()
    said = [str(absent.value), repr(absent.value), repr(client), repr(vars(client))]
    assert [line for line in said if "zzclezz" in line] == []


def test_a_service_without_https_is_not_taken_for_one_that_is_away() -> None:
    with telling(OK) as noted:
        url = noted.address.replace("http://", "https://")
        with Sourcier(url, timeout=5) as client, pytest.raises(Unreachable) as refused:
            client.health()
    assert str(refused.value) == (
        f"{url} ne répond pas en HTTPS ; vérifiez l'adresse, qui est peut-être en http://"
    )


def test_a_certificate_that_is_not_recognised_is_named() -> None:
    try:
        try:
            raise ssl.SSLCertVerificationError("self-signed certificate")
        except ssl.SSLError:
            raise httpx2.ConnectError("hidden")  # noqa: B904 (as the library does)
    except httpx2.ConnectError as error:
        said = transport_error(error, "https://h")
    assert isinstance(said, Unreachable)
    assert str(said) == (
        "cette machine ne reconnaît pas le certificat de https://h ; ajoutez à ceux du système l'autorité "
        "qui l'a signé, ou vérifiez l'adresse"
    )


def test_nobody_at_the_address() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with Sourcier(url) as client, pytest.raises(Unreachable) as absent:
        client.health()
    said = f"aucun service ne répond à {url} ; lancez : sourcier serve, ou vérifiez l'adresse"
    assert str(absent.value) == said


def test_a_connection_that_breaks_is_not_tried_again() -> None:
    with telling(Told(status=None)) as noted, Sourcier(noted.address) as client:
        with pytest.raises(Unreachable, match=r"^la connexion à http://127\.0\.0\.1:\d+ s'est rompue"):
            client.build()
        assert noted.lines == ["POST /v1/index/build HTTP/1.1"]


def test_a_service_that_says_nothing_is_left_after_the_timeout() -> None:
    with telling(OK, wait=threading.Event()) as noted, Sourcier(noted.address, timeout=0.2) as client:
        with pytest.raises(TookTooLong, match=r"n'a pas répondu à temps") as late:
            client.health()
        assert isinstance(late.value, TimeoutError)


def test_a_name_longer_than_any_address_is_not_sent() -> None:
    with telling(OK) as noted, Sourcier(noted.address) as client:
        with pytest.raises(Unusable, match=r"^le nom est trop long"):
            client.document("a" * 70_000)
        assert noted.lines == []


def test_only_a_document_that_is_gone_makes_a_citation_false() -> None:
    place = PlaceOut(source="a.md", title="A", start=0, end=1, quote="a")
    gone, elsewhere = (
        problem(404, type=f"urn:sourcier:problem:{k}") for k in ("unknown_document", "not_found")
    )
    with telling(Told(b"a", "text/plain"), gone, elsewhere) as noted, Sourcier(noted.address) as client:
        assert (client.verify(place), client.verify(place)) == (True, False)
        with pytest.raises(NotFound) as raised:
            client.verify(place)
        assert raised.value.kind == "not_found"
