"""What an evaluation is written as: JSON that is read back, and a page that stands on its own."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from qa.evaluation.comparison import compare
from qa.evaluation.misses import misses
from qa.evaluation.plots import plots
from qa.evaluation.records import BadQuestions, Found, Outcome
from qa.evaluation.report import report
from qa.evaluation.results import outcomes_of, to_json
from qa.evaluation.tables import interval, signed
from tests.qa.evaluations import evaluation, outcome

OUTCOMES: tuple[Outcome, ...] = (
    outcome("juste", highlight_right=True),
    outcome("à côté", highlight_right=False),
    outcome("fausse", rank=2, confidence=0.4),
    outcome("tue", refused=True, confidence=0.1),
    outcome("tue et fausse", rank=None, refused=True, confidence=0.05),
    outcome("dite", answerable=False, confidence=0.6),
    outcome("bien tue", answerable=False, refused=True, confidence=0.01),
)


def test_results_are_read_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "résultat.json"
    outcomes = (*OUTCOMES, replace(OUTCOMES[0], id="vide", first=None, rank=None))
    path.write_text(to_json(evaluation(outcomes)), "utf-8")
    assert outcomes_of(path) == outcomes


def test_the_json_says_what_was_asked_of_what() -> None:
    told = json.loads(to_json(evaluation(OUTCOMES)))
    questions = told.pop("questions")
    assert questions[2] == json.loads(json.dumps(asdict(OUTCOMES[2])))
    assert told.pop("summary")["Success@1"] == 0.6
    assert told == {
        "dataset": "jeu",
        "draw": {"limit": 5, "each": None, "leave_out": 0.0, "seed": 7},
        "generation": "g-1",
        "built_at": "2026-01-02T03:04:05+00:00",
        "model": "fake",
        "counts": {"documents": 2, "passages": 3},
        "threshold": 0.2,
        "comparison": None,
    }


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"questions": 3}', '{"questions": [{"id": "q"}]}'])
def test_a_file_that_is_no_result_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "autre.json"
    path.write_text(to_json(evaluation(OUTCOMES)), "utf-8")
    assert len(outcomes_of(path)) == 7
    path.write_text(content, "utf-8")
    with pytest.raises(BadQuestions) as caught:
        outcomes_of(path)
    assert str(caught.value).startswith(f"{path} n'est pas le résultat d'une évaluation (")


def test_each_miss_is_told_once_by_how_it_went_wrong() -> None:
    assert [(m.label, [o.id for o in m.outcomes]) for m in misses(OUTCOMES)] == [
        ("réponse donnée, alors que les textes ne disent rien", ["dite"]),
        ("réponse donnée, première citation fausse", ["fausse"]),
        ("refus, première citation juste", ["tue"]),
        ("refus, première citation fausse", ["tue et fausse"]),
        ("bonne citation, surlignage à côté", ["à côté"]),
    ]
    assert misses(OUTCOMES[:1]) == []


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    page = report(evaluation(OUTCOMES))
    assert page.count("<svg") == 4
    assert "<script" not in page
    # Names of XML vocabularies and fragments of the drawing itself; no address that is fetched.
    assert re.findall(r'(?:src|href|action)="([^"#]*)"', page) == []
    assert re.findall(r"@import|url\((?!#)", page) == []
    assert "default-src 'none'" in page


def test_the_page_shows_the_misses_with_what_was_found_and_what_was_not() -> None:
    page = report(evaluation(OUTCOMES))
    article = page[page.index("Question fausse ?") :]
    shown = re.sub(r"<[^>]+>|\s+", " ", article[: article.index("</article>")]).split()
    assert " ".join(shown) == (
        "Question fausse ? fausse, confiance 0.40 Trouvé d’abord : a.txt, 3–9 trouvé "
        "Attendu, trouvé au rang 2 : attendu (b.txt)"
    )
    assert "Attendu, absent des passages trouvés" in page
    assert "Rien : tout est juste." not in page
    assert "Rien : tout est juste." in report(evaluation(OUTCOMES[:1]))


def test_what_texts_and_questions_say_is_escaped() -> None:
    hostile = replace(
        outcome("<b>", rank=2), question="<script>alert(1)</script>", first=Found("<i>", 0, 1, "<img src=x>")
    )
    page = report(evaluation([hostile]))
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_shows_a_comparison() -> None:
    before = [replace(o, right=False, rank=3) if o.id == "juste" else o for o in OUTCOMES]
    compared = replace(evaluation(OUTCOMES), comparison=compare(before, OUTCOMES))
    page = report(compared)
    assert "<summary>1 : la première citation est devenue juste</summary>" in page
    assert "juste, rang 3 → 1" in page
    assert "Comparaison" not in report(evaluation(OUTCOMES))


def test_the_same_outcomes_give_the_same_drawings() -> None:
    first = list(plots(OUTCOMES, 0.2))
    assert list(plots(OUTCOMES, 0.2)) == first
    assert [svg[:4] for _, svg in first] == ["<svg"] * 4


def test_without_an_answerable_question_there_are_no_ranks_to_draw() -> None:
    assert len(list(plots(OUTCOMES[5:], 0.2))) == 3
    assert list(plots([], 0.2)) == []


def test_a_difference_is_not_below_zero_by_rounding() -> None:
    assert [signed(x) for x in (-1e-9, 0.0, -0.01234, 0.5)] == ["+0.0000", "+0.0000", "-0.0123", "+0.5000"]
    assert interval(-0.01, 0.02) == "[-0.0100 ; +0.0200]"
    assert interval(None, None) == "–"
