"""Bytes become text: which of the encodings French files arrive in. Does not parse mark-up."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from corpus.errors import UnreadableFile

# A byte order mark is a promise; the UTF-32 ones begin like UTF-16's and go first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES = ["cp1252", "utf_16_le", "utf_16_be", "mac_roman"]
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# Text has no control characters but for an accident; one in a hundred is no accident.
_BINARY_SHARE = 0.01


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of `data`, its byte order mark dropped, line ends untouched.

    Tries, in order: the byte order mark, strict UTF-8, the `declared` encoding, UTF-16 told
    by its zero bytes, Windows-1252. Raises UnreadableFile when the bytes are no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    # Bytes that are valid UTF-8 beyond ASCII are hardly ever anything else, whatever is declared.
    for encoding in filter(None, ("utf-8", _as_browsers_read(declared))):
        text = _try(data, encoding)
        if text is not None and not _looks_binary(text):
            return text
    return _guess(data)


def _guess(data: bytes) -> str:
    # Without a mark, UTF-16 of a Latin text has a zero in every other byte.
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if zeros.count(0) > len(zeros) / 2:
            text = _try(data, encoding)
            break
    else:
        text = _try(data, "cp1252")
    if text is None:
        best = from_bytes(data, cp_isolation=_CANDIDATES).best()
        text = None if best is None else str(best)
    if text is None or _looks_binary(text):
        raise UnreadableFile(
            "le contenu n'est pas du texte, ou son encodage n'est pas reconnu ; enregistrez-le en UTF-8"
        )
    return text


def _as_browsers_read(declared: str | None) -> str | None:
    """The WHATWG's Encoding Standard: these labels stand for Windows-1252."""
    latin = ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "ascii", "us-ascii")
    return "cp1252" if declared is not None and declared.lower().replace("_", "-") in latin else declared


def _strict(data: bytes, encoding: str) -> str:
    text = _try(data, encoding)
    if text is None:
        raise UnreadableFile(
            f"le texte n'est pas du {encoding.upper()} valide ; enregistrez le fichier en UTF-8"
        )
    return text


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _looks_binary(text: str) -> bool:
    return len(_CONTROL.findall(text)) > _BINARY_SHARE * len(text)
