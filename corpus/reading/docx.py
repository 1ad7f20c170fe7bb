"""Word documents: mammoth turns them into HTML by their styles, and the HTML reader goes on.

Page headers and footers are furniture that Word keeps outside the body; they are not read.
"""

from __future__ import annotations

import io
import zipfile
from xml.parsers.expat import ExpatError

import mammoth

from corpus.documents import Extraction
from corpus.errors import UnreadableFile
from corpus.reading.html import extract_html

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Titre'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Heading 1'] => h2:fresh
p[style-name='Heading 2'] => h3:fresh
p[style-name='Heading 3'] => h4:fresh
p[style-name='Heading 4'] => h5:fresh
p[style-name='Heading 5'] => h6:fresh
p[style-name='Titre 1'] => h2:fresh
p[style-name='Titre 2'] => h3:fresh
p[style-name='Titre 3'] => h4:fresh
"""
# An encrypted Office file is an OLE container, not a zip.
_OLE = b"\xd0\xcf\x11\xe0"


def read_docx(data: bytes) -> Extraction:
    """Paragraphs, lists, tables and notes; headings by style."""
    if data.startswith(_OLE):
        raise UnreadableFile("le document est chiffré ou à l'ancien format .doc ; enregistrez-le en .docx")
    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda _image: {"src": ""}),
        )
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        SyntaxError,
        AttributeError,
        ExpatError,
    ) as error:
        raise UnreadableFile(f"le document Word est corrompu ({type(error).__name__})") from None
    return extract_html(result.value)
