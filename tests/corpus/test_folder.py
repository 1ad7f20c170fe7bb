"""Which files of a folder are read, and what is said of those that are not."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path

import docx
import pytest
from reportlab.pdfgen.canvas import Canvas

from corpus.documents import Extraction, Unread
from corpus.errors import MissingTexts
from corpus.reading import READERS
from corpus.reading import folder as folder_module
from corpus.reading.folder import Read, list_files, read_bytes, read_files
from corpus.reading.opening import open_inside

GOOD = "Le médecin de garde répond."


def pdf(password: str | None = None) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=password)
    canvas.drawString(72, 700, GOOD)
    canvas.save()
    return buffer.getvalue()


def word() -> bytes:
    buffer = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(GOOD)
    document.save(buffer)
    return buffer.getvalue()


def reading(folder: Path) -> tuple[dict[str, str], dict[str, tuple[str, bool]]]:
    """Source → text of what was read; source → reason and `failed` of what was not."""
    sources, left = list_files(folder)
    results = list(read_files(folder, sources))
    read = {r.source: r.extraction.text.strip() for r in results if isinstance(r, Read)}
    unread = [*left, *(r for r in results if isinstance(r, Unread))]
    return read, {u.source: (u.reason, u.failed) for u in unread}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good text, which must be read whatever stands beside it."""
    texts = tmp_path / "textes"
    texts.mkdir()
    (texts / "bon.txt").write_text(GOOD, "utf-8")
    assert reading(texts) == ({"bon.txt": GOOD}, {})
    return texts


def test_a_missing_folder_is_named_with_its_remedy(folder: Path) -> None:
    assert list_files(folder) == (["bon.txt"], [])
    for missing in (folder / "absent", folder / "bon.txt"):
        with pytest.raises(MissingTexts, match=rf"{missing.name} n'existe pas .* --texts"):
            list_files(missing)


def test_an_empty_folder_has_nothing_to_read(tmp_path: Path) -> None:
    assert list_files(tmp_path) == ([], [])


@pytest.mark.parametrize(
    ("name", "data", "file_format"),
    [
        ("a.txt", GOOD.encode(), "txt"),
        ("a.md", GOOD.encode(), "md"),
        ("a.markdown", GOOD.encode(), "md"),
        ("a.html", f"<p>{GOOD}</p>".encode(), "html"),
        ("a.HTM", f"<p>{GOOD}</p>".encode(), "html"),
        ("a.PDF", pdf(), "pdf"),
        ("a.docx", word(), "docx"),
    ],
)
def test_every_format_is_read_whatever_the_case_of_its_extension(
    tmp_path: Path, name: str, data: bytes, file_format: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (read,) = read_files(tmp_path, list_files(tmp_path)[0])
    assert isinstance(read, Read)
    assert (read.source, read.format, read.extraction.text.strip()) == (name, file_format, GOOD)
    assert read.sha256 == hashlib.sha256(data).hexdigest()


def test_sources_are_sorted_paths_below_the_folder(tmp_path: Path) -> None:
    names = ["b.txt", "a/c.md", "a b/été d'août.txt", "Cœur — n° 1.txt", "a/z/1.html"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(GOOD, "utf-8")
    assert list_files(tmp_path) == (sorted(names), [])
    assert [r.source for r in read_files(tmp_path, sorted(names))] == sorted(names)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".caché.txt", "fichier caché"),
        ("~$lettre.docx", "fichier caché"),
        ("image.jpeg", "type non pris en charge (.jpeg)"),
        ("LISEZMOI", "type non pris en charge (sans extension)"),
        ("ancien.doc", "type non pris en charge (.doc)"),
    ],
)
def test_a_file_left_alone_on_purpose_is_named(folder: Path, name: str, reason: str) -> None:
    (folder / name).write_bytes(GOOD.encode())
    assert reading(folder) == ({"bon.txt": GOOD}, {name: (reason, False)})


def test_a_hidden_folder_is_named_once_and_not_entered(folder: Path) -> None:
    (folder / ".git" / "sous").mkdir(parents=True)
    (folder / ".git" / "a.txt").write_text(GOOD, "utf-8")
    assert reading(folder) == ({"bon.txt": GOOD}, {".git": ("dossier caché", False)})


def link_out(folder: Path) -> Path:
    (folder.parent / "secret.txt").write_text("Secret.", "utf-8")
    return folder.parent / "secret.txt"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (link_out, "lien qui sort du dossier"),
        (lambda folder: folder / "absent.txt", "lien rompu"),
        (lambda folder: folder.parent / "absent.txt", "lien rompu"),
        (lambda folder: folder / "lien.txt", "lien rompu"),
        (lambda folder: folder.parent, "lien vers un dossier : non suivi"),
    ],
    ids=["leaves the folder", "broken", "broken outside", "leads to itself", "leads to a folder"],
)
def test_a_link_that_is_not_followed_is_named(
    folder: Path, target: Callable[[Path], Path], reason: str
) -> None:
    (folder / "lien.txt").symlink_to(target(folder))
    assert reading(folder) == ({"bon.txt": GOOD}, {"lien.txt": (reason, False)})


def test_a_link_to_a_file_inside_the_folder_is_followed(folder: Path) -> None:
    (folder / "lien.txt").symlink_to(folder / "bon.txt")
    assert reading(folder) == ({"bon.txt": GOOD, "lien.txt": GOOD}, {})


def test_the_folder_itself_may_be_a_link(folder: Path) -> None:
    (folder / "même.txt").symlink_to(folder / "bon.txt")
    (folder.parent / "lien").symlink_to(folder)
    assert reading(folder.parent / "lien") == ({"bon.txt": GOOD, "même.txt": GOOD}, {})


def test_a_pipe_named_like_a_text_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "tube.txt")
    assert reading(folder) == ({"bon.txt": GOOD}, {"tube.txt": ("pas un fichier ordinaire", False)})


def test_a_folder_named_like_a_text_is_a_folder(folder: Path) -> None:
    (folder / "dossier.txt").mkdir()
    (folder / "dossier.txt" / "a.txt").write_text(GOOD, "utf-8")
    assert reading(folder) == ({"bon.txt": GOOD, "dossier.txt/a.txt": GOOD}, {})


@pytest.mark.parametrize("name", [b"\xe9t\xe9.txt", b"\xe9t\xe9/a.txt"])
def test_a_name_that_is_not_utf_8_is_told_and_left(folder: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.path.join(os.fsencode(folder), name)))  # noqa: PTH118 — bytes
    path.parent.mkdir(exist_ok=True)
    path.write_text(GOOD, "utf-8")
    shown = name.decode("utf-8", "backslashreplace").replace("\\x", "\\udc")
    reason = "le nom du fichier n'est pas de l'UTF-8 ; renommez-le"
    assert reading(folder) == ({"bon.txt": GOOD}, {shown: (reason, False)})


@pytest.mark.parametrize(
    ("name", "data", "reason", "failed"),
    [
        ("vide.txt", b"", "fichier vide", False),
        ("blanc.txt", b" \r\n\t ", "fichier vide", False),
        ("blanc.html", b"<p> </p>", "aucun texte dans le fichier", False),
        (
            "binaire.txt",
            bytes(range(32)) * 9,
            "le contenu n'est pas du texte, ou son encodage n'est pas reconnu ; enregistrez-le en UTF-8",
            True,
        ),
        ("cassé.pdf", pdf()[:200], "le PDF est corrompu (PDFSyntaxError)", True),
        ("clé.pdf", pdf("sésame"), "le PDF est protégé par un mot de passe ; enregistrez-le sans", True),
        ("cassé.docx", word()[:200], "le document Word est corrompu (BadZipFile)", True),
        (
            "clé.docx",
            b"\xd0\xcf\x11\xe0" + bytes(99),
            "le document est chiffré ou à l'ancien format .doc ; enregistrez-le en .docx",
            True,
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    folder: Path, name: str, data: bytes, reason: str, failed: bool
) -> None:
    (folder / name).write_bytes(data)
    assert reading(folder) == ({"bon.txt": GOOD}, {name: (reason, failed)})


def test_a_file_that_the_system_refuses_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "interdit.txt").write_text(GOOD, "utf-8")

    def refusing(root: Path, source: str) -> BufferedReader:
        if source == "interdit.txt":
            raise PermissionError(13, "Permission denied")
        return open_inside(root, source)

    monkeypatch.setattr("corpus.reading.folder.open_inside", refusing)
    assert reading(folder) == (
        {"bon.txt": GOOD},
        {"interdit.txt": ("lecture impossible : accès refusé", True)},
    )


def test_a_folder_that_the_system_refuses_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "interdit").mkdir()
    scandir = os.scandir

    def refusing(path: str) -> object:
        if Path(path).name == "interdit":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert reading(folder) == (
        {"bon.txt": GOOD},
        {"interdit": ("dossier illisible : accès refusé", True)},
    )


@pytest.mark.parametrize("error", [ZeroDivisionError(), RecursionError(), MemoryError(), KeyError("x")])
def test_a_reader_that_fails_in_any_way_stops_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(data: bytes) -> Extraction:
        raise error

    (folder / "a.md").write_text(GOOD, "utf-8")
    monkeypatch.setattr(folder_module, "READERS", {**READERS, ".md": ("md", failing)})
    reason = f"lecture impossible ({type(error).__name__})"
    assert reading(folder) == ({"bon.txt": GOOD}, {"a.md": (reason, True)})


def test_a_parser_that_does_not_load_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "corpus.reading.html", raising=False)
    monkeypatch.setitem(sys.modules, "inscriptis.html_engine", None)
    with pytest.raises(ImportError, match="inscriptis"):
        read_bytes("a.html", b"<p>Le lit est libre.</p>")
