"""Texts, builds and rollbacks through the client, against a service that really builds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from qa.app import create_app
from qa.builder import Builder
from qa.client import (
    AsyncSourcier,
    Conflict,
    InvalidRequest,
    KeyRefused,
    NotFound,
    Sourcier,
    WaitedTooLong,
)
from qa.config import Settings, load_settings
from qa.job_states import State
from tests.qa import encoders
from tests.qa.building_support import WIND, save, until
from tests.qa.helpers import holder_of
from tests.running import running

KEY = "cle-des-textes-0123456789"


@pytest.fixture
def keyed(settings: Settings) -> Iterator[str]:
    """A service with a key over an index of one text; its address."""
    own = load_settings(texts=settings.texts, home=settings.home, key=SecretStr(KEY))
    with running(create_app(holder_of(own.home), settings=own, builder=Builder(own, encoders.fake))) as url:
        yield url


@pytest.fixture
def held(settings: Settings) -> Iterator[str]:
    """A service whose builds wait for the file GO."""
    app = create_app(holder_of(settings.home), settings=settings, builder=Builder(settings, encoders.held))
    with running(app) as url:
        yield url


def sources(client: Sourcier) -> list[str]:
    return [document.source for document in client.documents().documents]


def test_a_text_is_sent_built_found_removed_and_an_index_taken_back(keyed: str, tmp_path: Path) -> None:
    file = tmp_path / "vent du nord.txt"
    file.write_text(WIND)
    with Sourcier(keyed, KEY) as client:
        first = client.index().generation
        sent = client.put("météo/vent du nord.txt", file)
        assert (sent.source, sent.created) == ("météo/vent du nord.txt", True)
        done = client.wait(sent.job.id, timeout=encoders.LONGEST_WAIT)
        assert (done.state, done.reason, done.progress) == (State.DONE, "texts", 1.0)
        until(lambda: len(sources(client)) == 2)
        hit = client.search("Quel vent souffle sur Dunkerque ?", 1).hits[0]
        assert (hit.source, hit.quote, client.verify(hit)) == (sent.source, WIND, True)
        assert client.put(sent.source, WIND.encode()).created is False

        back = client.rollback(first)
        assert (back.generation, sources(client)) == (first, ["pluie.txt"])
        assert not client.verify(hit)
        removed = client.delete(sent.source)
        assert (removed.source, client.wait(removed.job.id).state) == (sent.source, State.DONE)
        with pytest.raises(NotFound) as gone:
            client.delete(sent.source)
        assert gone.value.kind == "unknown_text"


def test_the_asynchronous_client_sends_builds_and_waits(keyed: str, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(WIND)

    async def use() -> list[object]:
        async with AsyncSourcier(keyed, KEY) as client:
            sent = await client.put("vent.txt", file)
            done = await client.wait(sent.job.id)
            removed = await client.delete("vent.txt")
            after = await client.wait(removed.job.id)
            full = await client.build(full=True)
            last = await client.wait(full.id, timeout=encoders.LONGEST_WAIT)
            kept = (await client.index()).generations
            back = await client.rollback(kept[-1])
            with pytest.raises(Conflict, match=r"^cette construction est finie") as over:
                await client.cancel(full.id)
            return [done.state, after.state, last.state, back.generation == kept[-1], over.value.job]

    assert asyncio.run(use()) == [State.DONE, State.DONE, State.DONE, True, None]


def test_without_the_key_nothing_changes(keyed: str) -> None:
    for key in (None, "une-autre"):
        with Sourcier(keyed, key) as client:
            for change in (client.build, client.rollback, lambda: client.put("a.txt", b"a")):
                with pytest.raises(KeyRefused) as refused:
                    change()
                assert (refused.value.status, refused.value.kind) == (401, "key_required")
            assert sources(client) == ["pluie.txt"]


def test_a_text_of_no_known_format_is_refused_with_the_service_s_words(keyed: str) -> None:
    with Sourcier(keyed, KEY) as client:
        with pytest.raises(InvalidRequest) as refused:
            client.put("a.xyz", b"a")
        assert (refused.value.status, refused.value.kind) == (415, "unsupported_format")
        with pytest.raises(FileNotFoundError):
            client.put("a.txt", Path("nulle-part.txt"))


def test_a_build_in_the_way_is_in_the_error_and_can_be_waited_for_or_cancelled(
    held: str, settings: Settings
) -> None:
    save(settings)
    with Sourcier(held) as client:
        running = client.build()
        with pytest.raises(Conflict) as busy:
            client.build()
        assert busy.value.kind == "build_under_way"
        assert busy.value.job is not None
        assert busy.value.job.id == running.id
        with pytest.raises(WaitedTooLong, match=r"^la construction n'est pas finie") as late:
            client.wait(running.id, timeout=0.3)
        assert isinstance(late.value, TimeoutError)
        assert client.cancel(running.id).id == running.id
        (settings.home / encoders.GO).touch()
        assert client.wait(running.id).state is State.CANCELLED
        with pytest.raises(NotFound, match=r"^aucune construction gardée"):
            client.job("j-inconnue")
