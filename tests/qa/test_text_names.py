"""Which names are refused, each with what to do, and which are not."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from qa.text_names import BadName, UnsupportedFormat, check_format, components_of
from tests.qa.hostile_names import ENCODED_PATHS, HOSTILE_NAMES

FORMATS = ".docx, .htm, .html, .markdown, .md, .pdf, .txt"


@pytest.mark.parametrize(
    ("source", "components"),
    [
        ("cpts.md", ("cpts.md",)),
        ("a b/été d'août.txt", ("a b", "été d'août.txt")),
        ("Cœur : rôle ? — n° 1.txt", ("Cœur : rôle ? — n° 1.txt",)),
        ("100 %.txt", ("100 %.txt",)),
        ("20%de.txt", ("20%de.txt",)),
        ("console/auxiliaire.md", ("console", "auxiliaire.md")),
        ("v1..2.md", ("v1..2.md",)),
        ("famille 👩\u200d⚕️.md", ("famille 👩\u200d⚕️.md",)),
        ("é" * 125 + ".html", ("é" * 125 + ".html",)),
    ],
)
def test_an_ordinary_name_is_its_components(source: str, components: tuple[str, ...]) -> None:
    assert components_of(source) == components


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_refused_without_an_echo(name: str) -> None:
    with pytest.raises(BadName) as refused:
        components_of(name)
    assert "zz" not in str(refused.value)
    assert " ; " in str(refused.value) or "sans « .. »" in str(refused.value)


def test_thirty_hostile_names_at_least_are_tried() -> None:
    assert len(set(HOSTILE_NAMES)) >= 30
    assert len(set(ENCODED_PATHS)) >= 12


@pytest.mark.parametrize("path", ENCODED_PATHS)
def test_no_encoding_of_a_way_out_is_a_name(path: str) -> None:
    """Decoded once, as a server does."""
    with pytest.raises(BadName):
        components_of(unquote(path))


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("é" * 125 + ".html", "é" * 126 + ".html"),
        (
            "/".join(["d" * 250] * 16) + "/" + "a" * 77 + ".md",
            "/".join(["d" * 250] * 16) + "/" + "a" * 78 + ".md",
        ),
        ("d/" * 31 + "a.md", "d/" * 32 + "a.md"),
    ],
    ids=["255 bytes", "4096 bytes", "32 levels"],
)
def test_a_name_is_refused_from_one_step_beyond_each_limit(inside: str, outside: str) -> None:
    assert components_of(inside)[-1].startswith(("é", "a"))
    with pytest.raises(BadName, match=r"dépasse|niveaux"):
        components_of(outside)


def test_a_type_that_is_read_passes_whatever_the_case_of_the_extension() -> None:
    for name in ("a.MD", "a.v2.Pdf"):
        check_format(name)


@pytest.mark.parametrize("name", ["a", "a.exe", "a.md.sh", "a.txt~", "md", "a.ｍｄ"])
def test_a_type_that_is_not_read_is_refused_and_the_types_named(name: str) -> None:
    with pytest.raises(UnsupportedFormat, match="ce type de fichier n'est pas lu") as refused:
        check_format(name)
    assert str(refused.value).endswith(FORMATS)
