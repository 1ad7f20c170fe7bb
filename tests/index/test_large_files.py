"""An index whose arrays are too large to be hashed when it is opened keeps what a small one promises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import faiss
import pytest

from index import files, generation, manifest, vectors
from index.build import build
from index.embedded import EmbeddedEngine
from index.errors import DamagedIndex
from index.opening import open_engine
from index.verification import inspect_generation
from tests.index.support import indexed, interacting_encoder

TEXTS = {f"{n}.txt": f"Le pont numéro {n} de la ville est fermé. Il rouvrira le {n} mai." for n in range(40)}
ASKED = "Quel pont est fermé ?"
# Read by a search: rows of vectors, tokens of sixty passages, sentences of the hits, postings of the terms,
# groups of like passages.
READ = (
    *(files.VECTORS, files.TOKENS, files.SENTENCES, files.WORDS.rows, files.WORDS.weights),
    files.DUPLICATES,
)


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "LARGE", 1)
    monkeypatch.setattr(vectors, "EXACT_BYTES", 1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    with closing(indexed(tmp_path, TEXTS, interacting_encoder())) as engine:
        yield engine


def _opened(home: Path) -> EmbeddedEngine:
    return open_engine(home, interacting_encoder())


def _flip_last(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_what_is_found_is_what_a_small_index_finds(
    engine: EmbeddedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = engine.search(ASKED, 5)
    assert f"{files.TOKENS}.blocks" in engine.manifest.files
    assert files.NEIGHBOURS in engine.manifest.files
    monkeypatch.setattr(manifest, "LARGE", 1 << 26)
    monkeypatch.setattr(vectors, "EXACT_BYTES", 1 << 26)
    with closing(indexed(tmp_path / "small", TEXTS, interacting_encoder())) as small:
        assert files.NEIGHBOURS not in small.manifest.files
        assert f"{files.TOKENS}.blocks" not in small.manifest.files
        assert small.search(ASKED, 5).hits == large.hits


@pytest.mark.parametrize("name", READ)
def test_a_damaged_array_gives_no_answer_and_is_named(
    engine: EmbeddedEngine, tmp_path: Path, name: str
) -> None:
    path = generation.current(tmp_path / "home") / name
    with closing(_opened(tmp_path / "home")) as sound:
        assert len(sound.search(ASKED, 5).hits) == 5
    _flip_last(path)
    with pytest.raises(DamagedIndex, match=f"{path.parent.name}/{name} : le bloc"):
        _opened(tmp_path / "home").search(ASKED, 5)
    assert any(name in problem for problem in inspect_generation(path.parent).problems)


def test_damaged_digests_of_blocks_are_named_and_their_array_is_not_read(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    folder = generation.current(tmp_path / "home")
    assert inspect_generation(folder).problems == ()
    _flip_last(folder / f"{files.TOKENS}.blocks")
    assert inspect_generation(folder).problems == (
        f"{folder.name}/{files.TOKENS}.blocks : le sha256 n'est pas celui du manifeste",
    )


def test_a_damaged_index_of_neighbours_is_named_and_never_parsed(
    engine: EmbeddedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = generation.current(tmp_path / "home")
    assert inspect_generation(folder).problems == ()
    _flip_last(folder / files.NEIGHBOURS)
    parsed: list[object] = []
    monkeypatch.setattr(faiss, "read_index", lambda *arguments: parsed.append(arguments))
    assert inspect_generation(folder).problems == (
        f"{folder.name}/{files.NEIGHBOURS} : le sha256 n'est pas celui du manifeste",
    )
    assert parsed == []


def test_a_build_takes_over_what_is_sound_and_nothing_of_what_is_not(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    texts, home, encoder = tmp_path / "texts", tmp_path / "home", interacting_encoder()
    (texts / "3.txt").write_text("Le tunnel est ouvert toute la nuit.", "utf-8")
    assert build(texts, home, encoder).encoded == 1
    build(texts, tmp_path / "nothing", encoder)
    grown, new = (generation.read_manifest(generation.current(h)) for h in (home, tmp_path / "nothing"))
    derived = {name: sha256 for name, sha256 in new.files.items() if name != files.STORE}
    assert derived == {name: sha256 for name, sha256 in grown.files.items() if name != files.STORE}

    _flip_last(generation.current(home) / files.TOKENS)
    (texts / "4.txt").write_text("Le bac passe deux fois par jour.", "utf-8")
    assert build(texts, home, encoder).encoded == len(TEXTS)
