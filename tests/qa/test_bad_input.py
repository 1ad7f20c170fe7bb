"""Whatever is sent, the reply is a problem document in French that repeats nothing of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import httpx2
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message, Scope

from tests.qa.helpers import MARKER

INTACT = {"question": "Qui finance chaque CPTS ?", "top_k": 5}
ROUTES = ["/v1/ask", "/v1/search"]
CONTROL = "la question contient des caractères de contrôle"
LONG = "la question dépasse 2000 caractères"
ROLE = "le rôle (« role ») d'un message de « history » est « user » ou « assistant »"
INTEGER = "le champ « top_k » doit être un nombre entier"
OBJECT = "le corps de la requête doit être un objet JSON, envoyé en application/json"
UNKNOWN_FIELD = (
    "un champ est inconnu ; seuls « question », « top_k », « filters » et « history » sont acceptés"
)
UNKNOWN_FILTER = "un filtre est inconnu ; seuls « folder », « source » et « format » sont acceptés"
FILTER_VALUE = "un filtre doit être une chaîne de caractères ou une liste de chaînes"
NOT_UNICODE = "le champ « corps » n'est pas de l'Unicode valide"
BROKEN = "le corps de la requête n'est pas du JSON valide"
UNREADABLE = "le corps de la requête n'est pas lisible"
UNKNOWN_DOCUMENT = "aucun document de l'index ne porte ce nom ; voyez /v1/documents"


def top_k(value: str) -> str:
    """A body whose question carries the marker and whose top_k is this piece of JSON."""
    return f'{{"question": "{MARKER}", "top_k": {value}}}'


def filters(value: str) -> str:
    """A body whose question and filters are sound but for this piece of JSON."""
    return f'{{"question": "{MARKER}", "filters": {value}}}'


def question(value: str) -> str:
    return f'{{"question": {value}}}'


def history(value: str) -> str:
    return f'{{"question": "{MARKER}", "history": {value}}}'


def turn(role: str, content: str) -> str:
    return f'[{{"role": {role}, "content": {content}}}]'


# What is sent, the status, the pointers to what is wrong, and the sentences about it.
BODIES = {
    "an empty question": (question('""'), ["#/question"], ["la question est vide"]),
    "a blank question": (question('" \\t\\n\\u00a0"'), ["#/question"], ["la question est vide"]),
    "2,001 characters": (question(f'"{MARKER:é<2001}"'), ["#/question"], [LONG]),
    "a number": (
        question("12"),
        ["#/question"],
        ["le champ « question » doit être une chaîne de caractères"],
    ),
    "a null": (
        question("null"),
        ["#/question"],
        ["le champ « question » doit être une chaîne de caractères"],
    ),
    "no question": ("{}", ["#/question"], ["le champ « question » manque"]),
    "a lone surrogate": (question(f'"{MARKER} \\ud800"'), ["#/question"], [CONTROL]),
    "an escape character": (question(f'"{MARKER} \\u001b[31m"'), ["#/question"], [CONTROL]),
    "a NUL": (question(f'"{MARKER} \\u0000"'), ["#/question"], [CONTROL]),
    "top_k 0": (top_k("0"), ["#/top_k"], ["le champ « top_k » est trop petit : 1 au moins"]),
    "top_k 51": (top_k("51"), ["#/top_k"], ["le champ « top_k » est trop grand : 50 au plus"]),
    "top_k as text": (top_k('"5"'), ["#/top_k"], [INTEGER]),
    "top_k 2.5": (top_k("2.5"), ["#/top_k"], [INTEGER]),
    "top_k true": (top_k("true"), ["#/top_k"], [INTEGER]),
    "top_k null": (top_k("null"), ["#/top_k"], [INTEGER]),
    "top_k NaN": (top_k("NaN"), ["#/top_k"], [INTEGER]),
    "an unknown field": (f'{{"question": "a", "{MARKER}": "{MARKER}"}}', ["#"], [UNKNOWN_FIELD]),
    "a surrogate as a field": (f'{{"question": "{MARKER}", "\\ud800": 1}}', ["#"], [NOT_UNICODE]),
    "filters as a list": (filters("[]"), ["#/filters"], ["« filters » doit être un objet JSON"]),
    "filters null": (filters("null"), ["#/filters"], ["« filters » doit être un objet JSON"]),
    "an unknown filter": (filters(f'{{"{MARKER}": "a"}}'), ["#/filters"], [UNKNOWN_FILTER]),
    "a surrogate as a filter": (filters('{"\\ud800": "a"}'), ["#/filters"], [UNKNOWN_FILTER]),
    "a filter that is a number": (filters('{"folder": 1}'), ["#/filters"], [FILTER_VALUE]),
    "a filter that is null": (filters('{"source": null}'), ["#/filters"], [FILTER_VALUE]),
    "a number in a filter": (filters('{"format": ["md", 1]}'), ["#/filters"], [FILTER_VALUE]),
    "a history that is no list": (
        history('"a"'),
        ["#/history"],
        ["le champ « history » doit être une liste"],
    ),
    "a message that is no object": (
        history('["a"]'),
        ["#/history"],
        ["chaque message de « history » est un objet JSON"],
    ),
    "a role that is no one's": (history(turn(f'"{MARKER}"', '"a"')), ["#/history"], [ROLE]),
    "a message without content": (
        history('[{"role": "user"}]'),
        ["#/history"],
        ["le champ « history » manque"],
    ),
    "a content of parts": (
        history(turn('"user"', "[]")),
        ["#/history"],
        ["le champ « history » doit être une chaîne de caractères"],
    ),
    "two faults": (
        f'{{"question": "", "top_k": "{MARKER}"}}',
        ["#/question", "#/top_k"],
        ["la question est vide", INTEGER],
    ),
    "broken JSON": (f'{{"question": "{MARKER}"', ["#"], [BROKEN]),
    "an array": (f'["{MARKER}"]', ["#"], [OBJECT]),
    "a bare string": (f'"{MARKER}"', ["#"], [OBJECT]),
    "an empty body": ("", ["#"], ["le champ « corps » manque"]),
}
UNREADABLE_BODIES = {
    "invalid UTF-8": f'{{"question": "{MARKER} \xe9"}}'.encode("latin-1"),
    "60,000 brackets": b"[" * 60_000,
    "60,000 brackets as the question": question("[" * 60_000).encode(),
    "a number of 5,000 digits": top_k("9" * 5000).encode(),
}


def problem(reply: httpx2.Response, status: int, kind: str) -> dict[str, Any]:
    """The body of a reply, once it is known to be this problem and to repeat nothing."""
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert MARKER not in reply.text
    assert "Traceback" not in reply.text
    body = cast(dict[str, Any], reply.json())
    assert (body["status"], body["type"]) == (status, f"urn:sourcier:problem:{kind}")
    return body


def post(client: TestClient, route: str, body: str | bytes, content_type: str | None) -> httpx2.Response:
    """Posts a body the intact request is accepted next to; the marker is in the address too."""
    assert client.post(route, json=INTACT).status_code == 200
    headers = {"content-type": content_type} if content_type else {}
    content = body.encode() if isinstance(body, str) else body
    return client.post(f"{route}?{MARKER}={MARKER}", content=content, headers=headers)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("case", BODIES)
def test_a_bad_question_is_refused_with_422(client: TestClient, route: str, case: str) -> None:
    sent, pointers, sentences = BODIES[case]
    assert problem(post(client, route, sent, "application/json"), 422, "invalid_request") == {
        "type": "urn:sourcier:problem:invalid_request",
        "title": "Requête invalide",
        "status": 422,
        "detail": " ; ".join(sentences),
        "errors": [
            {"pointer": pointer, "detail": sentence}
            for pointer, sentence in zip(pointers, sentences, strict=True)
        ],
    }


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_does_not_say_it_is_json_is_refused_with_422(
    client: TestClient, content_type: str | None
) -> None:
    sent = json.dumps({"question": MARKER})
    assert post(client, "/v1/ask", sent, "application/json").status_code == 200
    assert problem(post(client, "/v1/ask", sent, content_type), 422, "invalid_request")["detail"] == OBJECT


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("case", UNREADABLE_BODIES)
def test_a_body_that_cannot_be_read_is_refused_with_400(client: TestClient, route: str, case: str) -> None:
    reply = post(client, route, UNREADABLE_BODIES[case], "application/json")
    assert problem(reply, 400, "bad_request")["detail"] == UNREADABLE


@pytest.mark.parametrize("sent", ["é" * 2000, "😀" * 2000, f" {'a' * 2000}\n"])
def test_exactly_2000_characters_are_accepted(client: TestClient, sent: str) -> None:
    reply = client.post("/v1/ask", json={"question": sent})
    assert (reply.status_code, reply.json()["question"]) == (200, sent.strip())


@pytest.mark.parametrize("suffix", ["", "/text"])
@pytest.mark.parametrize(
    "source", [MARKER, f"{MARKER}.md", "CPTS.MD", "dossier", "cpts.md/", "%00", "%ED%A0%80", "a" * 5000]
)
def test_an_unknown_document_is_404(client: TestClient, source: str, suffix: str) -> None:
    assert client.get(f"/v1/documents/cpts.md{suffix}").status_code == 200
    reply = client.get(f"/v1/documents/{source}{suffix}")
    assert problem(reply, 404, "unknown_document")["detail"] == UNKNOWN_DOCUMENT


def ask_as_typed(client: TestClient, target: str) -> httpx2.Response:
    """A GET whose path no client has tidied up on the way."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"} if sent else {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": unquote(target),
        "raw_path": target.encode(),
        "query_string": b"",
        "headers": [],
    }

    async def call() -> None:
        await client.app(scope, receive, send)

    asyncio.run(call())
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return httpx2.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)


@pytest.mark.parametrize(
    "source",
    [
        "../cpts.md",
        "dossier/../cpts.md",
        "./cpts.md",
        "%2e%2e%2fcpts.md",
        "..%2f..%2f..%2fetc%2fpasswd",
        "/etc/passwd",
        "{texts}/cpts.md",
    ],
)
def test_a_path_is_a_name_and_is_never_walked(client: TestClient, texts: Path, source: str) -> None:
    assert ask_as_typed(client, "/v1/documents/cpts.md").status_code == 200
    reply = ask_as_typed(client, f"/v1/documents/{source.format(texts=texts)}")
    assert problem(reply, 404, "unknown_document")["detail"] == UNKNOWN_DOCUMENT


@pytest.mark.parametrize("path", [f"/{MARKER}", f"/v1/{MARKER}", f"/assets/{MARKER}", "/v1/ask/plus"])
def test_an_unknown_address_is_404(client: TestClient, path: str) -> None:
    assert client.get("/v1/index").status_code == 200
    assert problem(client.get(path), 404, "not_found")["detail"] == "rien n'existe à cette adresse"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/v1/ask", "POST"), ("PUT", "/v1/search", "POST"), ("DELETE", "/v1/documents/cpts.md", "GET")],
)
def test_a_method_that_is_not_the_route_s_is_405(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    assert client.request(allowed, path, json=INTACT).status_code == 200
    reply = client.request(method, path, content=MARKER)
    assert problem(reply, 405, "method_not_allowed")["detail"] == "cette adresse n'accepte pas cette méthode"
    assert reply.headers["allow"] == allowed
