"""A generation is committed whole, and so many of the last ones are kept."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from corpus.errors import SourcierError
from index import generation
from index.errors import (
    DamagedIndex,
    NoIndex,
    UnusableHome,
)
from index.generation import Manifest
from index.lock import building
from tests.index.committing import LEVEL, commit, folder_of, names, prepare


def test_a_commit_is_what_is_opened(tmp_path: Path) -> None:
    draft = generation.new_draft(tmp_path)
    (draft / "data.bin").write_bytes(b"abc")
    made = generation.prepare(
        draft, model="m", fingerprint="f", dimension=3, counts={}, level=LEVEL, vectors={}, texts=tmp_path
    )
    generation.publish(tmp_path, made.generation)
    folder = generation.current(tmp_path)
    assert folder.name == made.generation
    assert generation.verify(folder) == generation.read_manifest(folder) == made
    assert (folder / "data.bin").read_bytes() == b"abc"
    assert not draft.exists()


def test_without_a_build_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="sourcier build"):
        generation.current(tmp_path)
    assert generation.kept(tmp_path) == []
    assert generation.sweep(tmp_path) == ()


def test_what_is_prepared_is_whole_and_not_served(tmp_path: Path) -> None:
    served = commit(tmp_path)
    candidate = prepare(tmp_path, b"xyz")
    assert generation.verify(folder_of(tmp_path, candidate)) == candidate
    assert generation.current(tmp_path) == folder_of(tmp_path, served)
    generation.publish(tmp_path, candidate.generation)
    assert generation.current(tmp_path) == folder_of(tmp_path, candidate)


def test_a_draft_that_is_discarded_leaves_the_served_generation(tmp_path: Path) -> None:
    made = commit(tmp_path)
    draft = generation.new_draft(tmp_path)
    generation.discard(draft)
    assert not draft.exists()
    assert generation.current(tmp_path).name == made.generation


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnusableHome, match=r"file .* indiquez un dossier avec --home"):
        generation.new_draft(tmp_path / "file")


def test_the_manifest_is_plain_json(tmp_path: Path) -> None:
    made = commit(tmp_path)
    body = json.loads((generation.current(tmp_path) / "manifest.json").read_text("utf-8"))
    assert body["format"] == generation.FORMAT == 7
    assert body["files"] == made.files
    assert body["counts"] == {"passages": 1}
    assert body["level"] == LEVEL
    assert body["texts"] == str(tmp_path / "textes")


def test_a_folder_of_texts_whose_name_is_no_utf8_is_kept(tmp_path: Path) -> None:
    texts = Path("/textes/\udce9t\udce9")  # as Python names the bytes E9 74 E9
    draft = generation.new_draft(tmp_path)
    made = generation.prepare(
        draft, model="m", fingerprint="f", dimension=3, counts={}, level={}, vectors={}, texts=texts
    )
    assert generation.verify(folder_of(tmp_path, made)).texts == str(texts)


@pytest.mark.parametrize(
    "content",
    ["", "\n", "../../etc\n", "g-absent\n", "\x00", "g-x\ng-y\n", "{}", "{}\v", "{}\r\n", " {}\n", "{}\n\n"],
)
def test_a_pointer_to_nothing_is_refused(tmp_path: Path, content: str) -> None:
    name = commit(tmp_path).generation
    (tmp_path / "index" / "CURRENT").write_bytes(content.format(name).encode())
    with pytest.raises(DamagedIndex, match="CURRENT"):
        generation.current(tmp_path)
    assert [each.served for each in generation.kept(tmp_path)] == [False]


# What is kept


def test_the_newest_are_kept_and_listed_newest_first(tmp_path: Path) -> None:
    made = [commit(tmp_path, bytes([content])) for content in range(5)]
    assert names(tmp_path) == [m.generation for m in reversed(made[2:])]
    assert [(each.served, each.problem) for each in generation.kept(tmp_path)] == [
        (True, None),
        (False, None),
        (False, None),
    ]
    assert [each.manifest for each in generation.kept(tmp_path)] == made[:1:-1]


@pytest.mark.parametrize("keep", [1, 2, 5])
def test_so_many_are_kept_as_is_asked(tmp_path: Path, keep: int) -> None:
    made = [commit(tmp_path, bytes([content]), keep) for content in range(7)]
    assert names(tmp_path) == [m.generation for m in reversed(made)][:keep]


def test_after_a_rollback_the_one_that_was_served_is_kept_before_newer_ones(tmp_path: Path) -> None:
    first, _, third = (commit(tmp_path, bytes([content])) for content in range(3))
    generation.rollback(tmp_path, first.generation)
    fourth = commit(tmp_path, b"4")
    assert names(tmp_path) == [fourth.generation, third.generation, first.generation]
    fifth = commit(tmp_path, b"5", keep=2)
    assert names(tmp_path) == [fifth.generation, fourth.generation]


def test_candidates_that_are_not_served_do_not_pile_up(tmp_path: Path) -> None:
    served = commit(tmp_path)
    for content in range(4):
        held = prepare(tmp_path, bytes([content]))
        generation.retire(tmp_path, 2, held.generation)
    assert names(tmp_path) == [held.generation, served.generation]
    generation.retire(tmp_path, 1, held.generation)
    assert generation.current(tmp_path).name == served.generation


def test_nothing_is_dropped_while_nobody_can_tell_what_is_served(tmp_path: Path) -> None:
    made = [commit(tmp_path, bytes([content])).generation for content in range(3)]
    pointer = tmp_path / "index" / "CURRENT"
    assert generation.is_served(tmp_path, made[2])
    pointer.unlink()
    assert not generation.is_served(tmp_path, made[2])
    pointer.mkdir()  # as good as a disk that fails: it cannot be read
    with pytest.raises(DamagedIndex, match="CURRENT est illisible"):
        generation.is_served(tmp_path, made[2])
    generation.retire(tmp_path, 1)
    assert names(tmp_path) == made[::-1]
    pointer.rmdir()
    pointer.write_text(f"{made[0]}\n")
    generation.retire(tmp_path, 1)
    assert names(tmp_path) == made[:1]


def test_a_damaged_generation_is_listed_with_its_problem(tmp_path: Path) -> None:
    first, second = commit(tmp_path, b"a"), commit(tmp_path, b"b")
    (folder_of(tmp_path, first) / "manifest.json").write_text("{}")
    newer, older = generation.kept(tmp_path)
    assert (newer.name, newer.manifest, newer.problem) == (second.generation, second, None)
    assert (older.name, older.manifest) == (first.generation, None)
    assert older.problem == f"{first.generation}/manifest.json est illisible ; lancez : sourcier build"


def test_a_sweep_takes_what_dead_builds_left_and_nothing_else(tmp_path: Path) -> None:
    made = commit(tmp_path)
    draft = generation.new_draft(tmp_path)
    (draft / "data.bin").write_bytes(b"abc")
    folder = tmp_path / "index"
    (folder / ".current-1").write_bytes(b"g-")
    (folder / ".dropped-g-1").mkdir()
    (folder / ".building-link").symlink_to(folder_of(tmp_path, made))
    with building(tmp_path):
        swept = generation.sweep(tmp_path)
    assert sorted(swept) == sorted([".building-link", draft.name, ".current-1", ".dropped-g-1"])
    assert sorted(p.name for p in folder.iterdir()) == [".lock", "CURRENT", made.generation]
    assert generation.verify(generation.current(tmp_path)) == made


# Reading while builds drop what is being read


def test_a_generation_dropped_while_it_is_opened_is_not_damaged(tmp_path: Path) -> None:
    old = commit(tmp_path, keep=1)
    tried: list[str] = []

    def open_folder(folder: Path) -> Manifest:
        tried.append(folder.name)
        if folder.name == old.generation:
            commit(tmp_path, b"new", keep=1)
        return generation.verify(folder)

    new = generation.opened(tmp_path, open_folder)
    assert tried == [old.generation, new.generation]
    assert new == generation.verify(generation.current(tmp_path))
    (folder_of(tmp_path, new) / "data.bin").unlink()
    with pytest.raises(DamagedIndex, match=r"data\.bin manque"):
        generation.opened(tmp_path, generation.verify)


def test_readers_never_fail_while_every_build_drops_the_one_before(tmp_path: Path) -> None:
    commit(tmp_path, keep=1)
    stop, opened = threading.Event(), 0
    failures: list[SourcierError] = []

    def read() -> None:
        nonlocal opened
        while not stop.is_set():
            try:
                generation.opened(tmp_path, generation.verify)
            except SourcierError as error:
                failures.append(error)
            opened += 1

    reader = threading.Thread(target=read)
    reader.start()
    for content in range(100):
        commit(tmp_path, bytes([content]), keep=1)
    stop.set()
    reader.join()
    assert failures == []
    assert opened > 0
