"""A real server while its index is replaced: no error, no mixture, no request lost.

Small versions; `python -m tests.faults.swaps` is the long one.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.build import build
from qa.building import load
from qa.config import load_settings
from tests.faults.replies import SEASONS, Reply, faults_of, version
from tests.faults.serving import ARRIVALS, Server, free_port, serving, started
from tests.faults.swaps import run
from tests.qa.helpers import index_texts

VERSIONS = {"g-1": version(SEASONS[0]), "g-2": version(SEASONS[1])}
SOURCE = "villes/brest.md"
QUESTION = {"question": "Que vend le marché de Brest ?", "top_k": 5}


def all_follow(server: Server, generation: str, workers: int, within: float = 10) -> float:
    """Seconds until every process has this generation, and no other, open."""
    began = time.monotonic()
    wanted = [{generation}] * workers
    while list(server.generations().values()) != wanted:
        assert time.monotonic() - began < within, server.generations()
        time.sleep(0.01)
    return time.monotonic() - began


def quickest_following(server: Server, rebuild: Callable[[str], str]) -> tuple[float, str]:
    """Seconds until both processes have a generation just built, the least of three builds, since
    other work takes the processor from both now and then; and the last one's name.
    """
    taken = []
    for season in (SEASONS[0], SEASONS[1], SEASONS[0]):
        generation = rebuild(season)
        taken.append(all_follow(server, generation, workers=2))
    return min(taken), generation


def test_readers_see_no_error_and_no_mixture_while_the_index_is_swapped(tmp_path: Path) -> None:
    tally = run(tmp_path, readers=3, swaps=10, questions=200)
    assert tally.faults() == []
    assert tally.swaps_seen == 10
    assert tally.questions >= 200
    kinds = Counter(reply.kind for reply in tally.replies)
    assert sorted(kinds) == ["ask", "documents", "facts", "page", "search", "state", "text"]
    assert tally.answered > 0
    assert [len(generations) for generations in tally.left_open.values()] == [1]


def test_two_processes_are_both_on_the_new_generation_within_a_second(tmp_path: Path) -> None:
    first = index_texts(tmp_path, version(SEASONS[0]))
    with serving(tmp_path / "home", workers=2) as server:
        all_follow(server, first.generation, workers=2)
        # A process that has a second one in place of the first is warm.
        all_follow(server, index_texts(tmp_path, version(SEASONS[1])).generation, workers=2)
        taken, last = quickest_following(
            server, lambda season: index_texts(tmp_path, version(season)).generation
        )
        assert taken < 1
        # A connection each: whichever process takes it.
        replies = [httpx.post(f"{server.address}/v1/ask", json=QUESTION).json() for _ in range(20)]
        assert {reply["generation"] for reply in replies} == {last}
        assert server.said.read_text() == ""


@pytest.mark.model
def test_two_processes_of_the_command_answer_and_follow_with_the_real_model(tmp_path: Path) -> None:
    settings = load_settings()
    encoder = load(settings)

    def build_season(season: str) -> str:
        for source, text in version(season).items():
            path = tmp_path / "texts" / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return build(tmp_path / "texts", tmp_path / "home", encoder).generation

    build_season(SEASONS[0])
    port = free_port()
    command = [sys.executable, "-c", "from qa.cli import main; main()", "serve", "--workers", "2"]
    command += ["--home", str(tmp_path / "home"), "--port", str(port)]
    environment = {"SOURCIER_MODELS": str(settings.models)}
    with started(command, f"http://127.0.0.1:{port}", environment) as server:
        # A process that has a second one in place of the first has its model loaded, and warm.
        all_follow(server, build_season(SEASONS[1]), workers=2, within=60)
        taken, last = quickest_following(server, build_season)
        assert taken < 1
        replies = [httpx.post(f"{server.address}/v1/ask", json=QUESTION).json() for _ in range(20)]
    assert {reply["generation"] for reply in replies} == {last}
    assert {reply["citations"][0]["source"] for reply in replies} == {SOURCE}
    assert [faults_of(Reply("ask", 200, "", r), {last: version(SEASONS[0])}) for r in replies] == [[]] * 20


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_told_to_end_answers_what_it_was_asked(tmp_path: Path, workers: int) -> None:
    index_texts(tmp_path, version(SEASONS[0]))
    asked = 20
    with serving(tmp_path / "home", workers, "slow_application") as server:
        arrivals = tmp_path / "home" / ARRIVALS
        warmed = arrivals.stat().st_size
        with ThreadPoolExecutor(asked) as threads:
            address = f"{server.address}/v1/ask"
            # Each another question: one asked before is not searched again.
            questions = [{"question": f"Que vend le marché de Brest en {2000 + n} ?"} for n in range(asked)]
            waiting = [threads.submit(httpx.post, address, json=each, timeout=60) for each in questions]
            deadline = time.monotonic() + 20
            while arrivals.stat().st_size < warmed + asked:
                assert time.monotonic() < deadline
                time.sleep(0.005)
            server.process.send_signal(signal.SIGTERM)
            in_flight = sum(not reply.done() for reply in waiting)
            replies = [reply.result(60) for reply in waiting]
        assert in_flight > 0
        assert [reply.status_code for reply in replies] == [200] * asked
        server.process.wait(10)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.address}/health/live")
        assert "Traceback" not in server.said.read_text()


def ask_reply(generation: str) -> dict[str, Any]:
    """A reply as the service gives it, made of the texts of one generation."""
    text = VERSIONS[generation][SOURCE]
    start = text.index("Le marché de Brest vend")
    end = text.index("\n", start)
    quote = text[start:end]
    citation = {
        "source": SOURCE,
        "start": start,
        "end": end,
        "quote": quote,
        "highlights": [{"start": start, "end": end, "quote": quote}],
        "also": [],
    }
    return {"generation": generation, "citations": [citation], "answer": {"text": f"{quote} [1]"}}


def test_a_reply_of_one_generation_has_no_fault_and_one_of_two_has() -> None:
    assert faults_of(Reply("ask", 200, "", ask_reply("g-1")), VERSIONS) == []
    mixed = {**ask_reply("g-1"), "generation": "g-2"}
    assert faults_of(Reply("ask", 200, "", mixed), VERSIONS) == [
        f"ask: {SOURCE} is not cited as generation g-2 has it"
    ]
    unknown = {**ask_reply("g-1"), "generation": "g-3"}
    assert faults_of(Reply("ask", 200, "", unknown), VERSIONS) == ["ask: generation g-3 was never served"]
    other = {**ask_reply("g-1"), "answer": ask_reply("g-2")["answer"]}
    assert faults_of(Reply("ask", 200, "", other), VERSIONS) == [
        "ask: a sentence of the answer is not in its citation"
    ]
    assert faults_of(Reply("ask", 503, "occupé"), VERSIONS) == ["ask: status 503: occupé"]


@pytest.mark.parametrize("kind", ["text", "page"])
def test_a_text_of_two_generations_is_a_fault(kind: str) -> None:
    whole = Reply(kind, 200, VERSIONS["g-1"][SOURCE], source=SOURCE)
    assert faults_of(whole, VERSIONS) == []
    half = len(whole.body) // 2
    mixed = replace(whole, body=whole.body[:half] + VERSIONS["g-2"][SOURCE][half:])
    assert faults_of(mixed, VERSIONS) == [f"{kind}: not the text of one generation: {list(SEASONS)}"]
