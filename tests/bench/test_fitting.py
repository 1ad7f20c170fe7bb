from __future__ import annotations

import numpy as np
import pytest
import torch

from bench.fit_interaction import Scorer, chosen, principal_directions
from bench.fitting import Choice, list_wise, own_units
from bench.parts import parts_by_article, parts_by_question
from bench.whole_tokens import Uncoded, decoded
from index.interaction import late_scores
from qa.evaluation.drawing import Draw, draw
from qa.evaluation.records import BadQuestions, Dataset, DatasetDocument, EvaluationQuestion


def questions(count: int, documents: int) -> tuple[EvaluationQuestion, ...]:
    return tuple(
        EvaluationQuestion(f"q{i}", "Quand ?", (), relevant={f"d{i % documents}.txt": 1})
        for i in range(count)
    )


def test_every_question_is_in_one_part() -> None:
    parts = parts_by_question(questions(40, 5), tested=10, fitted=8)
    assert (len(parts.test), len(parts.fit), len(parts.learn)) == (10, 8, 22)
    assert sorted(parts.test + parts.fit + parts.learn) == list(range(40))


def test_the_test_part_is_what_an_evaluation_asks() -> None:
    asked = questions(40, 5)
    parts = parts_by_question(asked, tested=10, fitted=8)
    assert {asked[i].id for i in parts.test} == {q.id for q in draw(asked, Draw(limit=10))}


def test_a_set_that_leaves_nothing_to_learn_on_is_refused() -> None:
    assert len(parts_by_question(questions(19, 5), tested=10, fitted=8).learn) == 1
    with pytest.raises(BadQuestions, match="18 questions ne suffisent pas"):
        parts_by_question(questions(18, 5), tested=10, fitted=8)


def test_no_article_is_in_two_parts() -> None:
    asked = questions(40, 8)
    # Two documents an article.
    documents = tuple(DatasetDocument(f"d{i}.txt", f"a{i // 2}", "") for i in range(8))
    parts = parts_by_article(Dataset("jeu", documents, asked))
    articles = [{i % 8 // 2 for i in part} for part in (parts.test, parts.learn)]
    assert (len(articles[0]), len(articles[1])) == (2, 2)
    assert articles[0].isdisjoint(articles[1])
    assert parts.fit == parts.learn
    assert sorted(parts.test + parts.learn) == list(range(40))


def test_the_column_that_tells_right_from_wrong_gets_the_weight() -> None:
    chance = np.random.default_rng(0)
    truth = np.array([1.0, 0.5, 0.0])
    choices = []
    for _ in range(2000):
        features = chance.normal(size=(5, 3)).astype(np.float32)
        scores = features @ truth + chance.gumbel(size=5)
        choices.append(Choice(features, scores == scores.max()))
    assert own_units(list_wise(choices)) == pytest.approx([1.0, 0.5, 0.0], abs=0.06)


def test_lists_of_other_lengths_and_without_a_right_item_do_not_disturb() -> None:
    chance = np.random.default_rng(1)
    told = [
        Choice(chance.normal(size=(count, 2)).astype(np.float32), np.arange(count) == 0)
        for count in (2, 3, 4, 5) * 20
    ]
    none = Choice(np.full((9, 2), 1e3, np.float32), np.zeros(9, bool))
    assert list_wise([*told, none]) == pytest.approx(list_wise(told), abs=1e-6)


def test_a_list_weighs_what_it_is_given() -> None:
    for_first = Choice(np.eye(2, dtype=np.float32), np.array([True, False]))
    for_second = Choice(np.eye(2, dtype=np.float32), np.array([False, True]), weight=3.0)
    first, second = list_wise([for_first] * 3 + [for_second])
    assert first == pytest.approx(second, abs=1e-4)
    first, second = list_wise([for_first, for_second])
    assert first < second


def test_what_is_learned_scores_as_it_is_served() -> None:
    chance = torch.Generator().manual_seed(0)
    tokens = torch.nn.functional.normalize(torch.randn(900, 192, generator=chance))
    scorer = Scorer(principal_directions(tokens, 128))
    # Each passage holds other words of the question, so that what these are worth shows.
    passages = torch.cat([tokens[:3], tokens[10:40], tokens[3:6], tokens[40:60]])
    with torch.no_grad():
        scorer.weight.add_(0.3 * torch.randn(192, generator=chance))
        scorer.bias.add_(0.5)
        learned = scorer.late(tokens[:6], passages, [33, 23]).numpy()
    interaction = scorer.interaction(tokens)
    served = late_scores(
        interaction.asked(tokens[:6].numpy()), interaction.codes(passages.numpy()), np.array([0, 33])
    )
    assert served == pytest.approx(learned, abs=0.015)  # 4 bits a coordinate


def test_principal_directions_keep_what_varies_most() -> None:
    tokens = torch.tensor([[0.0, 3.0, 0.1], [0.0, -2.0, 0.1], [0.5, 3.0, 0.0]])
    directions = principal_directions(tokens, 2)
    assert (directions.T @ directions).numpy() == pytest.approx(np.eye(2), abs=1e-6)
    assert abs(float(directions[1, 0])) > 0.99


def test_the_best_wrong_candidates_and_some_others_are_learned_from() -> None:
    right = np.zeros(60, bool)
    right[[2, 5, 9, 11, 50]] = True
    positions = chosen(right, np.random.default_rng(0))
    assert positions[:10].tolist() == [2, 5, 9, 0, 1, 3, 4, 6, 7, 8]
    drawn = positions[10:]
    assert len(set(drawn.tolist())) == 4
    assert all(9 < p < 40 and not right[p] for p in drawn)


def test_a_question_of_few_candidates_is_learned_from_too() -> None:
    positions = chosen(np.array([False, True, False]), np.random.default_rng(0))
    assert positions.tolist() == [1, 0, 2]


def test_tokens_kept_whole_come_back() -> None:
    nothing = np.zeros(0, np.float32)
    tokens = np.array([[0.5, -0.25, 1.0], [0.0, 0.125, -1.0]], np.float32)
    codes = Uncoded(nothing, nothing, 0.0, nothing, nothing).codes(tokens)
    assert codes.shape == (2, 6)
    assert decoded(codes).tolist() == tokens.tolist()
