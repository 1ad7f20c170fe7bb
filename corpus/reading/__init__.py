"""A file becomes an Extraction: one reader a format, behind one registry.

Reads bytes it is given. Does not walk folders, judge furniture or cut passages. A format's parser is
imported with the first file of it: what answers questions reads none, and starts 0.1 s sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from corpus.documents import Extraction
from corpus.reading.plain import read_plain

# bytes of the file → what they say. Raises UnreadableFile with a French sentence.
Reader = Callable[[bytes], Extraction]


def _read_markdown(data: bytes) -> Extraction:
    from corpus.reading.markdown import read_markdown

    return read_markdown(data)


def _read_html(data: bytes) -> Extraction:
    from corpus.reading.html import read_html

    return read_html(data)


def _read_pdf(data: bytes) -> Extraction:
    from corpus.reading.pdf import read_pdf

    return read_pdf(data)


def _read_docx(data: bytes) -> Extraction:
    from corpus.reading.docx import read_docx

    return read_docx(data)


READERS: Mapping[str, tuple[str, Reader]] = MappingProxyType(
    {
        ".txt": ("txt", read_plain),
        ".md": ("md", _read_markdown),
        ".markdown": ("md", _read_markdown),
        ".html": ("html", _read_html),
        ".htm": ("html", _read_html),
        ".pdf": ("pdf", _read_pdf),
        ".docx": ("docx", _read_docx),
    }
)
