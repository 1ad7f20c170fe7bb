"""The confidence grows with each sign that the texts answer, and the reason names the lack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.engine import EmbeddedEngine, Signals
from qa.refusal import DEFINED, confidence, features, reason_for_refusal
from tests.qa.helpers import UNKNOWN_WORDS

SIGNALS = Signals(cosine=0.6, background_mean=0.2, background_deviation=0.1, coverage=0.5, known=0.5)
NOT_CLEAR = (
    "Aucun passage des textes ne répond assez clairement à cette question ; "
    "les plus proches sont donnés à titre indicatif."
)


def test_height_counts_deviations_above_unrelated_passages() -> None:
    assert features(SIGNALS) == {"cosine": 0.6, "height": pytest.approx(4.0), "coverage": 0.5}


def test_an_index_of_one_passage_has_no_deviation_to_divide_by() -> None:
    lone = replace(SIGNALS, background_mean=0.4, background_deviation=0.0)
    assert features(lone) == {"cosine": 0.6, "height": pytest.approx(0.2), "coverage": 0.5}


@pytest.mark.parametrize(
    "better",
    [
        pytest.param({"cosine": 0.7}, id="a nearer passage"),
        pytest.param({"coverage": 0.8}, id="more of the words in the passage"),
        pytest.param({"background_mean": 0.1}, id="unrelated passages further away"),
    ],
)
def test_confidence_grows_with(better: dict[str, float]) -> None:
    assert 0 < confidence(SIGNALS) < confidence(replace(SIGNALS, **better)) < 1


def test_words_known_elsewhere_in_the_index_do_not_change_the_confidence() -> None:
    assert confidence(replace(SIGNALS, known=1.0)) == confidence(SIGNALS)


@pytest.mark.parametrize(
    ("known", "reason"), [(0.0, UNKNOWN_WORDS), (0.49, UNKNOWN_WORDS), (0.5, NOT_CLEAR), (1.0, NOT_CLEAR)]
)
def test_the_reason_depends_on_the_share_of_words_the_texts_know(known: float, reason: str) -> None:
    assert reason_for_refusal(replace(SIGNALS, known=known)) == reason


def test_the_confidence_does_not_depend_on_how_many_passages_are_asked_for(engine: EmbeddedEngine) -> None:
    signals = {engine.search("Que fait une CPTS ?", limit).signals for limit in (1, 2, 50)}
    assert len(signals) == 1


def test_a_definition_found_is_sure_whatever_the_other_signals(engine: EmbeddedEngine) -> None:
    signals = engine.search("recette de ratatouille", 1).signals
    assert confidence(signals) < 0.5
    assert confidence(replace(signals, defined=True)) == DEFINED
