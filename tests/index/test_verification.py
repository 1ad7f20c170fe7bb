"""A sound generation has no fault; damage and the faults of a build are each told in a sentence."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index import files
from index.embedding import EncodedPassage, EncoderInput
from index.errors import IncompatibleIndex
from index.manifest import MANIFEST, read_manifest
from index.verification import Verification, inspect_generation
from tests.conftest import FakeEncoder
from tests.index.support import interacting_encoder, problems_of, reseal


class OtherVectors(FakeEncoder):
    """A model that has changed under the same fingerprint."""

    fingerprint = interacting_encoder().fingerprint

    def encode_passages(self, passages: list[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:  # type: ignore[override]
        for i, encoded in super().encode_passages(passages):
            yield i, dataclasses.replace(encoded, vector=encoded.vector[::-1])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_sound_generation_has_no_fault(intact: Path) -> None:
    assert inspect_generation(intact, interacting_encoder()) == Verification(
        intact.name, files=23, documents=2, passages=2, sentences=4, encoded=2, problems=()
    )
    without = inspect_generation(intact)
    assert (without.passages, without.encoded, without.problems) == (2, 0, ())


@pytest.mark.parametrize(("sample", "encoded"), [(0, 0), (1, 1), (2, 2), (100, 2)])
def test_so_many_passages_are_encoded_again_as_is_asked(intact: Path, sample: int, encoded: int) -> None:
    found = inspect_generation(intact, interacting_encoder(), sample)
    assert (found.encoded, found.problems) == (encoded, ())


def test_every_damaged_file_is_named_and_none_is_parsed(folder: Path) -> None:
    assert problems_of(folder) == ()
    names = sorted(read_manifest(folder).files)
    for name in names:
        _flip(folder / name)
    assert problems_of(folder) == tuple(
        f"{folder.name}/{name} : le sha256 n'est pas celui du manifeste" for name in names
    )


def test_a_damaged_file_does_not_hide_what_is_wrong_elsewhere(folder: Path) -> None:
    assert problems_of(folder) == ()
    with closing(sqlite3.connect(folder / files.STORE)) as connection, connection:
        connection.execute("update passages set text = 'Autre chose.' where row = 0")
    reseal(folder)
    _flip(folder / files.VECTORS)
    (folder / files.LEXICON).unlink()
    (folder / "autre.npy").write_bytes(b"")
    assert set(problems_of(folder)) == {
        f"{folder.name}/{files.VECTORS} : le sha256 n'est pas celui du manifeste",
        f"{folder.name}/{files.LEXICON} manque",
        f"{folder.name}/autre.npy n'est pas un fichier de cette génération",
        "a.txt : passages qui ne sont pas la tranche de leur texte : 1, d'abord 0–92",
    }


def test_a_damaged_manifest_is_the_only_fault_that_can_be_told(folder: Path) -> None:
    assert problems_of(folder) == ()
    _flip(folder / MANIFEST)
    assert inspect_generation(folder) == Verification(
        folder.name, 0, 0, 0, 0, 0, (f"{folder.name}/{MANIFEST} est illisible ; lancez : sourcier build",)
    )


def test_another_model_cannot_encode_again_and_says_what_to_do(intact: Path) -> None:
    assert inspect_generation(intact, interacting_encoder(), 1).problems == ()
    with pytest.raises(
        IncompatibleIndex, match=r"fake-1\+.*pas avec fake \(fake-1\) ; réglez SOURCIER_MODEL"
    ):
        inspect_generation(intact, FakeEncoder())


def test_a_model_that_gives_other_vectors_is_noticed(intact: Path) -> None:
    first, second = inspect_generation(intact, OtherVectors()).problems
    assert first.startswith(f"{files.VECTORS} : le passage 0 s'encode autrement (cosinus ")
    assert second.startswith(f"{files.VECTORS} : le passage 1 s'encode autrement (cosinus ")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "update passages set text = substr(text, 2) where row = 0",
            ["a.txt : passages qui ne sont pas la tranche de leur texte : 1, d'abord 0–92"],
        ),
        (
            "update passages set start = start + 1, text = substr(text, 2) where row = 1",
            [
                "b.md : phrases hors de leur passage : 1, d'abord 12–49",
                "b.md : morceaux qui ne sont ni dans un passage ni mis de côté : 1, d'abord 10–13",
            ],
        ),
        (
            "update passages set sentences = '[[0, 93]]' where row = 0",
            [
                "a.txt : phrases hors de leur passage : 1, d'abord 0–93",
                f"manifeste : sentences : 4, mais 3 dans {files.STORE}",
                f"{files.SENTENCE_STARTS} : passages au nombre de phrases autre : 1, d'abord la ligne 0",
            ],
        ),
        (
            "update set_aside set end = 1000 where document_id = 'b.md'",
            ["b.md : mises de côté hors du texte : 1, d'abord 0–1000"],
        ),
        (
            "delete from set_aside where document_id = 'b.md'",
            [
                "b.md : morceaux qui ne sont ni dans un passage ni mis de côté : 1, d'abord 0–12",
                f"manifeste : set_aside : 1, mais 0 dans {files.STORE}",
            ],
        ),
        (
            "update definitions set end = 1000",
            ["glossaire, GHT : a.txt 3–1000 n'existe pas"],
        ),
        (
            "update passages set document_id = 'b.md' where row = 0",
            ["a.txt : passages d'un autre texte : 1, d'abord 0–92"],
        ),
        (
            "update documents set first_row = 7 where id = 'b.md'",
            ["b.md : commence à la ligne 7, attendu à 1"],
        ),
        ("delete from passages where row = 1", [f"{files.STORE} : illisible (KeyError : 1)"]),
        ("drop table passages", [f"{files.STORE} : illisible (OperationalError : no such table: passages)"]),
    ],
)
def test_each_fault_of_the_store_is_told(folder: Path, statement: str, expected: list[str]) -> None:
    assert problems_of(folder) == ()
    with closing(sqlite3.connect(folder / files.STORE)) as connection, connection:
        assert connection.execute(statement).rowcount != 0
    reseal(folder)
    # What is read of a passage has changed, which its row of digests tells too.
    told = [
        problem for problem in inspect_generation(folder).problems if not problem.startswith(files.PASSAGES)
    ]
    assert told == expected


def test_passages_read_otherwise_than_they_were_encoded_are_told(folder: Path) -> None:
    assert problems_of(folder) == ()
    with closing(sqlite3.connect(folder / files.STORE)) as connection, connection:
        connection.execute("update passages set headings = '[\"Autre\"]' where row = 1")
    reseal(folder)
    assert problems_of(folder)[0] == f"{files.PASSAGES} : passages au contenu autre : 1, d'abord la ligne 1"
