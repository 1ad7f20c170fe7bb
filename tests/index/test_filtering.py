"""Filters allow the passages of the documents that meet them, and no other."""

from __future__ import annotations

import unicodedata

import pytest

from index.filtering import NO_FILTERS, Filters, allowed_rows
from index.store import DocumentRows

NFD = unicodedata.normalize("NFD", "santé")
DOCUMENTS = [
    DocumentRows("accueil.md", "md", 0, 2),
    DocumentRows("notes/a.md", "md", 2, 1),
    DocumentRows("notes/2019/b.pdf", "pdf", 3, 2),
    DocumentRows("notes2/a.md", "md", 5, 1),
    DocumentRows(f"{NFD}/é.html", "html", 6, 1),
]


def rows(filters: Filters) -> list[int]:
    allowed = allowed_rows(filters, DOCUMENTS)
    assert allowed is not None
    assert allowed.shape == (7,)
    return [int(row) for row in allowed.nonzero()[0]]


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (("notes",), [2, 3, 4]),
        (("notes/",), [2, 3, 4]),
        (("./notes//",), [2, 3, 4]),
        (("/notes",), [2, 3, 4]),
        (("notes/2019",), [3, 4]),
        (("notes2", "notes/2019/"), [3, 4, 5]),
        (("note",), []),
        (("Notes",), []),
        (("2019",), []),
        (("accueil.md",), []),
        (("notes/..",), [0, 1, 2, 3, 4, 5, 6]),
        (("..",), []),
        (("",), [0, 1, 2, 3, 4, 5, 6]),
        (("/",), [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_folder_is_itself_and_all_below_it(folders: tuple[str, ...], expected: list[int]) -> None:
    assert rows(Filters(folders=folders)) == expected


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_name_the_same_folder_and_file_however_composed(form: str) -> None:
    folder = unicodedata.normalize(form, "santé")
    assert rows(Filters(folders=(folder,))) == [6]
    assert rows(Filters(sources=(unicodedata.normalize(form, "santé/é.html"),))) == [6]
    assert rows(Filters(folders=("sante",))) == []


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (("notes/a.md",), [2]),
        (("a.md",), []),
        (("notes",), []),
        (("notes/a.md", "accueil.md"), [0, 1, 2]),
    ],
)
def test_a_source_is_a_whole_path(sources: tuple[str, ...], expected: list[int]) -> None:
    assert rows(Filters(sources=sources)) == expected


@pytest.mark.parametrize(
    ("formats", "expected"),
    [(("pdf",), [3, 4]), ((".PDF",), [3, 4]), (("md", "html"), [0, 1, 2, 5, 6]), (("odt",), []), (("",), [])],
)
def test_a_format_is_as_the_index_names_it(formats: tuple[str, ...], expected: list[int]) -> None:
    assert rows(Filters(formats=formats)) == expected


def test_every_kind_that_is_given_must_hold() -> None:
    assert rows(Filters(folders=("notes",), formats=("md",))) == [2]
    assert rows(Filters(("notes",), ("notes/a.md", "notes2/a.md"), ("md",))) == [2]
    assert rows(Filters(("notes",), ("notes2/a.md",))) == []


def test_filters_that_ask_nothing_allow_everything() -> None:
    assert Filters((), (), ()) == NO_FILTERS
    assert allowed_rows(NO_FILTERS, DOCUMENTS) is None
