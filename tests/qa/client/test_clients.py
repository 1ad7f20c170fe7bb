"""Both clients against a service on a socket."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from qa.app import create_app
from qa.client import AsyncSourcier, InvalidRequest, Message, NotFound, Sourcier, Unavailable
from tests.conftest import TEXTS
from tests.qa.client.served import Told, telling
from tests.qa.helpers import ANSWER, ANSWERED, NO_INDEX, REFUSED, UNKNOWN_WORDS, holder_of
from tests.running import running

HTML = "dossier/télémédecine.html"


def test_an_answer_comes_typed_with_its_citations(sourcier: Sourcier, generation: str) -> None:
    reply = sourcier.ask(ANSWERED)
    assert (reply.question, reply.answer.text, reply.answer.refused) == (ANSWERED, f"{ANSWER} [1]", False)
    first = reply.citations[0]
    assert (first.number, first.source, first.quote, reply.generation) == (1, HTML, ANSWER, generation)


def test_a_refusal_is_a_reply_and_no_error(sourcier: Sourcier) -> None:
    answer = sourcier.ask(REFUSED).answer
    assert (answer.text, answer.refused, answer.reason) == (None, True, UNKNOWN_WORDS)


def test_as_many_passages_come_as_are_asked_for_from_where_they_are_asked(sourcier: Sourcier) -> None:
    assert [len(sourcier.search("groupement", k).hits) for k in (1, 2)] == [1, 2]
    assert {hit.source for hit in sourcier.search(ANSWERED, filters={"format": ["md"]}).hits} == {"cpts.md"}
    assert sourcier.ask(ANSWERED, filters={"folder": "dossier"}).citations[0].source == HTML


def test_the_conversation_before_the_question_reaches_the_service(sourcier: Sourcier) -> None:
    history: list[Message] = [
        {"role": "user", "content": "Qui finance les CPTS ?"},
        {"role": "assistant", "content": "L'assurance maladie finance chaque CPTS selon sa taille."},
    ]
    assert sourcier.ask(ANSWERED, history=history).searched == ANSWERED
    assert sourcier.search(ANSWERED, history=history).searched == ANSWERED
    for refuse in (sourcier.ask, sourcier.search):
        with pytest.raises(InvalidRequest, match=r"^le rôle \(« role »\) d'un message"):
            refuse(ANSWERED, history=[*history, {"role": "juge", "content": "Non."}])  # type: ignore[typeddict-item]


def test_documents_their_facts_and_their_texts(sourcier: Sourcier, generation: str) -> None:
    listed = sourcier.documents()
    assert [document.source for document in listed.documents] == ["cpts.md", HTML, "ght.txt"]
    facts = sourcier.document("ght.txt")
    assert (facts.title, facts.generation) == ("Les groupements hospitaliers", generation)
    assert [span.quote for span in facts.set_aside][-1] == "A lire aussi : Bien dormir"
    assert sourcier.text("ght.txt") == TEXTS["ght.txt"]
    assert ANSWER in sourcier.text(HTML)


def test_the_index_its_glossary_and_its_health(sourcier: Sourcier, generation: str) -> None:
    assert (sourcier.index().generation, sourcier.index().counts["documents"]) == (generation, 3)
    assert sourcier.glossary().generation == generation
    assert (sourcier.health().status, sourcier.ready().status) == ("ok", "ok")


def test_every_citation_verifies_and_none_that_is_a_letter_away(sourcier: Sourcier) -> None:
    hits = [hit for question in (ANSWERED, REFUSED, "CPTS") for hit in sourcier.search(question, 50).hits]
    assert len(hits) == 12
    for hit in hits:
        assert sourcier.verify(hit)
        assert not sourcier.verify(hit.model_copy(update={"start": hit.start + 1}))
        assert not sourcier.verify(hit.model_copy(update={"quote": hit.quote[:-1] + "†"}))
        shifted = hit.highlights[0].model_copy(update={"end": hit.highlights[0].end - 1})
        assert not sourcier.verify(hit.model_copy(update={"highlights": [shifted]}))
        assert not sourcier.verify(hit.model_copy(update={"source": "parti.md"}))


def test_what_the_service_refuses_is_an_error_with_its_own_sentence(sourcier: Sourcier) -> None:
    with pytest.raises(InvalidRequest) as blank:
        sourcier.ask(" ")
    error = blank.value
    assert (error.status, error.type) == (422, "urn:sourcier:problem:invalid_request")
    assert (error.kind, error.title) == ("invalid_request", "Requête invalide")
    assert error.detail == str(error) == "la question est vide"
    with pytest.raises(InvalidRequest, match=r"^le champ « top_k » est trop grand : 50 au plus$"):
        sourcier.search("CPTS", 51)
    with pytest.raises(NotFound, match=r"^aucun document de l'index ne porte ce nom"):
        sourcier.document("parti.md")


def test_a_service_without_an_index_says_so(tmp_path: Path) -> None:
    with running(create_app(holder_of(tmp_path))) as url, Sourcier(url) as client:
        assert client.health().status == "ok"
        for ask in (client.ready, lambda: client.ask("Qui ?"), lambda: client.text("a.md")):
            with pytest.raises(Unavailable) as refused:
                ask()
            assert (refused.value.kind, str(refused.value)) == ("no_index", NO_INDEX)


def test_the_asynchronous_client_replies_as_the_other(sourcier: Sourcier, address: str) -> None:
    async def replies_of() -> list[Any]:
        async with AsyncSourcier(address) as client:
            hit = (await client.search(ANSWERED)).hits[0]
            with pytest.raises(InvalidRequest, match=r"^la question est vide$"):
                await client.ask(" ")
            return [
                (await client.ask(ANSWERED, 2)).answer,
                hit,
                await client.verify(hit),
                await client.verify(hit.model_copy(update={"start": 0})),
                await client.documents(),
                await client.document(HTML),
                await client.text(HTML),
                await client.glossary(),
                (await client.index()).generation,
                await client.health(),
                await client.ready(),
            ]

    assert asyncio.run(replies_of()) == [
        sourcier.ask(ANSWERED, 2).answer,
        sourcier.search(ANSWERED).hits[0],
        True,
        False,
        sourcier.documents(),
        sourcier.document(HTML),
        sourcier.text(HTML),
        sourcier.glossary(),
        sourcier.index().generation,
        sourcier.health(),
        sourcier.ready(),
    ]


def test_both_clients_have_the_same_methods_taking_the_same() -> None:
    def methods(of: type[object]) -> dict[str, Callable[..., Any]]:
        public = {name: f for name, f in vars(of).items() if inspect.isfunction(f) and name[0] != "_"}
        return {name.replace("aclose", "close"): f for name, f in public.items()}

    waiting, awaited = methods(Sourcier), methods(AsyncSourcier)
    assert len(waiting) == 19
    assert {n: inspect.signature(f) for n, f in waiting.items()} == {
        n: inspect.signature(f) for n, f in awaited.items()
    }
    assert [name for name, f in awaited.items() if not inspect.iscoroutinefunction(f)] == []


def test_a_program_that_uses_the_client_loads_nothing_of_the_index() -> None:
    # Which locks files as only POSIX does, and sets how many threads numpy has in the whole process.
    script = (
        "import os, sys; before = dict(os.environ)\n"
        "import qa.client\n"
        "print(sorted({'index', 'numpy', 'fcntl', 'fastapi', 'torch'} & set(sys.modules)), "
        "dict(os.environ) == before)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"


def test_requests_after_one_another_share_a_connection() -> None:
    with telling(Told(b'{"status": "ok"}')) as noted, Sourcier(noted.address) as client:
        for _ in range(5):
            assert client.health().status == "ok"
        assert (len(noted.lines), len(noted.ports)) == (5, 1)


def test_threads_share_a_client(sourcier: Sourcier) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: sourcier.ask(ANSWERED).answer.text, range(40)))
    assert answers == [f"{ANSWER} [1]"] * 40
