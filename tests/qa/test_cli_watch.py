"""`sourcier watch` in a process of its own, with the fake encoder: what it prints and how it ends."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import pytest
import typer

from corpus.changes import Changes
from index.build import BuildReport
from index.embedding import EncodedPassage, EncoderInput
from index.generation import current
from index.lock import building
from index.pending import pending
from qa.commands.watch import add_watch, told
from qa.jobs import Jobs, State
from tests.conftest import FakeEncoder
from tests.qa.helpers import Command

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_A_PASSAGE = "TEST_SECONDS_A_PASSAGE"
PATIENCE = 30.0
_LINE = re.compile(r"\d\d:\d\d:\d\d  (.*) ; \d+,\d s \((g-[\w-]+)\)")


class SlowEncoder(FakeEncoder):
    """The fake encoder, so slow with each passage that a build can be met in its middle."""

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        for each in super().encode_passages(passages):
            time.sleep(float(os.environ.get(SECONDS_A_PASSAGE, "0")))
            yield each


class Watch:
    """A running `sourcier watch`, and the lines it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._out: queue.Queue[str] = queue.Queue()
        self._err: queue.Queue[str] = queue.Queue()
        for stream, lines in ((process.stdout, self._out), (process.stderr, self._err)):
            assert stream is not None
            threading.Thread(target=_drain, args=(stream, lines), daemon=True).start()

    def out(self) -> str:
        """The next line of standard output."""
        return self._next(self._out)

    def err(self) -> str:
        """The next line of standard error."""
        return self._next(self._err)

    def says_nothing(self, seconds: float) -> bool:
        """Whether standard output stays silent for so long."""
        try:
            self._out.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def _next(self, lines: queue.Queue[str]) -> str:
        try:
            return lines.get(timeout=PATIENCE)
        except queue.Empty:
            printed = [*self._out.queue, *self._err.queue]
            raise AssertionError(f"nothing in {PATIENCE:.0f} s; elsewhere: {printed}") from None

    def end(self, number: signal.Signals) -> int:
        """Sends the signal; the exit status. Nothing more may have been printed."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        assert (list(self._out.queue), list(self._err.queue)) == ([], [])
        return status


def _drain(stream: IO[str], lines: queue.Queue[str]) -> None:
    with stream:
        for line in stream:
            lines.put(line.rstrip("\n"))


@contextmanager
def watching(folder: Path, *options: str, seconds_a_passage: float = 0.0) -> Iterator[Watch]:
    """Watches `folder/texts` for the index in `folder/home`."""
    where = ["--texts", str(folder / "texts"), "--home", str(folder / "home")]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.qa.test_cli_watch", "watch", *where, *options],
        cwd=ROOT,
        env={**os.environ, SECONDS_A_PASSAGE: str(seconds_a_passage), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        watch = Watch(process)
        assert watch.err() == f"{folder / 'texts'} est suivi ; Ctrl-C pour arrêter"
        yield watch
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "pluie.txt").write_text("La pluie tombe sur Rennes.", "utf-8")
    return folder


def _told(line: str, home: Path) -> str:
    """What a line says was done, once it names the generation served."""
    match = _LINE.fullmatch(line)
    assert match is not None, line
    assert match[2] == current(home).name
    return match[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_each_change_is_told_in_a_line_until_a_signal_ends_it_with_status_0(
    tmp_path: Path, texts: Path, number: signal.Signals
) -> None:
    home = tmp_path / "home"
    with watching(tmp_path) as watch:
        assert _told(watch.out(), home) == "ajouté : pluie.txt"
        (texts / "vent.txt").write_text("Le vent souffle sur Brest.", "utf-8")
        assert _told(watch.out(), home) == "ajouté : vent.txt"
        (texts / "pluie.txt").write_text("La pluie tombe sur Quimper.", "utf-8")
        assert _told(watch.out(), home) == "modifié : pluie.txt"
        (texts / "sous").mkdir()
        (texts / "vent.txt").rename(texts / "sous" / "vent.txt")
        assert _told(watch.out(), home) == "renommé : vent.txt → sous/vent.txt"
        (texts / "pluie.txt").unlink()
        assert _told(watch.out(), home) == "retiré : pluie.txt"
        assert watch.end(number) == 0
    assert not pending(texts, home)


def test_json_gives_the_report_of_each_build_on_a_line(tmp_path: Path, texts: Path) -> None:
    with watching(tmp_path, "--json") as watch:
        report = json.loads(watch.out())
        assert report["generation"] == current(tmp_path / "home").name
        assert report["changes"]["added"] == ["pluie.txt"]
        (texts / "pluie.txt").unlink()
        empty = f"le dossier {texts} ne contient aucun texte"
        assert json.loads(watch.out())["error"].startswith(empty)
        assert watch.end(signal.SIGTERM) == 0


def test_a_failing_build_is_told_and_the_next_change_is_built(tmp_path: Path, texts: Path) -> None:
    home = tmp_path / "home"
    with watching(tmp_path) as watch:
        assert _told(watch.out(), home) == "ajouté : pluie.txt"
        served = current(home).name
        (texts / "pluie.txt").unlink()
        assert watch.err().startswith(f"sourcier : le dossier {texts} ne contient aucun texte")
        assert current(home).name == served
        (texts / "vent.txt").write_text("Le vent souffle sur Brest.", "utf-8")
        assert _told(watch.out(), home) == "ajouté : vent.txt ; retiré : pluie.txt"
        assert watch.end(signal.SIGTERM) == 0


def test_what_leaves_the_index_as_it_was_is_not_told(tmp_path: Path, texts: Path) -> None:
    home = tmp_path / "home"
    with watching(tmp_path) as watch:
        assert _told(watch.out(), home) == "ajouté : pluie.txt"
        built = len(Jobs(home).all())
        (texts / "pluie.txt").touch()
        deadline = time.monotonic() + PATIENCE
        while len([job for job in Jobs(home).all() if job.finished]) == built:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert watch.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_in_hand_is_cancelled_and_leaves_nothing(
    tmp_path: Path, texts: Path, number: signal.Signals
) -> None:
    home = tmp_path / "home"
    for name in range(100):
        (texts / f"{name}.txt").write_text(f"Texte numéro {name}.", "utf-8")
    with watching(tmp_path, seconds_a_passage=0.3) as watch:
        deadline = time.monotonic() + PATIENCE
        while (job := Jobs(home).under_way()) is None or job.stage != "encodage":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        drafts = list((home / "index").glob(".building-*"))
        assert watch.end(number) == 0
    assert len(drafts) == 1
    assert Jobs(home).get(job.id).state is State.CANCELLED
    assert [path.name for path in (home / "index").iterdir() if not path.name.endswith(".lock")] == []


def test_the_build_of_another_process_is_waited_for(tmp_path: Path, texts: Path) -> None:
    home = tmp_path / "home"
    with ExitStack() as other:
        other.enter_context(building(home))
        with watching(tmp_path) as watch:
            assert watch.err() == "une autre construction est en cours ; celle-ci attend sa fin"
            assert watch.says_nothing(seconds=2)
            assert not (home / "index" / "CURRENT").exists()
            other.close()
            assert _told(watch.out(), home) == "ajouté : pluie.txt"
            assert watch.end(signal.SIGTERM) == 0


def test_a_missing_folder_of_texts_exits_1_and_names_the_remedy(command: Command, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    sentence = f"le dossier de textes {absent} n'existe pas ; créez-le ou indiquez-en un avec --texts"
    assert command("watch", "--texts", absent, "--home", tmp_path) == (1, "", f"sourcier : {sentence}")


@pytest.mark.parametrize(
    ("changes", "held", "line"),
    [
        (Changes(added=("a.txt", "b.txt")), None, "ajoutés : a.txt, b.txt ; 1,5 s (g-2)"),
        (
            Changes(changed=("a", "b", "c", "d"), removed=tuple("efghi")),
            None,
            "modifiés : a, b, c et une autre ; retirés : e, f, g et 2 autres ; 1,5 s (g-2)",
        ),
        (
            Changes(added=("a.pdf",), renamed=(("b", "c"),), failed=("a.pdf",)),
            None,
            "ajouté : a.pdf ; renommé : b → c ; illisible : a.pdf ; 1,5 s (g-2)",
        ),
        (
            Changes(removed=("a",)),
            "g-3",
            "retiré : a ; g-3 est retenue par l'épreuve, g-2 reste servie ; 1,5 s (g-2)",
        ),
    ],
)
def test_a_line_names_what_a_build_did(changes: Changes, held: str | None, line: str) -> None:
    seconds = {"lecture": 0.5, "encodage": 1.0}
    assert told(BuildReport("g-2", held, 1, 1, 0, (), changes, 1, 0, seconds)) == line


if __name__ == "__main__":
    app = typer.Typer(callback=lambda: None)
    add_watch(app, lambda settings: SlowEncoder())
    app()
