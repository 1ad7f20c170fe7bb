"""A reply in Markdown shows the texts as they are, whatever they are made of."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from qa.answer import Answer
from qa.chat.links import passage_link
from qa.chat.markdown import paragraph, plain, refusal, sources, title
from qa.citing import Citation
from tests.timing import seconds

BASE = "https://textes.example"
QUOTE = "Une CPTS organise les soins de ville d’un territoire ; elle en répond devant l’agence."
CITATION = Citation(1, "cpts.md", "Les CPTS", ("Rôle",), 20, 106, QUOTE, None, (), 0.9, ("words",))
SECOND = replace(CITATION, number=2, source="été/ght (1).pdf", title="Les GHT", page=3)
LINK, SECOND_LINK = passage_link(CITATION, BASE), passage_link(SECOND, BASE)

# What chat front ends read beyond CommonMark: tables, ~~, $…$, [^1].
GFM = MarkdownIt("gfm-like", {"linkify": False}).use(dollarmath_plugin).use(footnote_plugin)
COMMONMARK = MarkdownIt("commonmark")
SIGNS = [*"\\`*_[]<>~$|^&:{}@!#+-=.()\"' \n\t’«»\u00a0\u202f", "\n- ", "\n– ", "\n1. ", "\n\n", "1) ", "---"]
SIGNS += [
    "[1]",
    "[^1]",
    "[a](b)",
    "http://a.fr",
    "www.a.fr",
    "a@b.fr",
    "&amp;",
    "&#91;",
    "<b>",
    ":::note",
    "$$",
]
SIGNS += [
    "~~a~~",
    "**a**",
    "```",
    "\\[x\\]",
    "{{user}}",
    "<think>",
    "<Thinking a='1'>",
    "◁think▷",
    "\\[",
    "\\(x\\)",
    "|a|b|\n|-|-|",
    "===",
    "![a](b)",
    "Sources",
    "é",
    "œ",
]
TEXTS = st.lists(st.sampled_from(SIGNS) | st.text(st.characters(exclude_categories=["C"]), max_size=8)).map(
    "".join
)


def seen(renderer: MarkdownIt, markdown: str) -> str:
    """The visible text of what must be one paragraph; a line break is a line break."""
    tokens = renderer.parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], markdown
    return "".join(map(_visible, tokens[1].children or []))


def _visible(token: Token) -> str:
    # Nothing may be emphasised, made an image, a formula, a note…
    assert token.type in {"text", "link_open", "link_close", "hardbreak", "code_inline"}, token
    if token.type == "code_inline":
        assert set(token.content) <= set("\\[]<◁"), token
    return "\n" if token.type == "hardbreak" else token.content


def one_spaced(text: str) -> str:
    return " ".join(text.split())


def hrefs(markdown: str) -> list[str]:
    inline = [token for token in COMMONMARK.parse(markdown) if token.type == "inline"]
    links = [child for token in inline for child in token.children or [] if child.type == "link_open"]
    return [str(link.attrs["href"]) for link in links]


def test_a_paragraph_is_the_sentence_then_a_link_for_each_number() -> None:
    written = paragraph("Une CPTS organise les soins.", [2, 1], [CITATION, SECOND], BASE)
    assert written == f"Une CPTS organise les soins. [[2]]({SECOND_LINK}) [[1]]({LINK})"
    assert seen(COMMONMARK, written) == "Une CPTS organise les soins. [2] [1]"
    assert hrefs(written) == [SECOND_LINK, LINK]


def test_beside_cards_the_numbers_are_bare() -> None:
    assert paragraph("Oui.", [2, 1], [CITATION, SECOND], BASE, cards=True) == "Oui. [2] [1]"


def test_a_number_that_no_citation_has_is_an_error() -> None:
    assert paragraph("Oui.", [1], [CITATION], BASE) == f"Oui. [[1]]({LINK})"
    with pytest.raises(KeyError):
        paragraph("Oui.", [2], [CITATION], BASE)


def test_french_prose_needs_no_escape() -> None:
    text = "L’« hôpital » – œuvre d’État – coûte 3,5 M€ (soit 12 %), dit-on : l'aide, etc. ; voir p. 3 !"
    assert paragraph(text, [], [], BASE) == text


@pytest.mark.parametrize("renderer", [COMMONMARK, GFM])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# Titre", "# Titre"),
        ("1986. L'année", "1986. L'année"),
        ("- a\n- b\n  suite\n\n> c", "- a\n- b suite\n> c"),
        ("Les soins :\n– de ville ;\n• d'urgence.", "Les soins :\n– de ville ;\n• d'urgence."),
        ("Un texte\r\nqui se suit\ravec des lignes.", "Un texte qui se suit avec des lignes."),
        ("Titre\n\n===", "Titre\n==="),
        ("voir [1] et [^2], [a](b) ![c](d)", "voir [1] et [^2], [a](b) ![c](d)"),
        ("2 * 3 * 4, snake_case_, `code`, ~~non~~, ~ 5", "2 * 3 * 4, snake_case_, `code`, ~~non~~, ~ 5"),
        ("de 5 $ à 10 $, $x$, \\(y\\), \\[z\\]", "de 5 $ à 10 $, $x$, \\(y\\), \\[z\\]"),
        ("<think>a</think> <Reasoning x=1> ◁think▷", "<think>a</think> <Reasoning x=1> ◁think▷"),
        (r"la note \[1\] et \\[2\\] ou \(3\)`\[`", r"la note \[1\] et \\[2\\] ou \(3\)`\[`"),
        ("<script>alert(1)</script> &amp; &#91; R&D", "<script>alert(1)</script> &amp; &#91; R&D"),
        ("a | b\n\n--|--", "a | b\n--|--"),
        ("http://a.fr/b_c_d www.a.fr a@b.fr ::: :note", "http://a.fr/b_c_d www.a.fr a@b.fr ::: :note"),
        ("fin \\", "fin \\"),
        ("50\u00a0% \u202f« œuvre »", "50\u00a0% \u202f« œuvre »"),
    ],
)
def test_signs_of_markdown_in_a_text_are_shown(renderer: MarkdownIt, text: str, shown: str) -> None:
    assert seen(renderer, paragraph(text, [1], [CITATION], BASE)) == f"{shown} [1]"


@pytest.mark.parametrize("renderer", [COMMONMARK, GFM])
@settings(max_examples=500, deadline=None)
@given(text=TEXTS)
def test_any_text_is_shown_as_it_is_and_read_back(renderer: MarkdownIt, text: str) -> None:
    written = paragraph(text, [1], [CITATION], BASE)
    assert one_spaced(seen(renderer, written)) == one_spaced(f"{text} [1]")
    assert one_spaced(plain(written)) == one_spaced(text)
    bare = paragraph(text, [1, 2], [CITATION, SECOND], BASE, cards=True)
    assert one_spaced(seen(renderer, bare)) == one_spaced(f"{text} [1] [2]")
    assert one_spaced(plain(bare)) == one_spaced(text)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_no_escape_is_one_that_open_webui_shows_or_takes_for_a_formula(text: str) -> None:
    written = paragraph(text, [], [], BASE)
    # Each backslash with what it stands before: none but signs, never the bracket of a formula.
    rest = iter(written)
    followers = [next(rest) for character in rest if character == "\\"]
    assert "[" not in followers
    assert not re.search(r"\\[\[(]|<(think|thought|reason)\w*[\s>]|◁think", written, re.IGNORECASE)
    assert [f for f in followers if f.isalnum() or f.isspace()] == []
    assert "{{" not in written


@settings(max_examples=300, deadline=None)
@given(words=TEXTS.filter(str.strip), quote=TEXTS.filter(str.strip))
def test_any_title_is_a_link_and_any_quote_a_quotation(words: str, quote: str) -> None:
    citation = replace(CITATION, title=words, headings=("Rôle",), quote=quote)
    tokens = COMMONMARK.parse(sources([citation], BASE))
    inline = [token for token in tokens if token.type == "inline"]
    assert [token.type for token in tokens if token.type.endswith("_open")] == [
        "paragraph_open",
        "paragraph_open",
        "blockquote_open",
        "paragraph_open",
    ]
    visible = ["".join(_visible(child) for child in token.children or []) for token in inline[1:]]
    assert one_spaced(visible[0]) == one_spaced(f"[1] {title(citation)}")
    assert one_spaced(visible[1]) == one_spaced(quote)
    assert hrefs(sources([citation], BASE)) == [passage_link(citation, BASE)]


def test_the_sources_are_numbered_linked_and_quoted() -> None:
    listed = replace(SECOND, quote="Les soins :\n– de ville ;\n- d'urgence.", headings=("Les GHT",))
    assert sources([CITATION, listed], BASE) == (
        f"**Sources**\n\n[1] [Les CPTS › Rôle]({LINK})\n\n> {QUOTE}\n\n"
        f"[2] [Les GHT]({passage_link(listed, BASE)}), page 3\n\n"
        "> Les soins :  \n> – de ville ;  \n> \\- d'urgence."
    )


def test_a_refusal_says_why_and_where_to_look() -> None:
    answer = Answer((), "Les textes n'en disent *rien*.", 0.1, (CITATION, SECOND), "g")
    written = refusal(answer, BASE)
    assert written == (
        "Les textes n'en disent \\*rien\\*.\n\nPassages les plus proches :\n\n"
        f"- [Les CPTS › Rôle]({LINK})\n- [Les GHT › Rôle]({SECOND_LINK})"
    )
    assert plain(written) == "Les textes n'en disent *rien*."
    assert refusal(replace(answer, citations=()), BASE) == "Les textes n'en disent \\*rien\\*."


def test_a_whole_reply_is_read_without_what_cites() -> None:
    sentences = [
        paragraph(text, [n], [CITATION, SECOND], BASE) for n, text in ((1, "Oui."), (2, "Non [1].\n– si"))
    ]
    reply = "\n\n".join([*sentences, sources([CITATION, SECOND], BASE)])
    assert plain(reply) == "Oui.\nNon [1].\n– si"
    bare = paragraph("Oui.", [1], [CITATION], BASE, cards=True)
    assert plain(bare) == "Oui."


def test_a_sentence_that_says_sources_is_no_list_of_sources() -> None:
    written = paragraph("Sources", [1], [CITATION], BASE) + "\n\nLa suite."
    assert plain(written) == "Sources\nLa suite."
    assert plain("**Sources**\n\nLa suite.") == ""


@pytest.mark.parametrize(
    ("markdown", "read"),
    [
        (
            "## Réponse\n\nLes **CPTS** sont [ici](http://a.fr), *là* [1][2, 3].",
            "Réponse\nLes CPTS sont ici, là.",
        ),
        ("1. un\n2. deux\n   - trois `code`", "un\ndeux\ntrois code"),
        ("```python\nx = 1\ny = 2\n```", "x = 1\ny = 2"),
        ("| a | b |\n|---|---|\n| 1 | **2** |", "a b\n1 2"),
        (
            "Avant<br>après<sup>1</sup>\n\n<details>\n<summary>Plan</summary>\n</details>",
            "Avant\naprès1\nPlan",
        ),
        ("Loi de [2018] et ![logo](a.png) ~~non~~", "Loi de [2018] et logo non"),
        ("Oui.\n\n### Sources :\n\n- [A](http://a)\n- B\n\n### Suite\n\nNon.", "Oui.\nSuite\nNon."),
        ("ligne une\nligne deux  \nligne trois", "ligne une ligne deux\nligne trois"),
        ("", ""),
    ],
)
def test_the_markdown_of_others_is_read_too(markdown: str, read: str) -> None:
    assert plain(markdown) == read


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "![[](",
        "[a](",
        "*a **b ",
        "`",
        "> ",
        "- ",
        "<a ",
        "<!--",
        "&#1",
        "\\",
        "  ",
        "\n",
        "[1] ",
        "_a__b ",
        "|x\n",
    ],
)
def test_no_message_takes_longer_than_its_length(unit: str) -> None:
    def took(length: int) -> float:
        return seconds(lambda: plain("a|b\n-|-\n" * ("|" in unit) + unit * (length // len(unit))))

    # Quadratic, 100 kB would take a hundred times as long as 10 kB, and minutes.
    assert took(100_000) < 40 * took(10_000) + 0.5
