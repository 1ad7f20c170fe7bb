"""The confidence grows with each sign that the texts answer, and the reason names the lack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.calibration import Match
from index.embedded import EmbeddedEngine
from index.engine import Signals
from qa.refusal import DEFINED, FITS, THRESHOLD, confidence, features, reason_for_refusal, threshold_of
from tests.qa.helpers import UNKNOWN_WORDS

USUAL = Match(cosine=0.8, coverage=0.2, late=0.7)
SIGNALS = Signals(best=Match(cosine=0.85, coverage=0.5, late=0.75, missing=0.5), usual=USUAL, known=0.5)
SIMPLE = replace(SIGNALS, best=replace(SIGNALS.best, late=0.0))
NOT_CLEAR = (
    "Aucun passage des textes ne répond assez clairement à cette question ; "
    "les plus proches sont donnés à titre indicatif."
)


def test_token_scores_are_counted_from_what_the_index_gives_to_what_it_cannot_answer() -> None:
    assert features(SIGNALS) == {"missing": 0.5, "late": pytest.approx(0.05)}


def test_an_index_without_token_scores_counts_its_cosines_so() -> None:
    assert features(SIMPLE) == {"missing": 0.5, "coverage": 0.5, "cosine": pytest.approx(0.05)}


def test_words_and_names_of_a_question_in_another_language_do_not_count() -> None:
    assert features(replace(SIGNALS, french=False)) == {"foreign_late": pytest.approx(0.05)}
    assert features(replace(SIMPLE, french=False)) == {"foreign_cosine": pytest.approx(0.05)}


@pytest.mark.parametrize("late", [0.0, 0.75])
@pytest.mark.parametrize("french", [True, False])
def test_each_kind_of_signals_has_its_fit(late: float, french: bool) -> None:
    signals = replace(SIGNALS, best=replace(SIGNALS.best, late=late), french=french)
    assert 0 < confidence(signals) < 1
    assert all(len(weights) == len(names) for names, (_, weights) in FITS.items())


@pytest.mark.parametrize(
    ("signals", "better"),
    [
        pytest.param(SIGNALS, {"late": 0.8}, id="tokens that fit better"),
        pytest.param(SIGNALS, {"missing": 0.0}, id="the names and figures asked for"),
        pytest.param(SIMPLE, {"cosine": 0.9}, id="a nearer passage"),
        pytest.param(SIMPLE, {"coverage": 0.8}, id="more of the words in the passage"),
    ],
)
def test_confidence_grows_with(signals: Signals, better: dict[str, float]) -> None:
    nearer = replace(signals, best=replace(signals.best, **better))
    assert 0 < confidence(signals) < confidence(nearer) < 1


def test_confidence_falls_where_the_texts_repeat_one_another() -> None:
    alike = replace(SIGNALS, usual=replace(USUAL, late=0.74))
    assert confidence(alike) < confidence(SIGNALS)


def test_words_known_elsewhere_in_the_index_do_not_change_the_confidence() -> None:
    assert confidence(replace(SIGNALS, known=1.0)) == confidence(SIGNALS)


def test_a_smaller_risk_asks_for_more_confidence() -> None:
    risks = (0.5, 0.3, 0.2, 0.1, 0.05)
    thresholds = [threshold_of(risk) for risk in risks]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1] < 1
    assert threshold_of(None) == THRESHOLD


def test_between_two_measured_risks_the_safer_holds() -> None:
    assert threshold_of(0.11) == threshold_of(0.1)
    assert threshold_of(0.11) > threshold_of(0.2)


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


def test_a_question_in_another_language_is_not_told_that_its_words_are_unknown() -> None:
    assert reason_for_refusal(replace(SIGNALS, known=0.0, french=False)) == NOT_CLEAR


def test_a_definition_is_sure_enough_for_the_smallest_risk() -> None:
    assert threshold_of(0.05) <= DEFINED
