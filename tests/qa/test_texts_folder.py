"""A text is written whole or not at all, where its name says, and nothing outside is touched."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import MissingTexts
from corpus.reading.apart import read_apart
from qa.open_folders import UnknownText
from qa.text_names import UnsupportedFormat
from qa.texts_folder import (
    STALE_SECONDS,
    TEMPORARY,
    NoReader,
    TextTooLarge,
    UnreadableText,
    UnwritableTexts,
    Written,
    delete_text,
    write_text,
)
from tests.corpus.support import HOSTILE
from tests.qa.writing import NEW, OLD, texts_in, tree

LARGEST = 2**20
KILLED_BY_IT = (
    r"le processus qui lisait s'est tué \(signal 11\) ; "
    "enregistrez ce fichier autrement, ou passez-vous de lui"
)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return texts_in(tmp_path)


def put(texts: Path, source: str, content: bytes = NEW) -> Written:
    return write_text(texts, source, [content[:5], b"", content[5:]], LARGEST)


def test_a_new_text_is_written_with_its_folders(texts: Path) -> None:
    before = tree(texts)
    assert put(texts, "neuf/sous/a.md") == Written("neuf/sous/a.md", True, hashlib.sha256(NEW).hexdigest())
    assert tree(texts) == {**before, "neuf": b"/", "neuf/sous": b"/", "neuf/sous/a.md": NEW}


def test_a_text_is_replaced_and_keeps_its_mode(texts: Path) -> None:
    (texts / "dossier/été.md").chmod(0o640)
    assert put(texts, "dossier/été.md") == Written("dossier/été.md", False, hashlib.sha256(NEW).hexdigest())
    assert tree(texts) == {"dossier": b"/", "dossier/été.md": NEW}
    assert stat.S_IMODE((texts / "dossier/été.md").stat().st_mode) == 0o640


def test_the_file_is_synced_before_its_name_and_the_folder_after(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, rename = os.fsync, os.rename

    def noted_fsync(descriptor: int) -> None:
        calls.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def noted_rename(*names: str, **folders: int) -> None:
        calls.append("rename")
        rename(*names, **folders)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "rename", noted_rename)
    put(texts, "dossier/été.md")
    assert calls == ["file", "rename", "folder"]
    calls.clear()
    put(texts, "neuf/a.md")
    assert calls == ["folder", "file", "rename", "folder"]
    calls.clear()
    delete_text(texts, "neuf/a.md")
    assert calls == ["folder"]


def test_a_text_is_deleted_and_its_folder_stays(texts: Path) -> None:
    assert delete_text(texts, "dossier/été.md") == "dossier/été.md"
    assert tree(texts) == {"dossier": b"/"}
    with pytest.raises(UnknownText, match="aucun texte de ce nom ; voyez"):
        delete_text(texts, "dossier/été.md")


@pytest.mark.parametrize("source", ["absent.md", "absent/a.md", "dossier/absent.md", "tableur.xlsx"])
def test_what_is_no_text_of_the_folder_cannot_be_deleted(texts: Path, source: str) -> None:
    (texts / "tableur.xlsx").write_bytes(OLD)
    before = tree(texts)
    with pytest.raises(UnknownText):
        delete_text(texts, source)
    assert tree(texts) == before


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_accents_typed_either_way_are_the_same_text(tmp_path: Path, stored: Any, typed: Any) -> None:
    kept, asked = (unicodedata.normalize(form, "santé/été.md") for form in (stored, typed))
    (tmp_path / kept).parent.mkdir()
    (tmp_path / kept).write_bytes(OLD)
    assert put(tmp_path, asked) == Written(kept, False, hashlib.sha256(NEW).hexdigest())
    assert tree(tmp_path) == {kept.split("/")[0]: b"/", kept: NEW}
    assert delete_text(tmp_path, asked) == kept
    assert tree(tmp_path) == {kept.split("/")[0]: b"/"}


def test_a_new_name_is_written_composed(texts: Path) -> None:
    assert put(texts, unicodedata.normalize("NFD", "santé.md")).source == unicodedata.normalize(
        "NFC", "santé.md"
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", b"", "fichier vide"),
        ("a.txt", b" \r\n\t", "fichier vide"),
        ("a.html", b"<p> </p>", "aucun texte dans le fichier"),
        (
            "a.txt",
            bytes(range(32)) * 9,
            "le contenu n'est pas du texte, ou son encodage n'est pas reconnu ; enregistrez-le en UTF-8",
        ),
        ("a.pdf", b"%PDF-1.4 tronq", "le PDF est corrompu (PDFSyntaxError)"),
        ("a.docx", b"PK\x03\x04 tronq", "le document Word est corrompu (BadZipFile)"),
    ],
)
def test_what_cannot_be_read_replaces_nothing(texts: Path, name: str, content: bytes, reason: str) -> None:
    (texts / name).write_bytes(OLD)
    before = tree(texts)
    for source in (name, f"neuf/{name}"):
        with pytest.raises(UnreadableText) as refused:
            put(texts, source, content)
        assert str(refused.value) == reason
        assert tree(texts) == before


def test_a_reader_that_fails_in_any_way_is_a_refusal(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(data: bytes) -> None:
        raise RecursionError

    monkeypatch.setattr("corpus.reading.folder.READERS", {".md": ("md", failing)})
    with pytest.raises(UnreadableText, match=r"lecture impossible \(RecursionError\)"):
        put(texts, "dossier/été.md")
    assert tree(texts) == {"dossier": b"/", "dossier/été.md": OLD}


def test_a_text_that_kills_its_reader_is_a_refusal_and_the_service_lives(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.texts_folder.read_apart", partial(read_apart, command=HOSTILE))
    before = tree(texts)
    with pytest.raises(UnreadableText, match=KILLED_BY_IT):
        put(texts, "a.pdf", b"kill")
    assert tree(texts) == before


def test_a_reader_that_cannot_be_begun_is_no_fault_of_the_folder(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.texts_folder.read_apart", partial(read_apart, command=("/absent",)))
    before = tree(texts)
    with pytest.raises(NoReader) as refused:
        put(texts, "a.pdf", b"%PDF-1.4")
    expected = "le service n'a pas pu lancer la lecture : introuvable ; recommencez"
    assert str(refused.value) == expected
    assert tree(texts) == before


def test_a_type_that_is_not_read_is_refused_before_a_byte_is_asked_for(texts: Path) -> None:
    before = tree(texts)
    chunks = iter([NEW])
    with pytest.raises(UnsupportedFormat):
        write_text(texts, "a.xlsx", chunks, LARGEST)
    assert (next(chunks), tree(texts)) == (NEW, before)


def test_the_limit_is_counted_as_the_bytes_arrive(texts: Path) -> None:
    before = tree(texts)
    assert write_text(texts, "juste.md", [b"a" * LARGEST], LARGEST).created
    (texts / "juste.md").unlink()
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"a" * (LARGEST // 4)

    for source in ("dossier/été.md", "neuf/a.md"):
        sent = 0
        with pytest.raises(TextTooLarge) as refused:
            write_text(texts, source, chunks(), LARGEST)
        assert str(refused.value) == "le texte dépasse 1 Mio ; coupez-le ou réglez SOURCIER_LARGEST_TEXT"
        assert (sent, tree(texts)) == (5, before)


@pytest.mark.parametrize("failure", [ConnectionError("perdu"), KeyError("x"), KeyboardInterrupt()])
def test_an_upload_that_breaks_off_leaves_the_old_text(texts: Path, failure: BaseException) -> None:
    before = tree(texts)

    def broken() -> Iterator[bytes]:
        yield NEW
        raise failure

    for source in ("dossier/été.md", "neuf/sous/a.md"):
        with pytest.raises((type(failure), UnwritableTexts)):
            write_text(texts, source, broken(), LARGEST)
        assert tree(texts) == before


def test_a_folder_made_for_a_text_that_failed_stays_when_another_came_into_it(texts: Path) -> None:
    def chunks() -> Iterator[bytes]:
        put(texts, "neuf/autre.md", OLD)
        yield b""

    with pytest.raises(UnreadableText):
        write_text(texts, "neuf/a.md", chunks(), LARGEST)
    assert tree(texts / "neuf") == {"autre.md": OLD}


def test_what_a_killed_process_left_is_removed_and_what_still_arrives_is_not(texts: Path) -> None:
    dead, alive = texts / f"{TEMPORARY}mort", texts / f"{TEMPORARY}vif"
    for path in (dead, alive):
        path.write_bytes(NEW)
    then = dead.stat().st_mtime - STALE_SECONDS - 60
    os.utime(dead, (then, then))
    put(texts, "a.md")
    assert (dead.exists(), alive.exists()) == (False, True)


def test_without_a_folder_of_texts_the_remedy_is_named(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_bytes(OLD)
    for missing in ("absent", "fichier"):
        for change in (put, delete_text):
            with pytest.raises(MissingTexts, match="n'existe pas ; créez-le ou réglez SOURCIER_TEXTS"):
                change(tmp_path / missing, "a.md")


def test_the_folder_of_texts_may_itself_be_a_link(texts: Path) -> None:
    texts.with_name("lien").symlink_to(texts)
    assert put(texts.with_name("lien"), "a.md").created
    assert (texts / "a.md").read_bytes() == NEW


def test_who_reads_while_others_write_sees_one_whole_text(texts: Path) -> None:
    contents = [f"Texte {n}. ".encode() * 20_000 for n in range(4)]
    path = texts / "a.md"
    put(texts, "a.md", contents[0])

    def write(content: bytes) -> int:
        return sum(not put(texts, "a.md", content).created for _ in range(10))

    seen, looks = set(), 0
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, content) for content in contents]
        while not all(writer.done() for writer in writers):
            seen.add(path.read_bytes())
            looks += 1
    assert sum(writer.result() for writer in writers) == 40
    assert looks >= 10
    assert seen <= set(contents)
    assert sorted(tree(texts)) == ["a.md", "dossier", "dossier/été.md"]
