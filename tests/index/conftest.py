"""A small sound generation, and a copy of it to damage; tiny models as they are run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index import generation
from tests.index import tiny_models
from tests.index.support import indexed, interacting_encoder

_TEXTS = {
    "a.txt": "Le groupement hospitalier de territoire (GHT) réunit des hôpitaux. Il partage une pharmacie.",
    "b.md": "# Les CPTS\n\nUne CPTS organise les soins de ville. Elle réunit des infirmières.\n",
}


@pytest.fixture(scope="session")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("intact")
    indexed(home, _TEXTS, interacting_encoder()).close()
    return generation.current(home / "home")


@pytest.fixture
def folder(intact: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(intact, tmp_path / intact.name))


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny model's graph, in 8 bits. Read-only."""
    return tiny_models.exported(tmp_path_factory.mktemp("graph"), "kept")


@pytest.fixture(scope="session")
def unigram_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, whose words SentencePiece cuts. Read-only."""
    return tiny_models.exported(tmp_path_factory.mktemp("unigram"), "joined")
