"""What `sourcier verify`, `generations` and `rollback` print for people and for programs, and exit with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import qa.cli
from index.generation import Manifest, current, read_manifest
from index.lock import building
from qa.commands.generations import _size
from tests.qa.helpers import NO_INDEX, Command, OtherEncoder, damage, index_texts, parsed

PLUIE = "La pluie tombe sur Rennes. Elle mouille les toits."
UNKNOWN = "aucune génération gardée ne porte ce nom ; pour les voir, lancez : sourcier generations"


@pytest.fixture
def two(tmp_path: Path) -> tuple[Manifest, Manifest]:
    """A home with two generations: of one text, then of two, which is served."""
    made = []
    for texts in ({"pluie.txt": PLUIE}, {"vent.txt": "Le vent souffle sur Brest."}):
        index_texts(tmp_path, texts)
        made.append(read_manifest(current(tmp_path / "home")))
    first, second = made
    return first, second


def _moment(manifest: Manifest) -> str:
    return f"{datetime.fromisoformat(manifest.built_at).astimezone():%d/%m/%Y %H:%M}"


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _served(home: Path) -> str:
    return current(home).name


def test_a_sound_index_is_told_with_what_was_checked(
    command: Command, two: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    _, second = two
    files = len(second.files)
    assert command("verify", "--home", tmp_path / "home") == (
        0,
        f"{second.generation} est saine : {files} fichiers, 2 documents, 2 passages, 3 phrases ; "
        "2 passages à l'essai du modèle\n",
        "",
    )
    assert parsed(command("verify", "--home", tmp_path / "home", "--sample", 1, "--json")) == {
        "generation": second.generation,
        "files": files,
        "documents": 2,
        "passages": 2,
        "sentences": 3,
        "encoded": 1,
        "problems": [],
    }


def test_any_kept_generation_can_be_verified(
    command: Command, two: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    first, _ = two
    found = parsed(command("verify", first.generation, "--home", tmp_path / "home", "--json"))
    assert (found["generation"], found["documents"], found["problems"]) == (first.generation, 1, [])


def test_a_damaged_index_exits_1_and_names_every_fault(
    command: Command, two: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    home, name = tmp_path / "home", two[1].generation
    assert command("verify", "--home", home)[0] == 0
    faults = [
        damage(home, name, file).removesuffix(" ; lancez : sourcier build")
        for file in ("store.sqlite", "vectors.npy")
    ]
    assert command("verify", "--home", home) == (
        1,
        f"  défaut {faults[0]}\n  défaut {faults[1]}\n"
        f"{name} est abîmée : 2 défauts ; lancez : sourcier build, ou : sourcier rollback\n",
        "",
    )
    status, out, _ = command("verify", "--home", home, "--json")
    assert (status, parsed((0, out, ""))["problems"]) == (1, faults)


def test_nothing_is_encoded_again_without_a_model(
    command: Command, two: tuple[Manifest, Manifest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qa.cli, "_encoder", lambda settings: pytest.fail("the model was loaded"))
    found = parsed(command("verify", "--home", tmp_path / "home", "--sample", 0, "--json"))
    assert (found["encoded"], found["problems"]) == (0, [])


def test_another_model_verifies_nothing_and_says_what_to_do(
    command: Command, two: tuple[Manifest, Manifest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qa.cli, "_encoder", lambda settings: OtherEncoder())
    assert command("verify", "--home", tmp_path / "home") == (
        1,
        "",
        f"sourcier : {two[1].generation} a été construite avec le modèle fake (fake-1), "
        "pas avec autre (autre-1) ; réglez SOURCIER_MODEL, ou : --sample 0",
    )


@pytest.mark.parametrize("name", ["verify", "rollback"])
def test_an_unknown_generation_exits_1_without_loading_a_model(
    command: Command,
    two: tuple[Manifest, Manifest],
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home"
    assert command(name, two[0].generation, "--home", home)[0] == 0
    monkeypatch.setattr(qa.cli, "_encoder", lambda settings: pytest.fail("the model was loaded"))
    assert command(name, "../home/index", "--home", home) == (1, "", f"sourcier : {UNKNOWN}")


def test_the_generations_are_listed_newest_first(
    command: Command, two: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    home, (first, second) = tmp_path / "home", two
    sizes = [_bytes(home / "index" / m.generation) for m in (second, first)]
    status, out, err = command("generations", "--home", home)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"servie {second.generation} {_moment(second)}, 2 documents, 2 passages, {_size(sizes[0])}",
        f"gardée {first.generation} {_moment(first)}, 1 document, 1 passage, {_size(sizes[1])}",
    ]
    assert parsed(command("generations", "--home", home, "--json")) == [
        {
            "name": manifest.generation,
            "served": manifest is second,
            "built_at": manifest.built_at,
            "documents": documents,
            "passages": documents,
            "bytes": size,
            "problem": None,
        }
        for manifest, documents, size in ((second, 2, sizes[0]), (first, 1, sizes[1]))
    ]


def test_damaged_generations_are_named_in_the_list(
    command: Command, two: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    home, (first, second) = tmp_path / "home", two
    said = damage(home, second.generation)
    (home / "index" / first.generation / "manifest.json").write_text("{}")
    _, out, _ = command("generations", "--home", home)
    size = _size(_bytes(home / "index" / first.generation))
    assert out.splitlines()[1:] == [
        f"       défaut {said}",
        f"gardée {first.generation} {size}",
        f"       défaut {first.generation}/manifest.json est illisible ; lancez : sourcier build",
    ]


def test_a_home_without_generations_names_the_remedy(command: Command, tmp_path: Path) -> None:
    said = "aucune génération n'est gardée ; lancez : sourcier build\n"
    assert command("generations", "--home", tmp_path) == (0, said, "")
    assert parsed(command("generations", "--home", tmp_path, "--json")) == []
    assert command("verify", "--home", tmp_path) == (1, "", f"sourcier : {NO_INDEX}")


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 o"),
        (999, "999 o"),
        (1000, "1,0 ko"),
        (12_345, "12 ko"),
        (1_500_000, "1,5 Mo"),
        (2e12, "2000 Go"),
    ],
)
def test_a_size_is_shown_in_its_unit(count: int, shown: str) -> None:
    assert _size(count) == shown


def test_a_rollback_serves_the_generation_before(
    command: Command, two: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    home, (first, second) = tmp_path / "home", two
    assert command("rollback", "--home", home) == (
        0,
        f"{first.generation} est servie de nouveau : 1 document, 1 passage, indexés le {_moment(first)}\n",
        "",
    )
    assert _served(home) == first.generation
    assert parsed(command("rollback", second.generation, "--home", home, "--json")) == {
        "generation": second.generation,
        "built_at": second.built_at,
    }
    assert _served(home) == second.generation


def test_a_rollback_that_cannot_be_leaves_what_is_served(
    command: Command, two: tuple[Manifest, Manifest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, (first, second) = tmp_path / "home", two
    with building(home):
        status, _, said = command("rollback", "--home", home)
    assert (status, said.split(" ; ")[0]) == (1, f"sourcier : l'index de {home} est en cours de construction")
    with monkeypatch.context() as other:
        other.setattr(qa.cli, "_encoder", lambda settings: OtherEncoder())
        assert command("rollback", "--home", home) == (
            1,
            "",
            f"sourcier : {first.generation} a été construite avec le modèle fake (fake-1), pas avec celui "
            "de la configuration (autre-1) ; réglez SOURCIER_MODEL, ou lancez : sourcier build",
        )
    said = damage(home, first.generation)
    assert command("rollback", "--home", home) == (1, "", f"sourcier : {said}")
    assert _served(home) == second.generation
