"""A file becomes an Extraction: one reader a format, behind one registry.

Reads bytes it is given. Does not walk folders, judge furniture or cut passages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from corpus.documents import Extraction
from corpus.reading.docx import read_docx
from corpus.reading.html import read_html
from corpus.reading.markdown import read_markdown
from corpus.reading.pdf import read_pdf
from corpus.reading.plain import read_plain

# bytes of the file → what they say. Raises UnreadableFile with a French sentence.
Reader = Callable[[bytes], Extraction]

READERS: Mapping[str, tuple[str, Reader]] = MappingProxyType(
    {
        ".txt": ("txt", read_plain),
        ".md": ("md", read_markdown),
        ".markdown": ("md", read_markdown),
        ".html": ("html", read_html),
        ".htm": ("html", read_html),
        ".pdf": ("pdf", read_pdf),
        ".docx": ("docx", read_docx),
    }
)
