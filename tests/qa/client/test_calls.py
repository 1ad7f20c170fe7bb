"""Requests as values: what is sent, and what is never sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from qa.client import Message, Unusable, calls
from qa.client.calls import Call
from qa.client.errors import Reply
from qa.schemas import PlaceOut

HISTORY: list[Message] = [
    {"role": "user", "content": "Qui finance une CPTS ?"},
    {"role": "assistant", "content": "L'assurance maladie."},
]
BY_NAME: list[Callable[[str], Call[Any]]] = [
    calls.document,
    calls.text,
    calls.job,
    calls.cancel,
    calls.delete,
    lambda name: calls.put(name, b"x"),
]


def body_of(call: Call[Any]) -> Any:
    return json.loads(call.body or b"null")


def test_a_question_alone_sends_nothing_but_itself_and_how_many() -> None:
    call = calls.ask("Qui ?", 5)
    assert (call.method, call.path, body_of(call)) == ("POST", "/v1/ask", {"question": "Qui ?", "top_k": 5})


def test_history_and_filters_are_sent_as_the_contract_has_them() -> None:
    filters: calls.Filters = {"folder": "acteurs", "format": ("md", "pdf")}
    assert body_of(calls.ask("Et où ?", 3, HISTORY, filters)) == {
        "question": "Et où ?",
        "top_k": 3,
        "history": [
            {"role": "user", "content": "Qui finance une CPTS ?"},
            {"role": "assistant", "content": "L'assurance maladie."},
        ],
        "filters": {"folder": "acteurs", "format": ["md", "pdf"]},
    }
    searched = {"question": "Où ?", "top_k": 3, "filters": {"folder": "acteurs", "format": ["md", "pdf"]}}
    assert body_of(calls.search("Où ?", 3, filters=filters)) == searched


def test_half_a_surrogate_pair_reaches_the_service_which_says_what_is_wrong() -> None:
    assert calls.ask("\ud800", 5).body == b'{"question": "\\ud800", "top_k": 5}'


def test_every_character_of_a_name_stays_in_its_step_of_the_path() -> None:
    assert calls.text("dossier/a?b#c%2F;é .md").path == (
        "/v1/documents/dossier/a%3Fb%23c%252F%3B%C3%A9%20.md/text"
    )
    assert calls.job("j/1").path == "/v1/index/jobs/j%2F1"


@pytest.mark.parametrize("of", BY_NAME)
@pytest.mark.parametrize("name", ["..", ".", "", "\ud800"])
def test_a_name_that_would_lead_to_another_address_is_not_sent(
    of: Callable[[str], Call[Any]], name: str
) -> None:
    assert "/a..b" in of("a..b").path
    with pytest.raises(Unusable):
        of(name)


@pytest.mark.parametrize("name", ["../index/jobs/j-1", "a/../b.md", "a//b.md", "/a.md", "a/", "a/./b.md"])
def test_a_path_with_a_step_that_is_none_is_not_sent(name: str) -> None:
    with pytest.raises(Unusable, match=r"^le nom est vide, ou a une étape vide, « \. » ou « \.\. »"):
        calls.delete(name)


def test_fields_of_a_newer_service_are_passed_over() -> None:
    content = {"status": "ok", "load": 0.5, "more": {"of": ["it"]}}
    reply = Reply(200, "application/json", json.dumps(content).encode())
    assert calls.health().read(reply).status == "ok"


@pytest.mark.parametrize(
    ("start", "end", "quote", "stands"),
    [
        (0, 5, "Tout ", True),
        (5, 8, "est", True),
        (5, 8, "Est", False),
        (4, 7, "est", False),
        (-3, 8, "est", False),
        (5, 80, "est", False),
    ],
)
def test_a_quote_stands_only_at_its_very_place(start: int, end: int, quote: str, stands: bool) -> None:
    place = PlaceOut(start=start, end=end, quote=quote, source="a.md", title="A")
    reply = Reply(200, "text/plain", b"Tout est")
    assert calls.verify(place).read(reply) is stands
