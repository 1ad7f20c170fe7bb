"""Bytes in the encodings that French files arrive in."""

from __future__ import annotations

import codecs
import unicodedata

import pytest

from corpus.errors import UnreadableFile
from corpus.reading.decoding import decode

TEXT = "L’hôpital accueille le cœur d'une région : 12 € par séjour, dès l'été."


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "cp1252"),
    ],
)
def test_the_same_text_comes_out_of_every_encoding_and_without_its_mark(mark: bytes, encoding: str) -> None:
    assert decode(mark + TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_accent_nor_mark_is_told_by_its_zero_bytes(encoding: str) -> None:
    # Such bytes are valid UTF-8 too.
    assert decode("Le service reste ouvert.".encode(encoding)) == "Le service reste ouvert."


def test_a_text_without_accents_is_itself() -> None:
    assert decode(b"Le service reste ouvert.") == "Le service reste ouvert."


def test_a_byte_order_mark_goes_before_the_declared_encoding() -> None:
    assert decode(codecs.BOM_UTF8 + "été".encode(), declared="latin_1") == "été"


def test_a_declared_encoding_is_used() -> None:
    data = "Un acte à 25 €".encode("iso-8859-15")
    assert decode(data, declared="iso-8859-15") == "Un acte à 25 €"
    assert decode(data) == "Un acte à 25 ¤"


@pytest.mark.parametrize("declared", ["utf-8", "ascii", "inconnu-42"])
def test_a_declared_encoding_that_does_not_fit_is_passed_over(declared: str) -> None:
    assert decode("dès l’été".encode("cp1252"), declared=declared) == "dès l’été"


@pytest.mark.parametrize("text", ["un\r\ndeux\r\n", "un\rdeux\r", "un\ndeux\n", "un\r\n\r\ndeux\n\r"])
def test_line_ends_are_left_as_they_are(text: str) -> None:
    assert decode(text.encode()) == text


def test_decomposed_accents_are_left_as_they_are() -> None:
    decomposed = unicodedata.normalize("NFD", "santé à domicile")
    assert decode(decomposed.encode()) == decomposed


def test_soft_hyphens_and_narrow_spaces_are_left_as_they_are() -> None:
    text = "coor\u00addination\u202f: oui\u00a0!"
    assert decode(text.encode()) == text


def test_one_stray_control_character_does_not_make_a_text_binary() -> None:
    text = "Le médecin de garde répond." * 5 + "\x0b\x00"
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00!\xdf\xa4\xd2lZ\x01\x05 \x13\x08\x02",
        bytes(range(256)),
        b"\x01\x02\x03\x04",
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    assert decode("Une image décrite.".encode("cp1252")) == "Une image décrite."
    with pytest.raises(UnreadableFile, match=r"n'est pas du texte.*enregistrez-le en UTF-8"):
        decode(data)


def test_a_mark_that_the_bytes_do_not_keep_is_refused() -> None:
    data = codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")
    assert decode(data) == TEXT
    with pytest.raises(UnreadableFile, match="n'est pas du UTF-16-LE valide"):
        decode(data[:-1])
