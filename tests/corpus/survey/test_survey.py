"""What the files of a folder are: which are hashed again, and what stamps alone tell."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.changes import Changes, compare
from corpus.documents import Unread
from corpus.errors import MissingTexts
from corpus.reading import survey as module
from corpus.reading.survey import NOTHING_KNOWN, FileState, Stamp, glance, stamp_of, survey
from tests.corpus.survey.surveying import SECOND, Clock, hashes, later, sha256


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
        return replace(stamp_of(path), modified_ns=saved, changed_ns=saved)

    saved = (folder / "b.md").stat().st_ctime_ns
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
    time.sleep(0.02)  # kernels tick every few milliseconds
    (folder / "b.md").write_text("Le lit est perdu.", "utf-8")
    os.utime(folder / "b.md", ns=(dates.st_atime_ns, dates.st_mtime_ns))
    assert hashes(survey(folder, before))["b.md"] == sha256("Le lit est perdu.")


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
    os.utime(folder / "dossier" / "a.md", ns=(0, 0))
    (folder / "copie.md").write_bytes((folder / "dossier" / "a.md").read_bytes())
    found = compare(hashes(before), glance(folder, before))
    assert found == Changes(added=("copie.md",), changed=("b.md", "c.md", "dossier/a.md"))


def test_to_a_glance_a_file_whose_rights_alone_changed_is_changed(folder: Path) -> None:
    before = survey(folder)
    time.sleep(0.02)  # kernels tick every few milliseconds
    (folder / "b.md").chmod(0o600)
    assert compare(hashes(before), glance(folder, before)) == Changes(changed=("b.md",), unchanged=1)
