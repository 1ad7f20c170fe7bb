"""The lexicon followed from build to build is, byte for byte, that of a build from nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.folding import fold
from index import spellings
from index.lexicon import NO_WORDING, Lexicon, Wording, build_lexicon, update_lexicon, wording_from_bytes
from index.spellings import Forms, forms

# Each word in several spellings, compounds three times and more, joined and apart.
PIECES = (
    "un rendez-vous, un rendez-vous, ce rendez-vous|sans rendez vous|RENDEZ-VOUS|rendezvous|rendez\u2011vous"
    "|l'Île-de-France et l’Île-de-France|en Ile-de-France|en Ile de France|TOUTE L'ÎLE-DE-FRANCE EST LÀ"
    "|le porte-parole, une porte-parole|porte parole|dit-il|peut-être|peut etre|y a-t-il un lit"
    "|l'hôpital|l'hopital|L'HÔPITAL|l'Hôpital|l'ho\u0302pital|Hôpital|l'hôpi\u00adtal|œuvre|ŒUVRE|oeuvre"
    "|l'État|l'Etat|l'état|l'ètat|état|élève|Élève|eleve|e\u0301le\u0300ve|le GHT|LE GHT DU CHER|ght|G.H.T."
    "|İzmir|straße|STRASSE|ﬁn|ﬁn-ﬁn|2e|A380-neo|.|!|:|«|\n|—|'|-|--|¿"
).split("|")
texts = st.lists(st.sampled_from(PIECES), max_size=10).map(" ".join) | st.text(max_size=6)
folders = st.lists(texts, max_size=4)


def from_nothing(now: Sequence[str]) -> tuple[Wording, Lexicon]:
    return update_lexicon(NO_WORDING, (), now, lambda: now)


def in_bytes(found: tuple[Wording, Lexicon]) -> tuple[bytes, bytes]:
    return found[0].to_bytes(), found[1].to_bytes()


def never() -> Iterable[str]:
    raise AssertionError("every text was read")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(folders, st.lists(st.tuples(st.sets(st.integers(0, 5)), folders), min_size=1, max_size=4))
def test_after_any_removals_and_additions_nothing_differs_from_a_build_from_nothing(
    first: list[str], steps: list[tuple[set[int], list[str]]]
) -> None:
    known = {fold(word) for piece in PIECES for word in piece.split()}
    accented = {key: word for key, word in spellings.accented_words().items() if key in known}
    with pytest.MonkeyPatch.context() as patch:
        # Of the dictionary's hundred thousand words that no text here has, copying takes most of the time.
        patch.setattr(spellings, "accented_words", lambda: accented)
        now, wording = first, from_nothing(first)[0]
        for places, added in steps:
            removed = [text for place, text in enumerate(now) if place in places]
            now = added + [text for place, text in enumerate(now) if place not in places]
            before = wording_from_bytes(wording.to_bytes())
            found = update_lexicon(before, removed, added, lambda now=now: now)
            assert in_bytes(found) == in_bytes(from_nothing(now[::-1]))
            wording = found[0]


@settings(derandomize=True, deadline=None, max_examples=40)
@given(folders)
def test_the_wording_read_back_is_the_one_written(now: list[str]) -> None:
    wording, _ = from_nothing(now)
    copy = wording_from_bytes(wording.to_bytes())
    assert copy == wording
    assert copy.to_bytes() == wording.to_bytes()


@settings(derandomize=True, deadline=None, max_examples=200)
@given(folders, folders)
def test_the_forms_of_some_texts_and_of_others_add_up_and_are_taken_away(
    some: list[str], others: list[str]
) -> None:
    nothing = forms(())
    assert forms(some).changed(nothing, forms(others)) == forms(some + others)
    assert forms(some + others).changed(forms(others), nothing) == forms(some)
    assert nothing == Forms(Counter(), Counter(), Counter())


def test_of_equal_counts_the_order_of_the_texts_chooses_nothing() -> None:
    now = ["On sait que l'ètat va.", "On sait que l'état va.", "On sait que l'Etat va, et que l'Etat vient."]
    assert from_nothing(now)[1].written["etat"] == "ètat"
    assert {in_bytes(from_nothing(order)) for order in permutations(now)} == {in_bytes(from_nothing(now))}


def test_with_the_whole_dictionary_of_french_the_bytes_are_those_of_a_build_from_nothing() -> None:
    old = ["Un médecin, un élève, un rendez-vous, un rendez-vous, un rendez-vous.", "Le medecin, l'eleve."]
    new = ["L'hôpital est sans rendez vous."]
    before, _ = from_nothing(old)
    found = update_lexicon(before, old[:1], new, lambda: [*old[1:], *new])
    assert in_bytes(found) == in_bytes(from_nothing([*old[1:], *new]))
    assert found[1].to_bytes() == build_lexicon([*old[1:], *new]).to_bytes()


JOINED = "Un rendez-vous, un rendez-vous, un rendez-vous."
APART = "Il est sans rendez vous."


def test_a_compound_written_apart_and_no_longer_is_joined_again() -> None:
    wording, lexicon = from_nothing([JOINED])
    assert (wording.apart, lexicon.compounds["rendez vous"]) == ({"rendez vous": 0}, "rendez-vous")
    wording, lexicon = update_lexicon(wording, (), [APART], never)
    assert wording.apart == {"rendez vous": 1}
    assert "rendez vous" not in lexicon.compounds
    wording, lexicon = update_lexicon(wording, [APART], (), never)
    assert (wording.apart, lexicon.compounds["rendez vous"]) == ({"rendez vous": 0}, "rendez-vous")


def test_a_compound_that_is_new_is_looked_for_in_every_text_and_only_then() -> None:
    wording, lexicon = from_nothing([APART])
    assert (wording.apart, lexicon.compounds.get("rendez vous")) == ({}, None)
    asked: list[int] = []

    def all_texts() -> Iterable[str]:
        asked.append(1)
        return [APART, JOINED]

    wording, lexicon = update_lexicon(wording, (), [JOINED], all_texts)
    assert (asked, wording.apart) == ([1], {"rendez vous": 1})
    wording, _ = update_lexicon(wording, (), ["Un rendez-vous de plus, et un rendez vous."], never)
    assert wording.apart == {"rendez vous": 2}


def test_a_compound_that_goes_is_forgotten_and_counted_anew_when_it_comes_back() -> None:
    wording, _ = from_nothing([JOINED, APART])
    assert wording.apart == {"rendez vous": 1}
    wording, _ = update_lexicon(wording, [JOINED], (), never)
    assert wording.apart == {}
    wording, _ = update_lexicon(wording, (), [APART], never)
    wording, _ = update_lexicon(wording, (), [JOINED], lambda: [APART, APART, JOINED])
    assert wording.apart == {"rendez vous": 2}


def test_when_all_texts_go_nothing_is_left() -> None:
    now = [JOINED, APART, "L'ÎLE DE FRANCE ET PARIS"]
    wording, lexicon = update_lexicon(from_nothing(now)[0], now, (), never)
    assert wording == NO_WORDING
    assert wording.to_bytes() == NO_WORDING.to_bytes()
    assert (lexicon.written, lexicon.counts, lexicon.compounds) == ({}, {}, {})
    assert wording_from_bytes(NO_WORDING.to_bytes()) == NO_WORDING


def test_updating_alters_no_wording_that_was_given() -> None:
    before, _ = from_nothing([JOINED, APART])
    written = before.to_bytes()
    update_lexicon(before, [APART], ["Un texte de plus."], never)
    assert before.to_bytes() == written
    assert Wording(Forms(Counter(), Counter(), Counter()), {}) == NO_WORDING
