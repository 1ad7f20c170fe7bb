"""How soon a saved text answers: python -m bench.watch TEXTS HOME [--rounds 20]

Copies TEXTS and the index of them in HOME, serves the copies with SOURCIER_WATCH=1, and each
round saves a text that holds an invented word, asks for it over HTTP until it is the first
source found, removes it, and asks until it is found no more. The first round, in which the
building process loads its model, is printed apart. Polling takes its share of the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

SOURCIER = Path(sys.executable).with_name("sourcier")
POLL = 0.05  # seconds
PATIENCE = 120.0  # seconds; a first start may prepare the model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        texts, home = Path(folder, "texts"), Path(folder, "home")
        shutil.copytree(given.texts, texts)
        shutil.copytree(given.home / "index", home / "index")
        # The copies have other dates and inodes: this build hashes them, and encodes nothing.
        subprocess.run([SOURCIER, "build", "--texts", texts, "--home", home], check=True)
        with serving(texts, home) as client:
            print(f"{client.get('/v1/index').json()['counts']['documents']} documents")
            words = invented_words()
            first = one_round(client, texts, next(words))
            print(f"first round: saved {first[0]:.2f} s, removed {first[1]:.2f} s")
            rounds = [one_round(client, texts, next(words)) for _ in range(given.rounds)]
    for what, seconds in zip(("saved", "removed"), zip(*rounds, strict=True), strict=True):
        print(f"{what}: {summary(seconds)}")


def summary(seconds: tuple[float, ...]) -> str:
    """Median, middle half, best and worst, of at least two."""
    quarters = statistics.quantiles(seconds, n=4, method="inclusive")
    return (
        f"median {quarters[1]:.2f} s, half between {quarters[0]:.2f} and {quarters[2]:.2f} s, "
        f"best {min(seconds):.2f} s, worst {max(seconds):.2f} s ({len(seconds)} rounds)"
    )


def invented_words(seed: int = 7) -> Iterator[str]:
    """Words of twelve letters that no text has, too far apart for one to be mended into another."""
    chance = random.Random(seed)
    while True:
        yield "".join(chance.choice("bdfgklmprtvz") + chance.choice("aiou") for _ in range(6))


def one_round(client: httpx.Client, texts: Path, word: str) -> tuple[float, float]:
    """Seconds until a text saved is the first found, and until it is gone once removed."""
    source, question = f"{word}.txt", f"À quoi sert le {word} ?"
    (texts / source).write_text(f"Le {word} sert à mesurer la houle à l'entrée des ports.\n", "utf-8")
    saved = waited(lambda: found(client, question)[:1] == [source], source)
    (texts / source).unlink()
    return saved, waited(lambda: source not in found(client, question), source)


def found(client: httpx.Client, question: str) -> list[str]:
    """The sources that a search finds, best first."""
    reply = client.post("/v1/search", json={"question": question, "top_k": 5}).raise_for_status()
    return [hit["source"] for hit in reply.json()["hits"]]


def waited(holds: Callable[[], bool], what: str) -> float:
    """Seconds until it holds. Raises TimeoutError."""
    started = time.perf_counter()
    while not holds():
        if time.perf_counter() - started > PATIENCE:
            raise TimeoutError(f"{what}: nothing after {PATIENCE:.0f} s")
        time.sleep(POLL)
    return time.perf_counter() - started


@contextmanager
def serving(texts: Path, home: Path) -> Iterator[httpx.Client]:
    """A client of a real service that watches `texts`, once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "SOURCIER_WATCH": "1", "SOURCIER_TEXTS": str(texts)}
    process = subprocess.Popen([SOURCIER, "serve", "--home", home, "--port", str(port)], env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            waited(lambda: _is_ready(client, process), "the service")
            yield client
    finally:
        process.terminate()
        process.wait(30)


def _is_ready(client: httpx.Client, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"sourcier serve ended with status {process.returncode}")
    try:
        return client.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    main()
