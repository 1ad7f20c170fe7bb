"""Watching tells of each burst of changes once, of no temporary file, and outlives its folder."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import watchfiles

from corpus.changes import Changes
from index.build import BuildOptions, build, pending
from index.embedded import open_engine
from index.errors import DamagedIndex, NoIndex
from qa.config import Settings
from qa.watching import Burst, is_of_interest, watch
from tests.conftest import FakeEncoder

SETTLE, LONGEST = 0.15, 1.0
# Longer than any burst of a test takes to be told.
QUIET = 1.0
BEHIND = Changes(added=("a.txt",))


class Calls:
    """Counts what watching tells; runs `work` at each."""

    def __init__(self, work: Callable[[], object] = lambda: None) -> None:
        self.count = 0
        self._work = work

    def __call__(self) -> None:
        self._work()
        self.count += 1


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it comes to hold within so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def settings_of(folder: Path) -> Settings:
    (folder / "texts").mkdir(exist_ok=True)
    return Settings(texts=folder / "texts", home=folder / "home")


@contextmanager
def watching(settings: Settings, calls: Callable[[], None], recheck: float = 60.0) -> Iterator[None]:
    """Watches in a thread, which must end within seconds of being told to."""
    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(settings, calls, stop, SETTLE, LONGEST, recheck))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is behind the folder at the start: the first call tells that events are heard."""
    monkeypatch.setattr("qa.watching.pending", lambda texts, home: BEHIND)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = settings_of(tmp_path).texts
    assert folder is not None
    return folder


def test_a_burst_is_over_when_it_is_quiet_or_has_lasted() -> None:
    burst = Burst()
    assert not burst.is_over(100.0, settle=1.0, longest=5.0)
    burst.add(100.0)
    assert not burst.is_over(100.9, settle=1.0, longest=5.0)
    assert burst.is_over(101.0, settle=1.0, longest=5.0)
    for second in range(101, 105):
        burst.add(second - 0.5)
        burst.add(float(second))
        assert not burst.is_over(second + 0.9, settle=1.0, longest=5.0)
    burst.add(104.9)
    assert burst.is_over(105.0, settle=1.0, longest=5.0)


@pytest.mark.parametrize(
    ("name", "of_interest"),
    [
        ("notes.txt", True),
        ("sous/dossier/notes.md", True),
        ("dossier", True),
        ("budget.xlsx", True),
        ("#idées.md", True),
        ("~notes.txt", True),
        ("4913.txt", True),
        (".cache", False),
        (".git/index.txt", False),
        (".notes.txt.swp", False),
        (".sourcier-4f2a.txt", False),
        ("~$rapport.docx", False),
        (".~lock.rapport.docx#", False),
        ("notes.txt~", False),
        ("#notes.txt#", False),
        ("4913", False),
        ("~WRL0001.TMP", False),
        ("film.pdf.crdownload", False),
        ("var/index/g-1/store.sqlite", False),
    ],
)
def test_events_of_hidden_and_temporary_files_are_of_no_interest(name: str, of_interest: bool) -> None:
    root = Path("/textes")
    assert is_of_interest(root / name, root, home=root / "var") == of_interest


def test_a_change_of_the_folder_itself_is_of_interest_and_one_beside_it_is_not() -> None:
    root, home = Path("/var/textes"), Path("/var")
    assert is_of_interest(root, root, home)
    assert is_of_interest(root / "a.txt", root, home)
    assert not is_of_interest(home / "index" / "CURRENT", root, home)


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


def _save(texts: Path) -> None:
    (texts / "a.txt").write_text("un", "utf-8")


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
        _save,
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
        _save(texts)
        assert until(lambda: calls.count == 2)


def test_temporary_files_do_not_put_off_the_end_of_a_burst(tmp_path: Path, texts: Path, behind: None) -> None:
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        _save(texts)
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


def test_a_folder_removed_and_made_again_is_followed_and_its_absence_said_once(
    tmp_path: Path, texts: Path, behind: None, caplog: pytest.LogCaptureFixture
) -> None:
    said = f"le dossier de textes {texts} a disparu ; il sera suivi dès son retour"
    calls = Calls()
    with caplog.at_level(logging.WARNING, "qa.watching"), watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        shutil.rmtree(texts)
        assert until(lambda: said in caplog.messages)
        assert not until(lambda: len(caplog.messages) > 1, 1.5)
        told = calls.count
        texts.mkdir()
        _save(texts)
        assert until(lambda: calls.count == told + 1)
        (texts / "b.txt").write_text("suite", "utf-8")
        assert until(lambda: calls.count == told + 2)
    assert caplog.messages == [said]


def test_a_folder_moved_away_and_replaced_by_another_is_followed(
    tmp_path: Path, texts: Path, behind: None
) -> None:
    calls = Calls()
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        texts.rename(tmp_path / "before")
        texts.mkdir()
        _save(texts)
        assert until(lambda: calls.count >= 2)
        told = calls.count
        (texts / "b.txt").write_text("suite", "utf-8")
        assert until(lambda: calls.count == told + 1)


def test_a_failing_build_is_logged_and_watching_goes_on(
    tmp_path: Path, texts: Path, behind: None, caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([DamagedIndex("un fichier manque"), OSError(errno.ENOSPC, "No space left on device")])

    def fail() -> None:
        error = next(failures, None)
        if error is not None:
            raise error

    calls = Calls(fail)
    with caplog.at_level(logging.ERROR, "qa.watching"), watching(settings_of(tmp_path), calls):
        assert until(lambda: len(caplog.messages) == 1)
        _save(texts)
        assert until(lambda: len(caplog.messages) == 2)
        assert calls.count == 0
        _save(texts)
        assert until(lambda: calls.count == 1)
    assert caplog.messages == [
        "l'index n'a pas pu suivre le dossier : un fichier manque",
        "l'index n'a pas pu suivre le dossier : le disque est plein",
    ]


def test_a_change_without_an_event_is_found_by_looking_and_told_once(
    tmp_path: Path, texts: Path, behind: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = tmp_path / "silent"
    silent.mkdir()
    heard = watchfiles.watch
    monkeypatch.setattr(watchfiles, "watch", lambda root, **options: heard(silent, **options))
    calls = Calls()
    with watching(settings_of(tmp_path), calls, recheck=0.3):
        assert until(lambda: calls.count == 1)
        assert not until(lambda: calls.count > 1, QUIET)
        _save(texts)
        assert until(lambda: calls.count == 2)
        assert not until(lambda: calls.count > 2, QUIET)


def test_what_failed_is_told_again_after_a_pause_until_it_succeeds(tmp_path: Path, behind: None) -> None:
    told: list[float] = []
    stop = threading.Event()

    def tell() -> None:
        told.append(time.monotonic())
        if len(told) == 2:
            raise DamagedIndex("abîmé")

    given = (settings_of(tmp_path), tell, stop, SETTLE, LONGEST, 0.3, lambda: len(told) == 1)
    thread = threading.Thread(target=watch, args=given)
    thread.start()
    try:
        assert until(lambda: len(told) == 3)
        assert not until(lambda: len(told) > 3, QUIET)
    finally:
        stop.set()
        thread.join(5)
    assert min(told[1] - told[0], told[2] - told[1]) >= 0.3


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("OS file watch limit reached."), "trop de dossiers pour le système"),
        (PermissionError("Permission denied (os error 13)"), "accès refusé"),
        (OSError(errno.EIO, "Input/output error"), "le disque est défaillant"),
    ],
)
def test_a_folder_that_cannot_be_watched_is_looked_at_instead_and_said_once(
    tmp_path: Path,
    texts: Path,
    behind: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: OSError,
    reason: str,
) -> None:
    def refuse(*_: object, **__: object) -> Iterator[set[object]]:
        raise error

    monkeypatch.setattr(watchfiles, "watch", refuse)
    calls = Calls()
    with caplog.at_level(logging.WARNING, "qa.watching"), watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        for told in (2, 3):
            (texts / "a.txt").write_text(f"version {told}", "utf-8")
            assert until(lambda told=told: calls.count == told)  # type: ignore[misc]
    assert caplog.messages == [
        f"le dossier {texts} ne peut pas être suivi ({reason}) ; il est relu sans cesse"
    ]


def test_a_file_whose_name_is_not_utf_8_does_not_end_watching(
    tmp_path: Path, texts: Path, behind: None, caplog: pytest.LogCaptureFixture
) -> None:
    calls = Calls()
    with caplog.at_level(logging.WARNING, "qa.watching"), watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        Path(os.fsdecode(os.fsencode(texts) + b"/caf\xe9.txt")).write_text("latin", "utf-8")
        assert until(lambda: any("ne peut pas être suivi" in message for message in caplog.messages))
        told = calls.count
        _save(texts)
        assert until(lambda: calls.count > told)


def test_an_index_inside_the_folder_of_texts_does_not_set_off_its_own_building(
    tmp_path: Path, texts: Path
) -> None:
    settings = Settings(texts=texts, home=texts / "var")
    _save(texts)
    calls = Calls(lambda: build(texts, texts / "var", FakeEncoder()))
    with watching(settings, calls):
        assert until(lambda: calls.count == 1)
        assert not until(lambda: calls.count > 1, QUIET)
    assert not pending(texts, texts / "var")


def test_a_text_appended_in_slow_pieces_is_never_indexed_in_part(tmp_path: Path, texts: Path) -> None:
    pieces = [f"Le morceau numéro {number} parle de la pluie.\n" for number in range(20)]
    seen: list[str] = []

    def follow() -> None:
        build(texts, tmp_path / "home", FakeEncoder(), options=BuildOptions(settle=0.3))
        engine = open_engine(tmp_path / "home", FakeEncoder())
        try:
            document = engine.document("lent.txt")
            seen.append(document.text if document else "")
        finally:
            engine.close()

    (texts / "autre.txt").write_text("Le vent souffle sur Brest.", "utf-8")
    calls = Calls(follow)
    with watching(settings_of(tmp_path), calls):
        assert until(lambda: calls.count == 1)
        with (texts / "lent.txt").open("w", encoding="utf-8") as file:
            for number, piece in enumerate(pieces):
                file.write(piece)
                file.flush()
                time.sleep(0.2)
                if number % 10 == 5:  # a change elsewhere sets off a build in the middle
                    (texts / "autre.txt").write_text(f"Le vent souffle {number} fois.", "utf-8")
        assert until(lambda: seen[-1] == "".join(pieces))
    assert len(seen) >= 3
    assert set(seen) == {"", "".join(pieces)}
