"""Two evaluations side by side: what changed, question by question, and how sure it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.evaluation import comparison
from qa.evaluation.comparison import Change, Difference, compare
from qa.evaluation.records import BadQuestions
from tests.qa.evaluations import outcome


def test_what_changed_is_told_question_by_question() -> None:
    before = [
        outcome("gagnée", rank=4),
        outcome("perdue"),
        outcome("tue", refused=False),
        outcome("dite", refused=True),
        outcome("même"),
    ]
    after = [
        outcome("gagnée"),
        outcome("perdue", rank=None),
        outcome("tue", refused=True),
        outcome("dite"),
        outcome("même"),
    ]
    found = compare(before, after)
    assert (found.common, found.alone) == (5, 0)
    assert found.gained == (Change("gagnée", "Question gagnée ?", 4, 1),)
    assert found.lost == (Change("perdue", "Question perdue ?", 1, None),)
    assert found.newly_refused == (Change("tue", "Question tue ?", 1, 1),)
    assert found.no_longer_refused == (Change("dite", "Question dite ?", 1, 1),)


def test_a_question_is_the_same_when_its_words_and_its_kind_are() -> None:
    before = [outcome("a"), outcome("b"), outcome("c"), outcome("d")]
    after = [
        outcome("a"),
        replace(outcome("b"), question="Autre chose ?"),
        outcome("c", answerable=False),
        outcome("e"),
    ]
    found = compare(before, after)
    assert (found.common, found.alone) == (1, 6)


def test_two_evaluations_with_nothing_in_common_are_refused() -> None:
    with pytest.raises(BadQuestions) as caught:
        compare([outcome("a")], [outcome("b")])
    assert str(caught.value) == "les deux évaluations n'ont aucune question en commun ; rien à comparer"


def test_nothing_changed_is_an_interval_of_no_width() -> None:
    same = [outcome(str(i), rank=1 + i % 3) for i in range(12)]
    differences = {d.key: d for d in compare(same, same).differences}
    assert differences["Success@1"] == Difference(
        "Success@1", "Success@1", 1 / 3, 1 / 3, 0.0, 0.0, 0.0, lower_is_better=False
    )
    assert {d.verdict for d in differences.values()} == {""}


def test_the_interval_is_that_of_the_paired_differences() -> None:
    # All but a quarter change by the same amount, whatever the question was before.
    before = [outcome(str(i), rank=2 if i % 4 else 1) for i in range(200)]
    after = [outcome(str(i), rank=1) for i in range(200)]
    found = {d.key: d for d in compare(before, after).differences}
    success = found["Success@1"]
    assert (success.before, success.after, success.difference) == (0.25, 1.0, 0.75)
    assert success.low is not None
    assert success.high is not None
    # Half the width of the normal approximation: 1.96 × √(0.75 × 0.25 / 200) = 0.060.
    assert success.low == pytest.approx(0.69, abs=0.01)
    assert success.high == pytest.approx(0.81, abs=0.01)
    assert success.verdict == "mieux"
    assert found["risk"].verdict == "mieux"


def test_a_change_for_the_worse_is_said() -> None:
    right = [outcome(str(i)) for i in range(20)]
    refused = [outcome(str(i), refused=i % 2 == 0) for i in range(20)]
    found = {d.key: d for d in compare(right, refused).differences}
    assert (found["wrongly_refused"].difference, found["wrongly_refused"].verdict) == (0.5, "moins bien")
    assert (found["coverage"].difference, found["coverage"].verdict) == (-0.5, "moins bien")
    assert (found["risk"].difference, found["risk"].verdict) == (0.0, "")


def test_each_resample_holds_questions_of_both_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "RESAMPLES", 200)  # drawn together, some would hold neither "x"
    both = [*(outcome(str(i), confidence=i / 40) for i in range(40))]
    both += [outcome(f"x{i}", answerable=False, confidence=0.1) for i in range(2)]
    found = {d.key: d for d in compare(both, both).differences}
    assert (found["auroc"].low, found["auroc"].high) == (0.0, 0.0)


def test_too_few_questions_have_no_interval() -> None:
    (before, after) = [outcome("a", rank=2)], [outcome("a")]
    difference = compare(before, after).differences[0]
    assert (difference.difference, difference.low, difference.high) == (pytest.approx(0.3690702), None, None)
    assert difference.verdict == ""


def test_measures_that_mean_nothing_are_not_compared() -> None:
    same = [outcome("a"), outcome("b")]
    assert [d.key for d in compare(same, same).differences] == [
        "nDCG@10",
        "RR@10",
        "Success@1",
        "Success@3",
        "Success@5",
        "Success@10",
        "R@10",
        "wrongly_refused",
        "coverage",
        "risk",
        "aurc",
        "ece",
    ]
