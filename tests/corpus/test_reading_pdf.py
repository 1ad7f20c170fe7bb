"""PDF files, drawn here line by line."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from reportlab.pdfgen.canvas import Canvas

from corpus.documents import Extraction, Page, Reason
from corpus.errors import UnreadableFile
from corpus.reading.pdf import read_pdf
from tests.corpus.support import cut, passage_texts, slices

HEAD, TITLE, BODY, FOOT = 810, 740, 700, 30
Text = tuple[int, int, str]  # height on the page, size of the letters, words


def pdf(*pages: Sequence[Text], password: str | None = None, bold: bool = False) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=password)
    for page in pages:
        for height, size, words in page:
            canvas.setFont("Helvetica-Bold" if bold and height == TITLE else "Helvetica", size)
            canvas.drawString(72, height, words)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def paragraph(*lines: str) -> list[Text]:
    return [(BODY - 13 * i, 11, line) for i, line in enumerate(lines)]


def two_pages() -> Extraction:
    first = [(HEAD, 9, "Guide des soins"), *paragraph("La nuit, un médecin veille."), (FOOT, 9, "Page 1")]
    second = [(HEAD, 9, "Guide des soins"), *paragraph("Le jour, un autre répond."), (FOOT, 9, "Page 2")]
    return read_pdf(pdf(first, second))


def test_pages_follow_each_other_and_are_numbered() -> None:
    read = two_pages()
    assert read.text == (
        "Guide des soins\n\nLa nuit, un médecin veille.\n\nPage 1\n\n"
        "Guide des soins\n\nLe jour, un autre répond.\n\nPage 2\n\n"
    )
    assert read.pages == (Page(1, 0), Page(2, read.text.rindex("Guide")))


def test_a_document_tells_the_page_of_an_offset() -> None:
    document = cut(two_pages()).document
    second = document.pages[1].start
    assert [document.page_at(offset) for offset in (0, second - 1, second, second + 9)] == [1, 1, 2, 2]
    assert cut("Un texte sans pages.").document.page_at(0) is None


def test_running_heads_and_page_numbers_are_set_aside() -> None:
    read = two_pages()
    assert [(read.text[s.start : s.end], reason) for s, reason in read.furniture] == [
        ("Guide des soins", Reason.RECURRING),
        ("Page 1", Reason.RECURRING),
        ("Guide des soins", Reason.RECURRING),
        ("Page 2", Reason.RECURRING),
    ]
    assert passage_texts(cut(read)) == ["La nuit, un médecin veille.", "Le jour, un autre répond."]


def test_a_line_that_comes_back_in_the_middle_of_the_page_stays() -> None:
    page = paragraph("Le médecin de garde répond.")
    assert read_pdf(pdf(page, page)).furniture == ()


def test_the_words_of_a_running_head_stay_where_the_text_says_them() -> None:
    head = (HEAD, 9, "Guide des soins")
    read = read_pdf(pdf([head, *paragraph("Guide des soins")], [head, *paragraph("Un médecin veille.")]))
    assert read.text.count("Guide des soins") == 3
    assert [span.start for span, _ in read.furniture] == [page.start for page in read.pages]


def test_the_head_of_a_single_page_stays() -> None:
    assert read_pdf(pdf([(HEAD, 9, "Guide des soins"), *paragraph("Un médecin veille.")])).furniture == ()


@pytest.mark.parametrize(("size", "level"), [(20, 1), (14, 2), (13, 3)])
def test_a_heading_is_told_by_its_size(size: int, level: int) -> None:
    read = read_pdf(pdf([(TITLE, size, "La permanence"), *paragraph("La nuit, un médecin veille.")]))
    assert [(h.level, h.text) for h in read.headings or ()] == [(level, "La permanence")]
    assert slices(read.text, read.headings or ()) == ["La permanence"]


def test_a_heading_is_told_by_its_bold_letters() -> None:
    page = [(TITLE, 11, "La permanence"), *paragraph("La nuit, un médecin veille.")]
    assert read_pdf(pdf(page)).headings is None
    assert [h.text for h in read_pdf(pdf(page, bold=True)).headings or ()] == ["La permanence"]


@pytest.mark.parametrize("words", ["Une phrase en grand.", "2020", "Il faut :"])
def test_large_letters_alone_make_no_heading(words: str) -> None:
    assert read_pdf(pdf([(TITLE, 20, words), *paragraph("La nuit, un médecin veille.")])).headings is None


def test_the_lines_of_a_paragraph_are_joined() -> None:
    read = read_pdf(pdf(paragraph("La nuit, un médecin veille", "sur tout le territoire.")))
    assert read.text == "La nuit, un médecin veille sur tout le territoire.\n\n"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("Cela suppose une coordi-", "nation des soins."), "Cela suppose une coordination des soins."),
        (("Elle vit en Île-de-", "France depuis peu."), "Elle vit en Île-de-France depuis peu."),
        (
            ("Le rendez-vous est un rendez-", "vous de prévention."),
            "Le rendez-vous est un rendez-vous de prévention.",
        ),
    ],
)
def test_a_word_broken_at_the_end_of_a_line_is_mended(lines: tuple[str, ...], text: str) -> None:
    assert read_pdf(pdf(paragraph(*lines))).text == f"{text}\n\n"


def test_the_items_of_a_list_keep_their_lines() -> None:
    read = read_pdf(pdf(paragraph("– la garde de nuit, assurée", "par la ville", "– le tri")))
    assert read.text == "– la garde de nuit, assurée par la ville\n– le tri\n\n"


def test_a_pdf_of_images_alone_is_refused() -> None:
    assert read_pdf(pdf(paragraph("Un médecin veille."))).text == "Un médecin veille.\n\n"
    with pytest.raises(UnreadableFile, match="ne contient que des images"):
        read_pdf(pdf([]))


def test_a_pdf_with_a_password_is_refused() -> None:
    page = paragraph("Un médecin veille.")
    assert read_pdf(pdf(page)).text == "Un médecin veille.\n\n"
    with pytest.raises(UnreadableFile, match="protégé par un mot de passe"):
        read_pdf(pdf(page, password="sésame"))


@pytest.mark.parametrize("keep", [0, 20, 300])
def test_a_pdf_cut_short_is_refused(keep: int) -> None:
    data = pdf(paragraph("Un médecin veille."))
    assert read_pdf(data).text == "Un médecin veille.\n\n"
    with pytest.raises(UnreadableFile, match="corrompu"):
        read_pdf(data[:keep])
