"""Files parsed in other processes say what they say in this one; one that kills its process is named."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from corpus import cores
from corpus.documents import Extraction, Fact, Heading, Page, Reason, Span, Unread
from corpus.reading import apart
from corpus.reading.apart import COMMAND, KILLED, parsing, read_apart
from corpus.reading.folder import Read, list_files, read_bytes, read_files
from corpus.reading.packing import packed, unpacked
from corpus.reading.worker import send
from tests.corpus.support import HOSTILE


@pytest.fixture(autouse=True)
def _two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_WORTH", 1)
    monkeypatch.setattr(cores, "count", lambda: 2)


def pdf(text: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 700, text)
    canvas.save()
    return buffer.getvalue()


def read(folder: Path, command: Sequence[str] = COMMAND) -> list[Read | Unread]:
    sources, _ = list_files(folder)
    with parsing(sources, command) as (parse, ahead):
        assert ahead == 2
        return list(read_files(folder, sources, None, parse, ahead))


def test_files_parsed_apart_say_the_same_in_the_same_order(tmp_path: Path) -> None:
    for n in range(9):
        (tmp_path / f"{n} é.pdf").write_bytes(pdf(f"Le lit {n} est libre."))
        (tmp_path / f"{n} b.txt").write_text(f"Le texte {n}.", "utf-8")
    (tmp_path / "5 cassé.pdf").write_bytes(b"%PDF-1.4 rien")
    (tmp_path / "6 vide.pdf").write_bytes(b"")
    found = read(tmp_path)
    assert found == list(read_files(tmp_path, list_files(tmp_path)[0]))
    assert len(found) == 20
    assert [each.source for each in found if isinstance(each, Unread)] == ["5 cassé.pdf", "6 vide.pdf"]


@pytest.mark.parametrize(("bytes_", "how"), [(b"kill", "tué (signal 11)"), (b"exit", "arrêté (3)")])
def test_a_file_that_kills_its_process_is_named_and_the_others_are_read(
    tmp_path: Path, bytes_: bytes, how: str
) -> None:
    for n in range(6):
        (tmp_path / f"{n}.pdf").write_bytes(pdf(f"Le lit {n}."))
    (tmp_path / "3.pdf").write_bytes(bytes_)
    found = read(tmp_path, HOSTILE)
    reason = (
        f"lecture impossible : le processus qui lisait s'est {how} ; "
        "enregistrez ce fichier autrement, ou passez-vous de lui"
    )
    assert [each for each in found if isinstance(each, Unread)] == [Unread("3.pdf", reason, failed=True)]
    assert [each.source for each in found] == [f"{n}.pdf" for n in range(6)]


def test_few_files_are_parsed_apart_too_where_one_killed_its_reader_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_WORTH", 24)
    with parsing(["a.pdf", "b.pdf"], HOSTILE, {"b.pdf"}) as (parse, ahead):
        assert ahead == 1
        found = [parse("a.pdf", pdf("Le lit."))(), parse("b.pdf", b"kill")()]
    assert [isinstance(each, Read) for each in found] == [True, False]
    with parsing(["a.pdf"], ("/absent",), {"b.pdf"}) as (_, ahead):
        assert ahead == 0


def test_what_lies_in_the_current_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(7)", "utf-8")
    monkeypatch.chdir(tmp_path)
    with parsing(["a.pdf", "b.pdf"]) as (parse, _):
        data = pdf("Le lit est libre.")
        assert parse("a.pdf", data)() == read_bytes("a.pdf", data)


@pytest.mark.parametrize("how", [b"print", b"print in C"])
def test_what_a_library_prints_is_no_answer(tmp_path: Path, how: bytes) -> None:
    for n in range(2):
        (tmp_path / f"{n}.pdf").write_bytes(how)
    found = [each for each in read(tmp_path, HOSTILE) if isinstance(each, Unread)]
    assert [each.source for each in found] == ["0.pdf", "1.pdf"]
    assert not any(each.reason.startswith(KILLED) for each in found)


def test_a_file_alone_is_parsed_apart_where_its_format_can_kill_and_here_where_it_cannot() -> None:
    data = pdf("Le lit est libre.")
    assert read_apart("a.pdf", data) == read_bytes("a.pdf", data)
    killed = read_apart("a.PDF", b"kill", HOSTILE)
    assert isinstance(killed, Unread)
    assert killed.reason.startswith(f"{KILLED}tué (signal 11)")
    assert read_apart("a.txt", b"kill", ("/absent",)) == read_bytes("a.txt", b"kill")
    with pytest.raises(FileNotFoundError):
        read_apart("a.pdf", data, ("/absent",))


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """The processes that are in the middle of a file that never ends, once there is one."""
    path = tmp_path / "begun"
    monkeypatch.setenv("BEGUN", str(path))

    def wait() -> list[int]:
        deadline = time.monotonic() + 60
        while not path.exists() or not path.read_text().endswith("\n"):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return [int(line) for line in path.read_text().splitlines()]

    return wait


def test_who_leaves_does_not_wait_for_a_file_that_never_ends(begun: Callable[[], list[int]]) -> None:
    sources = [f"{n}.pdf" for n in range(8)]
    processes = []
    with suppress(KeyboardInterrupt), parsing(sources, HOSTILE) as (parse, ahead):
        waiting = [parse(source, b"wait") for source in sources]
        assert len(waiting) == 4 * ahead
        processes = begun()
        raise KeyboardInterrupt
    assert processes
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    assert not [thread.name for thread in threading.enumerate() if "reading" in thread.name]


def test_a_file_alone_that_never_ends_is_given_up(begun: Callable[[], list[int]]) -> None:
    found = read_apart("a.pdf", b"wait", HOSTILE, longest=2.0)
    reason = (
        "lecture impossible : plus de 2 secondes ; enregistrez ce fichier autrement, ou passez-vous de lui"
    )
    assert found == Unread("a.pdf", reason, failed=True)
    for process in begun():
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_reader_ends_with_who_feeds_it_in_the_middle_of_a_file(begun: Callable[[], list[int]]) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(HOSTILE, stdin=pipe, stdout=pipe) as process:
        try:
            send(process.stdin, b"a.pdf", b"wait")
            assert begun() == [process.pid]
            assert process.poll() is None
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()


def test_a_process_that_is_let_go_of_while_it_is_ended_is_no_error() -> None:
    ended = []

    class Process:
        def kill(self) -> None:
            ended.append(self)

    process = Process()
    seen = [process]

    class LetGo(apart._Worker):
        """Its process is there at the first look, and gone at the next."""

        _process = property(lambda _: seen.pop() if seen else None, lambda *_: None)  # type: ignore[assignment]

    LetGo(COMMAND).kill()
    assert ended == [process]


def test_a_parser_that_does_not_load_is_told_before_any_process_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "corpus.reading.pdf", raising=False)
    monkeypatch.setitem(sys.modules, "pdfminer.high_level", None)
    with pytest.raises(ImportError, match="pdfminer"), parsing(["a.pdf", "b.pdf"], ("/absent",)):
        pass


def test_few_files_or_fast_ones_begin_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_WORTH", 24)
    nobody = ("/absent",)
    for sources in (["a.pdf"] * 47, ["a.txt", "b.html"] * 100):
        with parsing(sources, nobody) as (parse, ahead):
            assert ahead == 0
            assert parse("a.txt", b"Bonjour.")() == parse("a.txt", b"Bonjour.")()
    with parsing(["a.pdf"] * 48, nobody) as (parse, ahead):
        assert ahead == 2
        with pytest.raises(FileNotFoundError):
            parse("a.pdf", b"")()


def test_what_was_read_comes_back_as_it_was() -> None:
    whole = Extraction(
        "Titre\n\nUn œuf 😀 cassé. \ud83d",
        "Titre",
        (Heading(0, 5, 1, "Titre"),),
        (Page(1, 0), Page(2, 7)),
        ((Span(3, 5), Reason.MENU),),
        (Fact("author", "A. Roy"),),
    )
    for each in (
        Read("é/a.pdf", whole, "0" * 64, "pdf"),
        Read("b.md", Extraction("…", headings=()), "1", "md"),
        Unread("c.pdf", "chiffré", failed=True),
    ):
        assert unpacked(packed(each)) == each
