"""What the tests of `qa` share: questions whose fate is known, small indexes and their clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.build import BuildReport, build
from index.embedding import Encoder
from index.opening import open_engine
from index.stages import STAGES
from qa.app import create_app
from qa.serving import EngineHolder
from tests.conftest import FakeEncoder

# Runs `sourcier` with these arguments: status, standard output, standard error.
Command = Callable[..., tuple[int, str, str]]
# To the fake encoder a question is near a text when it says the same words.
ANSWERED = "La téléconsultation se fait-elle par vidéo, sans déplacement ?"
ANSWER = "La téléconsultation se fait par vidéo & sans déplacement."
REFUSED = "Quelle est la recette du cassoulet toulousain ?"
UNKNOWN_WORDS = "Les textes n'emploient pas les mots importants de cette question."
NO_INDEX = "aucun index n'est construit ; lancez : sourcier build"
OTHER_MODEL = (
    "l'index a été construit avec le modèle fake (fake-1), pas avec autre (autre-1) ; lancez : sourcier build"
)
# Put into what is sent, and never to be found in a reply.
MARKER = "zzmarqueurzz"


class OtherEncoder(FakeEncoder):
    """The same vectors, under the name of another model."""

    name = "autre"
    fingerprint = "autre-1"


def index_texts(folder: Path, contents: Mapping[str, str]) -> BuildReport:
    """Writes the texts to `folder/texts`, line ends untouched, and indexes them in `folder/home`."""
    for source, content in contents.items():
        path = folder / "texts" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return build(folder / "texts", folder / "home", FakeEncoder())


def holder_of(home: Path, encoder: Encoder | None = None) -> EngineHolder:
    """A holder of the home's engine, opened with the fake encoder unless another is given."""
    used = encoder or FakeEncoder()
    return EngineHolder(home, lambda: open_engine(home, used))


def client_of(home: Path, encoder: Encoder | None = None) -> TestClient:
    """A client of the application over `home`; what a route raises is answered, not raised here."""
    return TestClient(create_app(holder_of(home, encoder)), raise_server_exceptions=False)


def damage(home: Path, generation: str, name: str = "store.sqlite") -> str:
    """Flips the last byte of a file of a generation; returns the sentence that must say so."""
    path = home / "index" / generation / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    return f"{generation}/{name} : le sha256 n'est pas celui du manifeste ; lancez : sourcier build"


def untimed(reply: dict[str, Any]) -> dict[str, Any]:
    """A reply without its times, once they are what they should be: every stage, adding up to the whole."""
    kept = dict(reply)
    took, stages = kept.pop("took_ms"), kept.pop("stages_ms")
    assert tuple(stages) == STAGES
    assert all(milliseconds >= 0 for milliseconds in stages.values())
    assert took == pytest.approx(sum(stages.values()), abs=0.01)
    assert took > 0
    return kept


def parsed(result: tuple[int, str, str]) -> Any:
    """The JSON printed by a command that succeeded and said nothing else."""
    status, out, err = result
    assert (status, err) == (0, "")
    assert out.count("\n") == 1
    return json.loads(out)
