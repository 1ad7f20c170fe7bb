"""The figures: what is counted, over which questions, and what is left unsaid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from qa.evaluation.confidence import (
    BINS,
    Bin,
    area_under_risk_coverage,
    calibration_bins,
    expected_calibration_error,
    risk_coverage,
)
from qa.evaluation.measures import MEASURES, columns, summary
from qa.evaluation.retrieval import retrieval_scores
from tests.qa.evaluations import outcome

RIGHT = np.array([True, False, True, False])
SURE = np.array([0.9, 0.8, 0.6, 0.1])


def test_a_ranking_is_scored_by_the_standard_measures() -> None:
    relevant = {"found": {"b": 1}, "graded": {"a": 2, "c": 1}, "absent": {"z": 1}}
    ranked = {"found": ["a", "b"], "graded": ["c", "x", "a"], "absent": ["a"]}
    scores = retrieval_scores(relevant, ranked)
    assert scores["found"] == {
        "nDCG@10": pytest.approx(1 / math.log2(3)),
        "RR@10": 0.5,
        "Success@1": 0.0,
        "Success@3": 1.0,
        "Success@5": 1.0,
        "Success@10": 1.0,
        "R@10": 1.0,
    }
    assert scores["graded"]["nDCG@10"] == pytest.approx((1 + 2 / 2) / (2 + 1 / math.log2(3)))
    assert set(scores["absent"].values()) == {0.0}


def test_a_right_document_after_the_tenth_counts_for_nothing() -> None:
    ranked = [f"d{i}" for i in range(10)]
    assert retrieval_scores({"q": {"d9": 1}}, {"q": ranked})["q"]["RR@10"] == pytest.approx(0.1)
    late = retrieval_scores({"q": {"d9": 1}}, {"q": ["first", *ranked]})
    assert set(late["q"].values()) == {0.0}


def test_a_question_that_found_nothing_scores_nothing() -> None:
    assert set(retrieval_scores({"q": {"d": 1}}, {"q": []})["q"].values()) == {0.0}


def test_risk_is_the_share_of_wrong_ones_among_the_surest() -> None:
    coverage, risk = risk_coverage(RIGHT, SURE)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert area_under_risk_coverage(RIGHT, SURE) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_questions_of_equal_confidence_have_no_order() -> None:
    same = np.full(4, 0.5)
    assert risk_coverage(RIGHT, same)[1].tolist() == [0.5, 0.5, 0.5, 0.5]
    assert risk_coverage(RIGHT[::-1], same)[1].tolist() == [0.5, 0.5, 0.5, 0.5]


def test_calibration_bins_are_of_equal_count_the_surest_first() -> None:
    assert calibration_bins(RIGHT, SURE) == [
        Bin(1, 0.9, 1.0),
        Bin(1, 0.8, 0.0),
        Bin(1, 0.6, 1.0),
        Bin(1, 0.1, 0.0),
    ]
    many = calibration_bins(np.arange(32) % 2 == 0, np.linspace(0, 1, 32))
    assert [b.count for b in many] == [3, 3] + [2] * (BINS - 2)
    assert many[0] == Bin(3, pytest.approx((31 + 30 + 29) / 3 / 31), pytest.approx(1 / 3))


def test_the_calibration_error_is_the_mean_distance_to_the_truth() -> None:
    assert expected_calibration_error(RIGHT, SURE) == pytest.approx((0.1 + 0.8 + 0.4 + 0.1) / 4)
    assert expected_calibration_error(RIGHT, RIGHT.astype(float)) == 0.0


def test_the_summary_counts_what_happened_to_each_question() -> None:
    found = summary(
        [
            outcome("a", confidence=0.9, highlight_right=True, said=True, milliseconds=1),
            outcome("b", confidence=0.8, highlight_right=False, said=False, milliseconds=2),
            outcome("c", confidence=0.7, rank=3, highlight_right=False, not_verbatim=2, milliseconds=3),
            outcome("d", confidence=0.1, rank=None, refused=True, milliseconds=4),
            outcome("e", confidence=0.3, answerable=False, milliseconds=5),
            outcome("f", confidence=0.15, answerable=False, refused=True, milliseconds=6),
        ]
    )
    assert found == {
        "nDCG@10": (1 + 1 + 1 / 2) / 4,
        "RR@10": pytest.approx((1 + 1 + 1 / 3) / 4),
        "Success@1": 0.5,
        "Success@3": 0.75,
        "Success@5": 0.75,
        "Success@10": 0.75,
        "R@10": 0.75,
        # Of the two right first citations; that of "c" is wrong, so its highlight is not judged.
        "highlight_accuracy": 0.5,
        "answer_holds_evidence": 0.5,
        "wrongly_refused": 0.25,
        "coverage": pytest.approx(4 / 6),
        "risk": 0.5,
        "aurc": pytest.approx((0 + 0 + 1 / 3 + 2 / 4 + 3 / 5 + 4 / 6) / 6),
        "ece": pytest.approx((0.1 + 0.2 + 0.7 + 0.3 + 0.15 + 0.1) / 6),
        # Of the eight pairs, "d" is below both "e" and "f".
        "auroc": 6 / 8,
        "refusal_precision": 0.5,
        "refusal_recall": 0.5,
        "answerable": 4,
        "unanswerable": 2,
        "answerable_refused": 1,
        "unanswerable_refused": 1,
        "highlights_judged": 2,
        "citations": 30,
        "citations_not_verbatim": 2,
        "milliseconds_median": 3.5,
        "milliseconds_p95": 5.0,
    }


def test_precision_and_recall_of_refusals_are_those_of_scikit_learn() -> None:
    drawn = np.random.default_rng(0).integers(0, 2, (2, 60)).astype(bool)
    outcomes = [
        outcome(str(i), answerable=bool(a), refused=bool(r)) for i, (a, r) in enumerate(drawn.T.tolist())
    ]
    found = summary(outcomes)
    precision, recall, _, _ = precision_recall_fscore_support(~drawn[0], drawn[1], average="binary")
    assert (found["refusal_precision"], found["refusal_recall"]) == (precision, recall)
    assert 0 < precision < 1
    assert 0 < recall < 1


def test_what_means_nothing_is_left_unsaid() -> None:
    found = summary([outcome("a"), outcome("b", rank=2)])
    assert [key for key, value in found.items() if value is None] == [
        "highlight_accuracy",
        "answer_holds_evidence",
        "auroc",
        "refusal_precision",
        "refusal_recall",
    ]
    refused = summary([outcome("a", refused=True), outcome("b", answerable=False, refused=True)])
    assert refused["risk"] is None
    assert refused["refusal_precision"] == 0.5
    answered = summary([outcome("a"), outcome("b", answerable=False)])
    assert (answered["refusal_precision"], answered["refusal_recall"]) == (None, 0.0)


def test_no_question_at_all_measures_nothing() -> None:
    found = summary([])
    assert {key for key, value in found.items() if value is None} == {
        *(measure.key for measure in MEASURES),
        "milliseconds_median",
        "milliseconds_p95",
    }
    assert found["answerable"] == 0


def test_columns_can_be_taken_in_any_order_and_twice() -> None:
    table = columns([outcome("a", confidence=0.9), outcome("b", rank=2, confidence=0.4)])
    taken = table.take(np.array([1, 1, 0]))
    assert taken.confidence.tolist() == [0.4, 0.4, 0.9]
    assert taken.right.tolist() == [False, False, True]
    assert taken.scores["RR@10"].tolist() == [0.5, 0.5, 1.0]
