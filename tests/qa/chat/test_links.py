"""The address of a passage, as browsers and Markdown read it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.chat.fragments import text_directive
from qa.chat.links import LONGEST_LINK, passage_link
from qa.citing import Citation

BASE = "https://textes.example/sourcier"
QUOTE = "L’été, les urgences d’un territoire – ville & hôpital – se partagent les gardes, dit-on."
CITATION = Citation(1, "été/urgences (1).md", "Urgences", ("Gardes",), 5, 92, QUOTE, None, (), 0.9, ())
LONG = " ".join(f"La mesure numéro {n} concerne l’hôpital de jour." for n in range(1, 40))


def terms(directive: str) -> list[str]:
    """The decoded terms of a directive, its marks of prefix and suffix kept."""
    assert directive.startswith("text=")
    return [unquote(term) for term in directive.removeprefix("text=").split(",")]


def test_a_link_goes_to_the_passage_and_names_its_words() -> None:
    address, _, directive = passage_link(CITATION, BASE).partition(":~:")
    assert address == (
        "https://textes.example/sourcier/source/%C3%A9t%C3%A9/urgences%20%281%29.md?start=5&end=92#passage"
    )
    assert directive == (
        "text=L%E2%80%99%C3%A9t%C3%A9%2C%20les%20urgences%20d%E2%80%99un%20territoire%20%E2%80%93%20ville%20"
        "%26%20h%C3%B4pital%20%E2%80%93%20se%20partagent%20les%20gardes%2C%20dit%2Don."
    )


def test_a_long_quote_is_named_by_its_first_words_and_its_last() -> None:
    first, last = terms(text_directive(LONG, "", 2000))
    assert LONG.startswith(first + " ")
    assert LONG.endswith(" " + last)
    assert (len(first), len(last)) == (121, 66)


def test_last_words_that_stand_earlier_in_the_quote_are_lengthened() -> None:
    refrain = " Chacun verse sa part à la caisse commune avant la fin de chaque mois."
    verses = "".join(f" Au mois {n}, la récolte est pesée.{refrain}" for n in range(1, 6)).strip()
    first, last = terms(text_directive(verses, "", 2000))
    assert verses.count(refrain) == 5
    assert (verses.startswith(first), verses.endswith(last), verses.count(last)) == (True, True, 1)


@pytest.mark.parametrize(
    ("before", "expected"),
    [("Gardes de nuit", ["Gardes de nuit-", "Oui, à toute heure."]), ("", None)],
)
def test_a_short_quote_is_only_named_after_what_stands_before(
    before: str, expected: list[str] | None
) -> None:
    directive = text_directive("Oui, à toute heure.", before, 2000)
    assert (terms(directive) if directive else None) == expected


def test_the_words_before_a_short_quote_are_its_last_heading_or_the_title() -> None:
    short = replace(CITATION, quote="Oui.", headings=("Ville", "Les gardes"))
    assert passage_link(short, BASE).endswith(":~:text=Les%20gardes-,Oui.")
    assert passage_link(replace(short, headings=()), BASE).endswith(":~:text=Urgences-,Oui.")


def test_white_space_around_is_left_out_and_line_ends_are_html_s() -> None:
    quote = f"\r\n {QUOTE}\r\n– puis la suite\r– et la fin \n"
    assert terms(text_directive(quote, "", 2000)) == [f"{QUOTE}\n– puis la suite\n– et la fin"]


@pytest.mark.parametrize("quote", ["", " \n", "…", "« – »", "\u200f"])
def test_a_quote_without_a_word_has_no_directive(quote: str) -> None:
    assert text_directive(f"{quote}{QUOTE}", "Titre", 2000).startswith("text=")
    assert text_directive(quote, "Titre", 2000) == ""


def test_a_link_stays_short_enough_or_does_without_the_words() -> None:
    endless = replace(CITATION, quote="à" * 500)
    assert ":~:" in passage_link(replace(CITATION, quote="à" * 300), BASE)
    assert passage_link(endless, BASE).endswith("&end=92#passage")
    far = replace(CITATION, source="d/" * 950 + "a.md")
    assert passage_link(far, BASE).endswith("&end=92#passage")


@given(st.text(max_size=600), st.text(max_size=80))
def test_any_quote_makes_a_sound_address(quote: str, before: str) -> None:
    try:
        quote.encode(), before.encode()
    except UnicodeEncodeError:  # a lone surrogate, which no document has
        return
    link = passage_link(replace(CITATION, quote=quote, headings=(before,)), BASE)
    assert len(link) <= LONGEST_LINK
    assert link.isascii()
    assert not set(link) & set(" ()<>\"'\\[]`*")
    fragment = urlsplit(link).fragment
    assert fragment == "passage" or fragment.startswith("passage:~:text=")
    # The signs of the syntax stand only where they mean it.
    assert fragment.count(",") <= 1
    assert fragment.count("&") == 0
    assert fragment.count("-") == fragment.count("-,")
