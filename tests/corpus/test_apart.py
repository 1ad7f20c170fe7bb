"""Files parsed in other processes say what they say in this one; one that kills its process is named."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from corpus.documents import Extraction, Fact, Heading, Page, Reason, Span, Unread
from corpus.reading import apart
from corpus.reading.apart import COMMAND, parsing
from corpus.reading.folder import Read, list_files, read_files
from corpus.reading.packing import packed, unpacked

# A worker in which a PDF ends the process, or never ends, by what its bytes are.
_HOSTILE = """
import os, signal, time
from corpus.reading import worker
from corpus.reading.folder import read_bytes
def read(source, data):
    if data == b"kill":
        os.kill(os.getpid(), signal.SIGSEGV)
    if data == b"exit":
        os._exit(3)
    if data == b"print":
        print("bavardage")
    while data == b"wait":
        time.sleep(0.1)
    return read_bytes(source, data)
worker.read_bytes = read
worker.main()
"""
HOSTILE = (sys.executable, "-c", _HOSTILE)


@pytest.fixture(autouse=True)
def _two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_WORTH", 1)
    monkeypatch.setattr(apart.os, "sched_getaffinity", lambda _: {0, 1})


def pdf(text: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 700, text)
    canvas.save()
    return buffer.getvalue()


def read(folder: Path, command: Sequence[str] = COMMAND) -> list[Read | Unread]:
    sources, _ = list_files(folder)
    with parsing(sources, command) as (parse, ahead):
        assert ahead == 4
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
    reason = f"lecture impossible : le processus qui lisait s'est {how}"
    assert [each for each in found if isinstance(each, Unread)] == [Unread("3.pdf", reason, failed=True)]
    assert [each.source for each in found] == [f"{n}.pdf" for n in range(6)]


def test_what_a_library_prints_is_no_answer(tmp_path: Path) -> None:
    for n in range(2):
        (tmp_path / f"{n}.pdf").write_bytes(b"print")
    assert [each.source for each in read(tmp_path, HOSTILE) if isinstance(each, Unread)] == ["0.pdf", "1.pdf"]


def test_who_leaves_does_not_wait_for_a_file_that_never_ends(tmp_path: Path) -> None:
    for n in range(8):
        (tmp_path / f"{n}.pdf").write_bytes(b"wait")
    sources, _ = list_files(tmp_path)
    began = time.monotonic()
    with suppress(KeyboardInterrupt), parsing(sources, HOSTILE) as (parse, ahead):
        waiting = [parse(source, b"wait") for source in sources]
        assert len(waiting) == 2 * ahead
        raise KeyboardInterrupt
    assert time.monotonic() - began < 10


def test_few_files_or_fast_ones_begin_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_WORTH", 24)
    nobody = ("/absent",)
    for sources in (["a.pdf"] * 47, ["a.txt", "b.html"] * 100):
        with parsing(sources, nobody) as (parse, ahead):
            assert ahead == 0
            assert parse("a.txt", b"Bonjour.")() == parse("a.txt", b"Bonjour.")()
    with parsing(["a.pdf"] * 48, nobody) as (parse, ahead):
        assert ahead == 4
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
