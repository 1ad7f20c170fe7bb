"""What the files of a folder are: which are hashed again, which are waited for, which are left out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from io import BufferedReader
from pathlib import Path

import pytest

from corpus.changes import Changes, compare
from corpus.documents import Unread
from corpus.errors import MissingTexts
from corpus.reading import survey as module
from corpus.reading.opening import LEADS_OUT
from corpus.reading.survey import NOTHING_KNOWN, FileState, Stamp, Survey, glance, stamp_of, survey
from tests.links import outside_of

SECOND = 1_000_000_000
STILL_WRITTEN = "en cours d'écriture ; il sera lu quand il ne changera plus"


class Clock:
    """Stands for `time`; moves only when somebody sleeps, and then something may happen."""

    def __init__(self) -> None:
        self.start = self.now = 1_700_000_000 * SECOND
        self.slept: list[float] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def time_ns(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return (self.now - self.start) / SECOND

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += round(seconds * SECOND)
        self.meanwhile()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = tmp_path / "textes"
    (texts / "dossier").mkdir(parents=True)
    (texts / "b.md").write_text("Le lit est libre.", "utf-8")
    (texts / "dossier" / "a.md").write_text("La salle est fermée.", "utf-8")
    return texts


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that are opened, in order."""
    found: list[str] = []
    real = module.open_inside

    def counted(root: Path, source: str) -> BufferedReader:
        found.append(source)
        return real(root, source)

    monkeypatch.setattr(module, "open_inside", counted)
    return found


def later(found: Survey, seconds: float = 10.0) -> Survey:
    """The same survey, begun so long after its last file was saved."""
    last = max(file.stamp.changed_ns for file in found.files.values())
    return replace(found, begun_ns=last + round(seconds * SECOND))


def save(path: Path, text: str, at_ns: int) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, ns=(at_ns, at_ns))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hashes(found: Survey) -> dict[str, str]:
    return {source: file.sha256 for source, file in found.files.items()}


def test_each_text_has_its_stamp_and_the_hash_of_its_bytes(folder: Path, clock: Clock) -> None:
    (folder / ".caché.md").write_text("Rien.", "utf-8")
    (folder / "a.jpeg").write_bytes(b"")
    status = (folder / "b.md").stat()
    stamp = Stamp(17, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    found = survey(folder)
    assert stamp_of(folder / "b.md") == stamp
    assert found.files["b.md"] == FileState("b.md", stamp, sha256("Le lit est libre."))
    assert list(found.files) == ["b.md", "dossier/a.md"]
    assert found.left == (
        Unread(".caché.md", "fichier caché", failed=False),
        Unread("a.jpeg", "type non pris en charge (.jpeg)", failed=False),
    )
    assert found.begun_ns == clock.start


def test_an_empty_folder_has_no_file_and_a_missing_one_is_named(tmp_path: Path) -> None:
    found = survey(tmp_path)
    assert (found.files, found.left, glance(tmp_path, found)) == ({}, (), {})
    for look in (lambda: survey(tmp_path / "absent"), lambda: glance(tmp_path / "absent", NOTHING_KNOWN)):
        with pytest.raises(MissingTexts, match="absent n'existe pas"):
            look()


def test_progress_is_told_before_each_file_and_at_the_end(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    survey(folder, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_a_file_whose_stamp_is_the_same_is_not_opened_again(folder: Path, opened: list[str]) -> None:
    before = later(survey(folder))
    assert opened == ["b.md", "dossier/a.md"]
    opened.clear()
    assert survey(folder, before).files == before.files
    assert opened == []


def test_only_the_file_whose_stamp_is_another_is_opened(folder: Path, opened: list[str]) -> None:
    before = later(survey(folder))
    opened.clear()
    (folder / "b.md").write_text("Le lit est occupé.", "utf-8")
    (folder / "c.md").write_text("Neuf.", "utf-8")
    found = survey(folder, before)
    assert opened == ["b.md", "c.md"]
    assert hashes(found) == hashes(before) | {"b.md": sha256("Le lit est occupé."), "c.md": sha256("Neuf.")}


def test_a_stamp_is_trusted_only_beyond_two_seconds(folder: Path, opened: list[str]) -> None:
    before = survey(folder)
    opened.clear()
    last = max(file.stamp.changed_ns for file in before.files.values())
    survey(folder, replace(before, begun_ns=last + 2 * SECOND + 1))
    assert opened == []
    survey(folder, replace(before, begun_ns=last + 2 * SECOND))
    assert opened == [source for source, file in before.files.items() if file.stamp.changed_ns == last]


def test_an_edit_that_a_coarse_clock_does_not_show_is_seen(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def coarse(path: Path) -> Stamp:
        stamp, tick = stamp_of(path), 3600 * SECOND
        return replace(stamp, modified_ns=stamp.modified_ns // tick, changed_ns=before_now)

    before_now = (folder / "b.md").stat().st_ctime_ns
    monkeypatch.setattr(module, "stamp_of", coarse)
    before = survey(folder)
    (folder / "b.md").write_text("Le lit est perdu.", "utf-8")
    assert coarse(folder / "b.md") == before.files["b.md"].stamp
    assert hashes(survey(folder, before))["b.md"] == sha256("Le lit est perdu.")
    # A survey that was begun long after would have trusted the stamp.
    assert hashes(survey(folder, later(before)))["b.md"] == sha256("Le lit est libre.")


def test_an_edit_that_keeps_size_and_date_is_seen(folder: Path) -> None:
    before = later(survey(folder))
    dates = (folder / "b.md").stat()
    (folder / "b.md").write_text("Le lit est perdu.", "utf-8")
    os.utime(folder / "b.md", ns=(dates.st_atime_ns, dates.st_mtime_ns))
    assert hashes(survey(folder, before))["b.md"] == sha256("Le lit est perdu.")


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
    real = module.open_inside

    def acted(root: Path, name: str) -> BufferedReader:
        if name == source:
            act()
        return real(root, name)

    monkeypatch.setattr(module, "open_inside", acted)


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
    assert len(readings) == 5
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
    assert found.left == (Unread("b.md", "lecture impossible : Permission denied", failed=True),)


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


def test_a_glance_tells_every_change_and_opens_nothing(folder: Path, opened: list[str]) -> None:
    for name in ("c.md", "d.md", "e.md"):
        (folder / name).write_text(f"Texte {name}.", "utf-8")
    before = later(survey(folder))
    opened.clear()
    assert glance(folder, before) == hashes(before)
    (folder / "b.md").rename(folder / "dossier" / "bé.md")
    (folder / "c.md").write_text("Autre chose.", "utf-8")
    (folder / "d.md").unlink()
    (folder / "neuf.md").write_text("Texte neuf.", "utf-8")
    assert compare(hashes(before), glance(folder, before)) == Changes(
        added=("neuf.md",),
        changed=("c.md",),
        removed=("d.md",),
        renamed=(("b.md", "dossier/bé.md"),),
        unchanged=2,
    )
    assert opened == []


def test_to_a_glance_swapped_and_touched_files_are_changed_and_a_copy_is_added(folder: Path) -> None:
    (folder / "c.md").write_text("Le lit est perdu.", "utf-8")
    before = survey(folder)
    (folder / "b.md").rename(folder / "x")
    (folder / "c.md").rename(folder / "b.md")
    (folder / "x").rename(folder / "c.md")
    (folder / "dossier" / "a.md").touch()
    (folder / "copie.md").write_bytes((folder / "dossier" / "a.md").read_bytes())
    found = compare(hashes(before), glance(folder, before))
    assert found == Changes(added=("copie.md",), changed=("b.md", "c.md", "dossier/a.md"))
