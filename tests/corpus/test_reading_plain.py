"""Plain text files."""

from __future__ import annotations

import pytest

from corpus.documents import Extraction
from corpus.errors import UnreadableFile
from corpus.reading.plain import read_plain


def test_the_text_is_the_files_own_and_nothing_is_said_about_it() -> None:
    text = "  Les soins\r\n\r\nLe médecin\tveille.\r\n"
    assert read_plain(text.encode()) == Extraction(text)


def test_a_byte_order_mark_is_dropped() -> None:
    assert read_plain("Été".encode("utf-8-sig")).text == "Été"


def test_mark_up_in_plain_text_is_text() -> None:
    assert read_plain(b"# Soins\n<b>gras</b> &amp;").text == "# Soins\n<b>gras</b> &amp;"


def test_bytes_that_are_no_text_are_refused() -> None:
    assert read_plain(b"texte").text == "texte"
    with pytest.raises(UnreadableFile, match="n'est pas du texte"):
        read_plain(b"texte\x00\x01\x02\x03")
