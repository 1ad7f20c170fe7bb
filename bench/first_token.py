"""How long a chat client waits for the first words, beside a whole answer of /v1/ask over HTTP.

    python -m bench.first_token URL [QUESTIONS]

URL is that of a service over the demonstration texts (http://127.0.0.1:8000); SOURCIER_KEY is sent
where it is set. Asks each question of QUESTIONS (tests/questions.jsonl) both ways, in turn the one
and the other first, over connections that are kept; prints both medians and their ratio.
"""

from __future__ import annotations

import os
import secrets
import statistics
import sys
import time
from pathlib import Path

import httpx2

from qa.evaluation import load_questions

COUNT = 100
WARM_UP = 10


def main() -> None:
    questions = [q.question for q in load_questions(Path(*sys.argv[2:3] or ["tests/questions.jsonl"]))]
    key = os.environ.get("SOURCIER_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    asks, streams = [], []
    with httpx2.Client(base_url=sys.argv[1], headers=headers, timeout=60) as client:
        for turn in range(WARM_UP + COUNT):
            question = questions[turn % len(questions)]
            # A number after it: what was asked before, by an earlier run too, is not searched again.
            one, other = (f"{question} ({secrets.randbelow(10**9)})" for _ in range(2))
            if turn % 2:
                asked, streamed = ask(client, one), first_token(client, other)
            else:
                streamed, asked = first_token(client, one), ask(client, other)
            if turn >= WARM_UP:
                asks.append(asked)
                streams.append(streamed)
    median_ask, median_stream = statistics.median(asks), statistics.median(streams)
    print(f"/v1/ask: median {median_ask:.1f} ms, 95 % below {sorted(asks)[int(0.95 * COUNT)]:.1f} ms")
    print(
        f"first streamed words: median {median_stream:.1f} ms, "
        f"95 % below {sorted(streams)[int(0.95 * COUNT)]:.1f} ms"
    )
    print(f"ratio of the medians: {median_stream / median_ask:.3f}")


def ask(client: httpx2.Client, question: str) -> float:
    """Milliseconds until the whole answer of /v1/ask is there."""
    started = time.perf_counter()
    client.post("/v1/ask", json={"question": question}).raise_for_status()
    return 1000 * (time.perf_counter() - started)


def first_token(client: httpx2.Client, question: str) -> float:
    """Milliseconds until the first words of a streamed reply are there; the rest is read too."""
    messages = [{"role": "user", "content": question}]
    body = {"model": "sourcier", "messages": messages, "stream": True}
    started, first = time.perf_counter(), None
    with client.stream("POST", "/v1/chat/completions", json=body) as reply:
        reply.raise_for_status()
        for line in reply.iter_lines():
            if first is None and '"content":"' in line and '"content":""' not in line:
                first = 1000 * (time.perf_counter() - started)
    if first is None:
        raise RuntimeError("the stream held no words")
    return first


if __name__ == "__main__":
    main()
