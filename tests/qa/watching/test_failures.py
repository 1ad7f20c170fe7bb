"""Watching outlives its folder, failing builds, lost events, and files half written."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import watchfiles

from index.build import BuildOptions, build
from index.errors import DamagedIndex
from index.opening import open_engine
from index.pending import pending
from qa.config import Settings
from qa.watching import watch
from tests.conftest import FakeEncoder
from tests.qa.watching.support import LONGEST, QUIET, SETTLE, Calls, save, settings_of, until, watching


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
        save(texts)
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
        save(texts)
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
        save(texts)
        assert until(lambda: len(caplog.messages) == 2)
        assert calls.count == 0
        save(texts)
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
        save(texts)
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
        save(texts)
        assert until(lambda: calls.count > told)


def test_an_index_inside_the_folder_of_texts_does_not_set_off_its_own_building(
    tmp_path: Path, texts: Path
) -> None:
    settings = Settings(texts=texts, home=texts / "var")
    save(texts)
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
