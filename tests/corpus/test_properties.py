"""What holds for every text whatsoever: no character is lost, cut loose or counted twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import Extraction, Reason, Span
from corpus.errors import UnreadableFile
from corpus.lines import split_lines
from corpus.passages import PassageSize
from corpus.reading.html import read_html
from corpus.reading.markdown import read_markdown
from corpus.reading.plain import read_plain
from corpus.sentences import split_sentences
from tests.corpus.support import assert_accounted_for, cut

always = settings(derandomize=True, deadline=None, max_examples=150)

WORDS = (
    "le médecin Garde répond. L'hôpital ; soins, Ville : M. Dr etc. J.-C. « Oui ! » 35,6 12 n° … ?".split()
)
ODD = [
    *"\u0301\u2028\u2029\u00a0\u202f\u00ad\u200b\ufeff\u200f\ufffd\x00\x07\x0b\x0c\x1c\x1f\x85",
    "🏥",
    "👩🏽\u200d⚕️",
    "שלום",
    "صحة",
    "ﬁ",
    "İ",
    "x" * 300,
]
ENDS = ["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", " \n \n", "\t"]
LINES = [
    f"{line}\n"
    for line in (
        "- le médecin",
        "• le pharmacien",
        "1. le premier",
        "# Titre",
        "## Sous-titre <!-- note -->",
        "Titre\n=====",
        "Les soins",
        "1.1 La garde",
        "Trois acteurs :",
        "---",
        "```",
        "> cité",
        "| Lits | Jours |",
        "![plan](a.png)",
        "A lire aussi :",
        "Partager sur Facebook",
        "Abonnez-vous",
        "Publié le 3 mai 2020 par Anne Roy",
        "2 commentaires",
        "Laisser un commentaire",
        "12 mars",
        "15:48",
        "15:48 Un budget est voté",
        "Mentions légales",
        "Une infirmière © Agence",
        "[loi]: https://exemple.fr",
    )
]
PIECES = [*(f"{word} " for word in WORDS), *ODD, *ENDS, *LINES]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40).map("".join)
TAGS = [
    "p",
    "h1",
    "h2",
    "li",
    "ul",
    "div",
    "nav",
    "footer",
    "form",
    "button",
    "article",
    "pre",
    "span",
    "script",
]
elements = st.builds("<{0}>{1}</{0}>".format, st.sampled_from(TAGS), texts)
tables = st.lists(st.lists(texts, max_size=3), max_size=3).map(
    lambda rows: "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
)
pages = st.lists(elements | texts | tables.map("<table>{}</table>".format), max_size=6).map("".join)
files = st.binary(max_size=200) | st.builds(
    lambda text, encoding: text.encode(encoding, "replace"),
    texts | pages,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "utf-7", "cp037"]),
)


@always
@given(texts)
def test_every_character_is_in_a_passage_or_set_aside_or_white_space(text: str) -> None:
    assert_accounted_for(cut(text))


@always
@given(texts, st.integers(1, 12), st.integers(0, 12))
def test_no_size_of_passages_loses_anything(text: str, maximum: int, more: int) -> None:
    size = PassageSize(minimum=(maximum + 1) // 2, maximum=maximum, list_maximum=maximum + more)
    assert_accounted_for(cut(text, size=size))


@always
@given(st.data())
def test_whatever_a_reader_sets_aside_is_told_once(data: st.DataObject) -> None:
    text = data.draw(texts)
    edges = st.integers(0, len(text))
    spans = st.tuples(edges, edges).map(lambda pair: Span(min(pair), max(pair)))
    marks = data.draw(st.lists(st.tuples(spans, st.sampled_from(Reason)), max_size=5).map(tuple))
    assert_accounted_for(cut(Extraction(text, furniture=marks)))


@always
@given(texts)
def test_cutting_again_gives_the_same(text: str) -> None:
    assert cut(text) == cut(text)


@always
@given(texts)
def test_sentences_hold_every_character_that_is_not_white_space(text: str) -> None:
    spans = split_sentences(text)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert "".join("".join(text[s.start : s.end].split()) for s in spans) == "".join(text.split())


@always
@given(texts)
def test_lines_hold_every_character_that_is_not_white_space(text: str) -> None:
    lines = split_lines(text)
    assert [line.text for line in lines] == [text[line.start : line.end].strip() for line in lines]
    assert "".join("".join(line.text.split()) for line in lines) == "".join(text.split())


@pytest.mark.parametrize("reader", [read_plain, read_markdown, read_html])
@always
@given(data=files)
def test_a_file_is_refused_or_accounted_for(reader: Callable[[bytes], Extraction], data: bytes) -> None:
    try:
        extraction = reader(data)
    except UnreadableFile:
        return
    assert_accounted_for(cut(extraction))


@always
@given(texts | pages)
def test_plain_text_and_markdown_are_the_files_own_characters(text: str) -> None:
    data = text.encode("utf-8-sig")
    assert read_plain(data).text == read_markdown(data).text == text
