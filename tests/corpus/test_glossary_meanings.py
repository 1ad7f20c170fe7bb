"""Definitions are mined a document at a time; put together they give what mining all at once gives."""

from __future__ import annotations

from dataclasses import astuple, replace
from random import Random

from corpus.glossary import Defined, Definition, Meaning, meanings, mined
from tests.corpus.support import cut, mine

APPUI = "plateforme territoriale d'appui"
TEXT = (
    f"Une {APPUI} (PTA) ouvre. Le centre\nde santé (CDS) ferme.\n\n"
    f"La PTA (plateforme  territoriale d’appui) et le centre de soins (CDS) répondent."
)
SOURCES = {
    "a.txt": TEXT,
    "b.txt": f"Chaque canton ouvre une {APPUI} (P.T.A.).",
    "c.txt": "Un centre de soins (CDS) et des centres de soins (CDS).",
    "d.txt": "Rien n'est défini ici.",
    "é.txt": "Un conseil départemental de santé (CDS).",
}


def test_each_place_of_a_document_is_told_in_order_with_its_white_space_collapsed() -> None:
    found = mined(cut(TEXT, source="a.txt"))
    told = [(d.acronym, d.expansion) for d in found]
    assert told == [
        ("PTA", APPUI),
        ("CDS", "centre de santé"),
        ("PTA", "plateforme territoriale d’appui"),
        ("CDS", "centre de soins"),
    ]
    places = [d.definition for d in found]
    assert {p.document_id for p in places} == {"a.txt"}
    written = [TEXT[p.start : p.end] for p in places]
    assert written[1:3] == ["centre\nde santé", "plateforme  territoriale d’appui"]
    assert all(p.sentence_start <= p.start < p.end <= p.sentence_end for p in places)
    assert found == sorted(found)


def test_a_document_that_defines_nothing_gives_nothing() -> None:
    assert mined(cut(SOURCES["d.txt"])) == []
    assert mined(cut("")) == []
    assert meanings([]) == mine([]) == ()


def test_meanings_of_what_each_document_defines_are_those_of_all_at_once() -> None:
    documents = [cut(text, source=source) for source, text in SOURCES.items()]
    found = meanings(defined for document in documents for defined in mined(document))
    assert found == mine(documents)
    assert [(m.acronym, m.expansion, len(m.definitions)) for m in found] == [
        ("CDS", "centre de soins", 3),
        ("CDS", "centre de santé", 1),
        ("CDS", "conseil départemental de santé", 1),
        ("PTA", APPUI, 3),
    ]


def test_what_is_kept_between_builds_and_sorted_gives_the_same_meanings() -> None:
    """As a store keeps it: by its columns, whatever order the documents came in."""
    documents = [cut(text, source=source) for source, text in SOURCES.items()]
    kept = [
        (*astuple(d.definition), d.acronym, d.expansion) for document in documents for d in mined(document)
    ]
    Random(3).shuffle(kept)
    again = [Defined(Definition(*place), acronym, expansion) for *place, acronym, expansion in sorted(kept)]
    assert meanings(again) == mine(documents)


def test_a_meaning_lists_its_places_in_order_and_each_once() -> None:
    defined = mined(cut(SOURCES["c.txt"], source="c.txt"))
    (meaning,) = meanings([*defined, *defined])
    assert meaning == Meaning("CDS", "centre de soins", tuple(d.definition for d in defined))
    assert len(meaning.definitions) == 2


def test_definitions_are_ordered_by_document_and_then_by_place() -> None:
    first = Definition("a.txt", 10, 20, 0, 30)
    later = [
        replace(first, sentence_end=31),
        replace(first, sentence_start=1),
        replace(first, end=21),
        replace(first, start=11),
        replace(first, document_id="b.txt", start=0),
    ]
    assert sorted([*reversed(later), first]) == [first, *later]
    assert Defined(first, "B", "b") < Defined(later[0], "A", "a")
    assert Defined(first, "A", "b") < Defined(first, "B", "a")
