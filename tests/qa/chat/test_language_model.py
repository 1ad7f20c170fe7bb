"""The whole path with a language model: a chat client, the service, a model's server, on real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from qa.app import create_app
from qa.config import Settings
from tests.qa.chat.serving import Served, serving
from tests.qa.chat.support import body_of
from tests.qa.chat.test_hang_ups import hang_up
from tests.qa.engines import wait_until
from tests.qa.helpers import ANSWER, holder_of
from tests.qa.llm.model_server import ModelServer, chunk, model_server, streamed

CLIENTS = 200
INVENTED = "La télémédecine est interdite depuis 1987 [1]."


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


@pytest.fixture
def served(home: Path, model: ModelServer) -> Iterator[Served]:
    settings = Settings(home=home, llm_url=model.url, llm_model="plume")
    with serving(create_app(holder_of(home), settings=settings)) as running:
        yield running


def content(served: Served, model: str) -> str:
    reply = httpx2.post(f"{served.url}/chat/completions", json=body_of(model=model), timeout=30)
    assert reply.status_code == 200
    return str(reply.json()["choices"][0]["message"]["content"])


def test_what_a_model_writes_is_shown_where_the_texts_say_it(served: Served, model: ModelServer) -> None:
    model.answers(streamed(f"{ANSWER[:-1]} [1]. {INVENTED}"))
    written = content(served, "sourcier-llm")
    assert written.startswith(f"{ANSWER} [[1]](http://127.0.0.1:")
    assert "1987" not in written
    assert written.endswith("*1 phrase du modèle écartée : les textes ne suffisent pas à la vérifier.*")
    assert len(model.requests) == 1
    assert "plume" in httpx2.get(f"{served.url}/models").json()["data"][1]["name"]


def test_the_plain_model_sends_nothing_to_the_language_model(served: Served, model: ModelServer) -> None:
    assert content(served, "sourcier").startswith(ANSWER)
    assert model.requests == []


def test_without_the_model_s_server_the_plain_answer_is_given_and_says_so(home: Path) -> None:
    settings = Settings(home=home, llm_url="http://127.0.0.1:9/v1", llm_model="plume")
    with serving(create_app(holder_of(home), settings=settings)) as served:
        written = content(served, "sourcier-llm")
    assert written.startswith("*Le modèle de langage ne répond pas ;")
    assert f"\n\n{ANSWER} [[1]](" in written


def test_two_hundred_clients_that_hang_up_leave_no_call_to_the_model(
    served: Served, model: ModelServer
) -> None:
    model.answers([chunk(f"{ANSWER[:-1]} [1]. "), chunk("La suite "), 600.0])
    with ThreadPoolExecutor(20) as threads:
        heads = list(threads.map(hang_up, [served.port] * CLIENTS, [b"par vid"] * CLIENTS))
    assert all(b"200 OK" in head and b"par vid" in head and b"[DONE]" not in head for head in heads)
    assert len(model.requests) == CLIENTS
    wait_until(lambda: model.open_streams == 0)
