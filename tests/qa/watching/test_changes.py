"""Each burst of changes is told once, and no temporary file is."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.changes import Changes
from index.build import build
from index.errors import DamagedIndex, NoIndex
from tests.conftest import FakeEncoder
from tests.qa.watching.support import LONGEST, QUIET, SETTLE, Calls, save, settings_of, until, watching


def test_what_changed_while_nobody_watched_is_told_at_once(tmp_path: Path, behind: None) -> None:
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        assert not until(lambda: calls.count > 1, QUIET)


@pytest.mark.parametrize("error", [NoIndex("rien"), DamagedIndex("abîmé")])
def test_without_a_readable_index_the_folder_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(texts: Path, home: Path) -> Changes:
        raise error

    monkeypatch.setattr("qa.watching.pending", fail)
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)


def test_an_index_that_follows_its_folder_is_left_alone(tmp_path: Path, texts: Path) -> None:
    (texts / "pluie.txt").write_text("La pluie tombe sur Rennes.", "utf-8")
    build(texts, tmp_path / "home", FakeEncoder())
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert not until(lambda: calls.count > 0, QUIET)
        (texts / "pluie.txt").write_text("La pluie tombe sur Brest.", "utf-8")
        assert until(lambda: calls.count == 1)


def _save_by_renaming(texts: Path) -> None:
    (texts / ".a.txt.new").write_text("deux", "utf-8")
    (texts / ".a.txt.new").replace(texts / "a.txt")


def _rename(texts: Path) -> None:
    (texts / "old.txt").rename(texts / "new.txt")


def _move_out(texts: Path) -> None:
    (texts / "old.txt").rename(texts.parent / "old.txt")


def _move_in(texts: Path) -> None:
    (texts.parent / "outside.txt").write_text("dehors", "utf-8")
    (texts.parent / "outside.txt").rename(texts / "inside.txt")


def _move_a_folder_in(texts: Path) -> None:
    (texts.parent / "outside").mkdir()
    (texts.parent / "outside" / "a.txt").write_text("dedans", "utf-8")
    (texts.parent / "outside").rename(texts / "inside")


def _move_a_folder_out(texts: Path) -> None:
    (texts / "sub").rename(texts.parent / "gone")


def _save_in_a_new_folder(texts: Path) -> None:
    (texts / "new" / "deep").mkdir(parents=True)
    (texts / "new" / "deep" / "a.txt").write_text("au fond", "utf-8")


def _remove(texts: Path) -> None:
    (texts / "sub" / "deep.txt").unlink()


@pytest.mark.parametrize(
    "change",
    [
        save,
        _save_by_renaming,
        _rename,
        _move_out,
        _move_in,
        _move_a_folder_in,
        _move_a_folder_out,
        _save_in_a_new_folder,
        _remove,
    ],
)
@pytest.mark.parametrize("polling", ["", "1"], ids=["events", "polling"])
def test_every_kind_of_change_is_told_once(
    tmp_path: Path,
    texts: Path,
    behind: None,
    monkeypatch: pytest.MonkeyPatch,
    polling: str,
    change: Callable[[Path], None],
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", polling)
    monkeypatch.setenv("WATCHFILES_POLL_DELAY_MS", "50")
    (texts / "sub").mkdir()
    (texts / "sub" / "deep.txt").write_text("profond", "utf-8")
    (texts / "old.txt").write_text("ancien", "utf-8")
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        change(texts)
        assert until(lambda: calls.count == 2)
        assert not until(lambda: calls.count > 2, 2 * SETTLE + 0.2)


def test_what_happens_in_a_folder_moved_in_is_told_too(tmp_path: Path, texts: Path, behind: None) -> None:
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        _move_a_folder_in(texts)
        assert until(lambda: calls.count == 2)
        (texts / "inside" / "b.txt").write_text("plus tard", "utf-8")
        assert until(lambda: calls.count == 3)


def test_fifty_files_saved_at_once_are_told_at_most_three_times(
    tmp_path: Path, texts: Path, behind: None
) -> None:
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        for number in range(50):
            (texts / f"{number}.txt").write_text(f"texte {number}", "utf-8")
        assert until(lambda: calls.count >= 2)
        assert not until(lambda: calls.count > 4, QUIET)


def test_hidden_and_temporary_files_are_never_told(tmp_path: Path, texts: Path, behind: None) -> None:
    (texts / ".git").mkdir()
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        for name in (".cache", ".git/index", ".a.txt.swp", "~$a.docx", "a.txt~", ".sourcier-1f", "4913"):
            (texts / name).write_text("rien", "utf-8")
            (texts / name).unlink()
        assert not until(lambda: calls.count > 1, QUIET)
        save(texts)
        assert until(lambda: calls.count == 2)


def test_temporary_files_do_not_put_off_the_end_of_a_burst(tmp_path: Path, texts: Path, behind: None) -> None:
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        save(texts)
        saved = time.monotonic()
        while calls.count < 2 and time.monotonic() < saved + 5:
            (texts / ".a.txt.swp").write_text(str(time.monotonic()), "utf-8")
            time.sleep(0.02)
        assert calls.count == 2
        assert time.monotonic() - saved < LONGEST


def test_a_folder_that_never_rests_is_told_all_the_same(tmp_path: Path, texts: Path, behind: None) -> None:
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        started = time.monotonic()
        while calls.count < 2 and time.monotonic() < started + 10:
            (texts / "a.txt").write_text(str(time.monotonic()), "utf-8")
            time.sleep(0.02)
        assert calls.count == 2
        assert time.monotonic() - started >= LONGEST
