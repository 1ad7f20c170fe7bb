"""Word documents, made here with python-docx."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.document import Document

from corpus.errors import UnreadableFile
from corpus.reading.docx import read_docx
from tests.corpus.support import cut, passage_texts


def saved(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def guide() -> Document:
    document = docx.Document()
    document.add_heading("Guide des soins", 0)
    document.add_heading("La garde", 1)
    document.add_paragraph("Le médecin de garde répond.")
    document.add_heading("La nuit", 2)
    document.add_paragraph("Deux acteurs veillent :")
    document.add_paragraph("le médecin", style="List Bullet")
    document.add_paragraph("le pharmacien", style="List Bullet")
    return document


def archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


def test_headings_are_told_by_their_style() -> None:
    read = read_docx(saved(guide()))
    assert [(h.level, h.text) for h in read.headings or ()] == [
        (1, "Guide des soins"),
        (2, "La garde"),
        (3, "La nuit"),
    ]
    assert read.title == "Guide des soins"


def test_a_bold_paragraph_is_no_heading() -> None:
    document = docx.Document()
    document.add_paragraph().add_run("La garde").bold = True
    document.add_paragraph("Le médecin de garde répond.")
    assert read_docx(saved(document)).headings is None


def test_lists_stay_below_what_introduces_them() -> None:
    assert passage_texts(cut(read_docx(saved(guide())))) == [
        "Le médecin de garde répond.",
        "Deux acteurs veillent :\n\n  * le médecin\n  * le pharmacien",
    ]


def test_the_text_of_a_table_is_read() -> None:
    document = guide()
    table = document.add_table(2, 2)
    for cell, words in zip(
        [c for row in table.rows for c in row.cells], ["Acteur", "Lits", "Ville", "12"], strict=True
    ):
        cell.text = words
    lines = read_docx(saved(document)).text.splitlines()
    assert [line.split() for line in lines if line.strip()][-2:] == [["Acteur", "Lits"], ["Ville", "12"]]


def test_page_headers_are_not_read() -> None:
    document = guide()
    document.sections[0].header.paragraphs[0].text = "Agence Lumen"
    assert read_docx(saved(document)).text == read_docx(saved(guide())).text


def test_mark_up_in_the_text_is_text() -> None:
    document = docx.Document()
    document.add_paragraph("Un âge <b> 65 ans & plus.")
    assert read_docx(saved(document)).text.strip() == "Un âge <b> 65 ans & plus."


def test_an_encrypted_or_old_document_is_refused() -> None:
    assert read_docx(saved(guide())).title == "Guide des soins"
    with pytest.raises(UnreadableFile, match=r"chiffré ou à l'ancien format \.doc"):
        read_docx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))


@pytest.mark.parametrize(
    "data",
    [
        b"pas une archive",
        saved(guide())[:3000],
        archive(autre_txt="x"),
        archive(Content_Types_xml="<Types/>", word__document_xml="<w:corps><b>"),
    ],
    ids=["no archive", "cut short", "no document inside", "broken XML"],
)
def test_a_corrupt_document_is_refused(data: bytes) -> None:
    assert read_docx(saved(guide())).title == "Guide des soins"
    with pytest.raises(UnreadableFile, match="le document Word est corrompu"):
        read_docx(data)
