"""Files that move while a folder is surveyed: waited for, read again, left out, or gone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.documents import Unread
from corpus.reading import survey as module
from corpus.reading.opening import LEADS_OUT
from corpus.reading.survey import NOTHING_KNOWN, FileState, glance, stamp_of, survey
from tests.corpus.survey.surveying import (
    SECOND,
    Clock,
    hashes,
    later,
    save,
    sha256,
    watched,
)
from tests.links import outside_of

STILL_WRITTEN = "en cours d'écriture ; il sera lu quand il ne changera plus"


def test_a_file_just_saved_is_waited_for(folder: Path, clock: Clock) -> None:
    for source in ("b.md", "dossier/a.md"):
        save(folder / source, "Un début", clock.start - SECOND // 4)
    clock.meanwhile = lambda: save(folder / "b.md", "Un début et sa fin.", clock.start - SECOND)
    found = survey(folder, settle=0.75)
    assert clock.slept == [0.5]
    assert hashes(found) == {"b.md": sha256("Un début et sa fin."), "dossier/a.md": sha256("Un début")}


@pytest.mark.parametrize("age", [0.5, 60.0, -60.0])
def test_a_file_saved_long_ago_or_dated_ahead_is_not_waited_for(
    folder: Path, clock: Clock, age: float
) -> None:
    for source in ("b.md", "dossier/a.md"):
        save(folder / source, "Un texte.", clock.start - round(age * SECOND))
    assert set(hashes(survey(folder, settle=0.5)).values()) == {sha256("Un texte.")}
    assert clock.slept == []


def test_without_settling_a_file_saved_this_instant_is_read(folder: Path, clock: Clock) -> None:
    save(folder / "b.md", "Un texte.", clock.start)
    assert hashes(survey(folder))["b.md"] == sha256("Un texte.")
    assert clock.slept == []


def test_a_file_that_grows_all_along_keeps_its_old_state_or_is_left_out_when_new(
    folder: Path, clock: Clock, opened: list[str]
) -> None:
    save(folder / "dossier" / "a.md", "Un texte.", 0)
    before = later(survey(folder))
    opened.clear()

    def grow() -> None:
        for name in ("b.md", "neuf.md"):
            save(folder / name, f"Un texte écrit {len(clock.slept)} fois.", clock.now)

    clock.meanwhile = grow
    grow()
    found = survey(folder, before, settle=0.5)
    assert found.files == before.files
    assert found.left == (Unread("neuf.md", STILL_WRITTEN, failed=False),)
    # Two seconds for all files together, and nothing is read meanwhile.
    assert (clock.slept, opened) == ([0.5] * 4, [])


def test_a_settling_longer_than_the_longest_wait_is_not_waited_for(folder: Path, clock: Clock) -> None:
    save(folder / "b.md", "Un début", clock.start)
    save(folder / "dossier" / "a.md", "Un texte.", 0)
    found = survey(folder, settle=5.0)
    assert (clock.slept, list(found.files)) == ([], ["dossier/a.md"])
    assert found.left == (Unread("b.md", STILL_WRITTEN, failed=False),)


def while_read(monkeypatch: pytest.MonkeyPatch, source: str, act: Callable[[], object]) -> None:
    """Somebody acts each time this source is about to be opened."""
    watched(monkeypatch, lambda opened: act() if opened == source else None)


def test_a_file_saved_while_it_is_read_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = ["Un.", "Un deux.", "Un deux trois."]
    while_read(
        monkeypatch,
        "b.md",
        lambda: versions and (folder / "b.md").write_text(versions.pop(0), "utf-8"),
    )
    found = survey(folder).files["b.md"]
    assert found == FileState("b.md", stamp_of(folder / "b.md"), sha256("Un deux trois."))
    assert versions == []


@pytest.mark.parametrize("known", [True, False])
def test_a_file_saved_at_each_reading_is_given_up_after_the_longest_wait(
    folder: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, known: bool
) -> None:
    before = survey(folder) if known else NOTHING_KNOWN
    readings: list[int] = []

    def grow() -> None:
        clock.now += SECOND // 2
        readings.append(clock.now)
        save(folder / "b.md", f"Un texte écrit {len(readings):02} fois.", clock.now)

    while_read(monkeypatch, "b.md", grow)
    found = survey(folder, before)
    assert len(readings) == 4
    assert found.files.get("b.md") == before.files.get("b.md")
    assert found.left == (() if known else (Unread("b.md", STILL_WRITTEN, failed=False),))


def test_a_file_removed_since_it_was_listed_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = module.list_files(folder)
    assert listed == (["b.md", "dossier/a.md"], [])
    (folder / "b.md").unlink()
    monkeypatch.setattr(module, "list_files", lambda _: (["b.md", "dossier/a.md"], []))
    found = survey(folder)
    assert (list(found.files), found.left) == (["dossier/a.md"], ())
    assert list(glance(folder, NOTHING_KNOWN)) == ["dossier/a.md"]


def test_a_file_removed_right_before_it_is_opened_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    while_read(monkeypatch, "b.md", (folder / "b.md").unlink)
    found = survey(folder)
    assert (list(found.files), found.left) == (["dossier/a.md"], ())


def test_a_file_that_cannot_be_read_is_named_with_its_reason_and_has_no_state(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = survey(folder)

    def refused() -> None:
        raise PermissionError(13, "Permission denied")

    while_read(monkeypatch, "b.md", refused)
    found = survey(folder, before)
    assert list(found.files) == ["dossier/a.md"]
    assert found.left == (Unread("b.md", "lecture impossible : accès refusé", failed=True),)


def test_a_file_that_becomes_a_link_out_is_named_and_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = outside_of(folder) / "secret.md"

    def swap() -> None:
        (folder / "b.md").unlink()
        (folder / "b.md").symlink_to(secret)

    while_read(monkeypatch, "b.md", swap)
    found = survey(folder)
    assert list(found.files) == ["dossier/a.md"]
    assert found.left == (Unread("b.md", f"lecture impossible : {LEADS_OUT}", failed=True),)
