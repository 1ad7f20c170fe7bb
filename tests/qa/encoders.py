"""Encoders that a builder's process loads by the name of a function, as it does the real one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.embedding import EncodedPassage, EncoderInput
from index.errors import ModelUnavailable
from qa.config import Settings
from tests.conftest import FakeEncoder

# What a held encoder leaves in its home, and waits for.
AT_WORK, GO = "at-work", "go"
LONGEST_WAIT = 120.0  # a builder gives way to all else that runs


class HeldEncoder(FakeEncoder):
    """Encodes once a file is there, so that a build lasts for as long as a test needs it to."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        if passages:
            (self._home / AT_WORK).write_text(str(os.getpid()))
            wait_for(self._home / GO)
        yield from super().encode_passages(passages)


def fake(_: Settings) -> FakeEncoder:
    """The fake encoder."""
    return FakeEncoder()


def telling(settings: Settings) -> FakeEncoder:
    """The fake encoder, which says in the home which process loaded it, with what key and priority."""
    said = f"{os.getpid()} {settings.key} {os.getpriority(os.PRIO_PROCESS, 0)}\n"
    with (settings.home / "loaded").open("a") as file:
        file.write(said)
    return FakeEncoder()


def held(settings: Settings) -> HeldEncoder:
    """An encoder that waits for the file GO in the home."""
    return HeldEncoder(settings.home)


def missing(settings: Settings) -> FakeEncoder:
    """No model, until there is a file GO in the home."""
    if not (settings.home / GO).exists():
        raise ModelUnavailable("le modèle manque")
    return FakeEncoder()


def broken(settings: Settings) -> FakeEncoder:
    """An error that nobody foresaw, until there is a file GO in the home."""
    if not (settings.home / GO).exists():
        raise ZeroDivisionError
    return FakeEncoder()


def wait_for(path: Path) -> None:
    """Until a file is there. Raises TimeoutError after LONGEST_WAIT seconds."""
    deadline = time.monotonic() + LONGEST_WAIT
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(path)
        time.sleep(0.01)
