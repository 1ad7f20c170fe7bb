"""Each citation becomes one card, known by its own name, opening at the passage."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.chat.links import passage_link
from qa.chat.sources import annotations, openwebui_events
from qa.citing import Citation

BASE = "https://textes.example"
QUOTE = "Une CPTS organise *tous* les soins de ville d’un territoire ; elle en répond devant l’agence."
CITATION = Citation(1, "cpts.md", "Les CPTS", ("Rôle",), 20, 106, QUOTE, None, (), 0.83, ("words",))


def test_a_card_of_open_webui_has_title_quote_address_and_score() -> None:
    url = passage_link(CITATION, BASE) + "&"
    identity, name = "1. cpts.md [20-106]", "Les CPTS › Rôle"
    assert openwebui_events([CITATION], BASE) == [
        {
            "type": "source",
            "data": {
                "source": {"id": identity, "name": name, "url": url},
                "document": [QUOTE.replace("*", r"\*")],
                "metadata": [{"source": identity, "name": name, "url": url}],
                "distances": [0.83],
            },
        }
    ]


def test_the_address_of_a_card_without_a_directive_still_names_the_passage() -> None:
    short = replace(CITATION, quote="…")
    (event,) = openwebui_events([short], BASE)
    assert ":~:" not in passage_link(short, BASE)
    # What Open WebUI adds is then in the directives, and not in the anchor's name.
    assert event["data"]["source"]["url"] == f"{passage_link(short, BASE)}:~:&"  # type: ignore[index]


def test_each_citation_has_a_card_of_its_own_in_their_order() -> None:
    same = replace(CITATION, number=2)
    other = replace(CITATION, number=3, source="http://a.md", page=4)
    events = openwebui_events([CITATION, same, other], BASE)
    metadata = [event["data"]["metadata"][0] for event in events]  # type: ignore[index]
    names = ["1. cpts.md [20-106]", "2. cpts.md [20-106]", "3. http://a.md [20-106]"]
    assert [one["source"] for one in metadata] == names
    assert [one.get("page") for one in metadata] == [None, None, 3]


def test_a_title_like_an_address_is_not_taken_for_one() -> None:
    (event,) = openwebui_events([replace(CITATION, title="https://ars.example")], BASE)
    assert event["data"]["source"]["name"] == "« https://ars.example › Rôle »"  # type: ignore[index]


@pytest.mark.parametrize(("score", "shown"), [(-0.2, 0.0), (0.5, 0.5), (1.2, 1.0)])
def test_a_score_is_shown_between_0_and_1(score: float, shown: float) -> None:
    (event,) = openwebui_events([replace(CITATION, score=score)], BASE)
    assert event["data"]["distances"] == [shown]  # type: ignore[index]


def test_an_annotation_is_openais_with_the_quote() -> None:
    assert annotations([CITATION], BASE) == [
        {
            "type": "url_citation",
            "url_citation": {
                "url": passage_link(CITATION, BASE),
                "title": "Les CPTS › Rôle",
                "content": QUOTE,
            },
        }
    ]
