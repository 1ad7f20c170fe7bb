"""Sentences out of a stream, however it is cut."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.llm.sentences import LONGEST, Claim, Sentences, claim_of

STREAMS = {
    "Une phrase [1]. Une autre [2].": [("Une phrase.", (1,)), ("Une autre.", (2,))],
    "Une phrase. [1] Une autre. [2]": [("Une phrase.", (1,)), ("Une autre.", (2,))],
    "Une phrase [1, 2]. Une autre [1][3].": [("Une phrase.", (1, 2)), ("Une autre.", (1, 3))],
    "Une phrase【1】. Une autre 【2†source】.": [("Une phrase.", (1,)), ("Une autre.", (2,))],
    "Une phrase [1-3]. Une autre [3-1].": [("Une phrase.", (1, 2, 3)), ("Une autre.", (0,))],
    "Une phrase [passage 2].": [("Une phrase.", (2,))],
    "M. Dupont verse 35.6 millions d'euros, art. 3 [1]. Fin [2]": [
        ("M. Dupont verse 35.6 millions d'euros, art. 3.", (1,)),
        ("Fin", (2,)),
    ],
    "Selon la fiche n° 3, le Dr. Martin exerce [1]. Le S.A.M.U. répond [2].": [
        ("Selon la fiche n° 3, le Dr. Martin exerce.", (1,)),
        ("Le S.A.M.U. répond.", (2,)),
    ],
    "- **Un point** [1]\n- un *autre* [2]\n": [("Un point", (1,)), ("un autre", (2,))],
    "1. Premier [1]\n2. Second [2]": [("Premier", (1,)), ("Second", (2,))],
    "## Titre\nUne phrase [1].": [("Titre", ()), ("Une phrase.", (1,))],
    "<think>Je pense [1]. Donc.</think>Une phrase [1].": [("Une phrase.", (1,))],
    "<THINK>Je pense</THINK> Une phrase [1]. <thinking>encore": [("Une phrase.", (1,))],
    "Le texte dit : « Un fait. Un autre. » [1] Fin [2].": [
        ("Le texte dit : « Un fait. Un autre. »", (1,)),
        ("Fin.", (2,)),
    ],
    "Que dire ? Rien ! Voilà… Fin [1].": [("Que dire ?", ()), ("Rien !", ()), ("Voilà…", ()), ("Fin.", (1,))],
    "Si a < b alors c [1].": [("Si a < b alors c.", (1,))],
    "A [1] et B [2].": [("A et B.", (1, 2))],
    "Une\u200b phrase\u202e [1].": [("Une phrase.", (1,))],
    "[1]\n\n...": [],
    "": [],
}


def told(pieces: list[str]) -> list[Claim]:
    sentences = Sentences()
    found = [claim for piece in pieces for claim in sentences.feed(piece)]
    return [*found, *sentences.close()]


def cut(text: str, places: list[int]) -> list[str]:
    ends = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[a:b] for a, b in pairwise(ends)]


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_becomes_these_sentences_whole_or_letter_by_letter(stream: str) -> None:
    for pieces in ([stream], list(stream)):
        assert [(claim.text, claim.numbers) for claim in told(pieces)] == STREAMS[stream]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Le SAMU", " ", ".", "[1]", "[1, ", "2]", "\n", "M. ", "« ", " »", "35", ",6", "…", "?",
             "<think>",
             "</think>", "<", "Un", " fait", "【3】", "**", "- ", "d'", "etc.", "(", ")", "[",
             "n° 3", "é", "!"]
        ),
        max_size=40,
    ).map("".join),
    st.lists(st.integers(0, 300), max_size=12),
)  # fmt: skip
def test_the_sentences_do_not_depend_on_where_the_stream_is_cut(text: str, places: list[int]) -> None:
    whole = told([text])
    assert told(cut(text, places)) == whole
    assert told(list(text)) == whole


def test_a_sentence_is_given_as_soon_as_the_next_one_has_begun() -> None:
    sentences = Sentences()
    assert list(sentences.feed("Un fait [1]. L")) == []
    assert list(sentences.feed("es")) == []
    assert [claim.text for claim in sentences.feed(" ")] == ["Un fait."]


def test_a_stream_without_end_is_cut_so_that_memory_is_bounded() -> None:
    sentences = Sentences()
    found = [claim for _ in range(50) for claim in sentences.feed("mot " * 100)]
    assert len(found) == 50 * 400 // LONGEST
    assert all(len(claim.text) <= LONGEST for claim in found)
    once = told(["mot " * 5000])
    assert once == [*found, *sentences.close()]


def test_a_claim_keeps_which_half_names_which_citation() -> None:
    claim = claim_of("L'un dit A [1][2], et l'autre B [3].")
    assert claim == Claim(
        "L'un dit A, et l'autre B.", (1, 2, 3), (("L'un dit A", (1, 2)), (", et l'autre B", (3,)))
    )


def test_what_holds_no_word_is_no_claim() -> None:
    assert claim_of(" ** [1] ** ") is None
    assert re.search(r"\w", "…") is None
