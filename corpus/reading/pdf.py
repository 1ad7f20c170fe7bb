"""PDF: the text of each page, paragraph by paragraph, as pdfminer's layout analysis finds it.

Headings are told by their size, running heads and page numbers by coming back on other
pages. Text in images is not read: that would need character recognition.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTFigure, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfdocument import PDFPasswordIncorrect, PDFTextExtractionNotAllowed
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException

from corpus.cleaning import normalised_line
from corpus.documents import Extraction, Heading, Page, Reason, Span
from corpus.errors import UnreadableFile
from corpus.structure import LONGEST_HEADING

_HEADING_RATIO = 1.12  # of the body's size: 12 pt over 10.5 pt is the smallest step in use
_MARGIN = 0.1  # running heads stand in the top or bottom tenth of the page
_BROKEN_WORD = re.compile(r"(\w+)[-\u2010\u00ad]\n\s*(\w+)")
_LAYOUT = LAParams(all_texts=True)  # text inside figures and form XObjects too
# What pdfminer writes for a glyph without a Unicode value; at the start of a line, a bullet.
_UNMAPPED = re.compile(r"\(cid:\d+\)")
_UNMAPPED_BULLET = re.compile(r"^\(cid:\d+\)\s*", re.MULTILINE)
# What a compound word begins with: its hyphen stays, also at the end of a line.
_COMPOUNDS = frozenset(
    """
    médico socio rendez sous non vice inter demi mi ex hors contre arrière avant après porte grand
    petit quasi semi peut est dix vingt trente quarante cinquante soixante quatre franco psycho
    """.split()
)


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    size: float
    bold: bool
    in_margin: bool


def read_pdf(data: bytes) -> Extraction:
    """Pages in order, blocks parted by an empty line, words broken at line ends mended."""
    try:
        pages = [list(_blocks(page)) for page in extract_pages(io.BytesIO(data), laparams=_LAYOUT)]
    except (PDFPasswordIncorrect, PDFTextExtractionNotAllowed):
        raise UnreadableFile("le PDF est protégé par un mot de passe ; enregistrez-le sans") from None
    except (
        PDFException,
        PSException,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OSError,
        AttributeError,
        RecursionError,
        AssertionError,
    ) as error:
        raise UnreadableFile(f"le PDF est corrompu ({type(error).__name__})") from None
    if not pages:
        raise UnreadableFile("le PDF n'a aucune page lisible ; il est sans doute corrompu")
    if not any(pages):
        raise UnreadableFile(
            "le PDF ne contient que des images ; passez-le par une reconnaissance de texte (OCR)"
        )
    return _assemble(pages)


def _blocks(page: LTPage) -> Iterator[_Block]:
    for box in _boxes(page):
        sizes: Counter[float] = Counter()
        bold = 0
        for line in box:
            for char in line if isinstance(line, LTTextLine) else ():
                if isinstance(char, LTChar) and not char.get_text().isspace():
                    sizes[round(char.size, 1)] += 1
                    bold += "bold" in char.fontname.casefold()
        text = _UNMAPPED.sub("\ufffd", _UNMAPPED_BULLET.sub("• ", box.get_text())).strip()
        if text and sizes:
            low, high = page.y0 + _MARGIN * page.height, page.y1 - _MARGIN * page.height
            yield _Block(
                text,
                size=sizes.most_common(1)[0][0],
                bold=bold > sum(sizes.values()) / 2,
                in_margin=box.y1 < low or box.y0 > high,
            )


def _boxes(container: LTPage | LTFigure) -> Iterator[LTTextBox]:
    """The text boxes of a page, those inside figures and reused forms too."""
    for item in container:
        if isinstance(item, LTTextBox):
            yield item
        elif isinstance(item, LTFigure):
            yield from _boxes(item)


def _assemble(pages: list[list[_Block]]) -> Extraction:
    body_size = _body_size(pages)
    running = _running_heads(pages)
    words = Counter(re.findall(r"\w+", " ".join(b.text for page in pages for b in page)))
    text = ""
    page_starts: list[Page] = []
    headings: list[Heading] = []
    furniture: list[tuple[Span, Reason]] = []
    for number, page in enumerate(pages, 1):
        page_starts.append(Page(number, len(text)))
        for block in page:
            content = _unwrap(block.text, words)
            span = Span(len(text), len(text) + len(content))
            text += content + "\n\n"
            if block.in_margin and normalised_line(block.text) in running:
                furniture.append((span, Reason.RECURRING))
            elif _is_heading(block, content, body_size):
                level = 1 if block.size >= 1.6 * body_size else 2 if block.size >= 1.25 * body_size else 3
                headings.append(Heading(span.start, span.end, level, content))
    return Extraction(
        text,
        headings=tuple(headings) or None,
        pages=tuple(page_starts),
        furniture=tuple(furniture),
    )


def _body_size(pages: list[list[_Block]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for block in page:
            sizes[block.size] += len(block.text)
    return sizes.most_common(1)[0][0]


def _running_heads(pages: list[list[_Block]]) -> frozenset[str]:
    """Margin lines, digits apart, on half of the pages or more, and on two at least."""
    counts = Counter(
        line for page in pages for line in {normalised_line(b.text) for b in page if b.in_margin}
    )
    return frozenset(line for line, n in counts.items() if n >= 2 and n >= len(pages) / 2)


def _is_heading(block: _Block, content: str, body_size: float) -> bool:
    larger = block.size >= _HEADING_RATIO * body_size
    stands_out = larger or (block.bold and block.size >= body_size and "\n" not in block.text)
    return (
        stands_out
        and len(content) <= LONGEST_HEADING
        and content[-1] not in ".;,:"
        and any(c.isalpha() for c in content)
        and "\n" not in content
    )


def _unwrap(block: str, words: Counter[str]) -> str:
    """One paragraph's lines joined; the items of a list keep their lines."""

    def mend(match: re.Match[str]) -> str:
        left, right = match.groups()
        if words[left + right]:
            return left + right
        is_compound = left.casefold() in _COMPOUNDS or words[left] > 1 or not right[0].islower()
        return f"{left}-{right}" if is_compound else left + right

    lines: list[str] = []
    for line in _BROKEN_WORD.sub(mend, block).splitlines():
        line = " ".join(line.split(" ")).strip()
        if not line:
            continue
        begins_item = re.match(r"[•◦▪●○■]|[–-]\s", line) is not None
        if lines and not begins_item:
            lines[-1] += " " + line
        else:
            lines.append(line)
    return "\n".join(lines)
