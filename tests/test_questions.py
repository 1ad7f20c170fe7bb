"""The question files: the evaluations' quotations are in the texts, and no question is there twice.

Does not ask the service anything: what it answers is for `sourcier eval` to measure.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import corpus
from corpus.folding import fold
from index.texts import read_folder
from qa.evaluation import EvaluationQuestion, load_questions

TEXTS = Path(corpus.__file__).parent / "texts"
FRENCH = load_questions(Path(__file__).with_name("questions.jsonl"))
ENGLISH = load_questions(Path(__file__).with_name("questions_english.jsonl"))
UNRELATED = (Path(__file__).parent / "questions_unrelated.txt").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def folded_texts() -> dict[str, str]:
    """The extracted text of each source, folded."""
    read, unread = read_folder(TEXTS)
    assert unread == []
    return {found.source: fold(found.extraction.text) for found in read}


def plain(question: str) -> str:
    """A question without case, accents and punctuation: what makes two of them the same."""
    return " ".join("".join(c if c.isalnum() else " " for c in fold(question)).split())


def words(question: str) -> list[str]:
    """The words between white space; a question mark after a space is none."""
    return [word for word in question.split() if any(c.isalnum() for c in word)]


@pytest.mark.parametrize("question", FRENCH + ENGLISH, ids=lambda question: question.id)
def test_every_quotation_is_in_the_text_it_names(
    folded_texts: dict[str, str], question: EvaluationQuestion
) -> None:
    missing = [e for e in question.evidence if fold(e.quote) not in folded_texts[e.source]]
    assert missing == []


def test_the_files_hold_as_many_questions_as_the_results_speak_of() -> None:
    def answerable(questions: list[EvaluationQuestion]) -> int:
        return sum(bool(question.evidence) for question in questions)

    assert (len(FRENCH), answerable(FRENCH)) == (80, 62)
    assert (len(ENGLISH), answerable(ENGLISH)) == (30, 24)
    assert len(UNRELATED) == 120


def test_no_identifier_is_given_twice() -> None:
    counted = Counter(question.id for question in FRENCH + ENGLISH)
    assert [identifier for identifier, times in counted.items() if times > 1] == []


def test_no_question_is_asked_twice_even_in_another_file() -> None:
    # An unrelated question that is also an evaluation question would be learned, then measured.
    asked = [question.question for question in FRENCH + ENGLISH]
    counted = Counter(map(plain, asked + UNRELATED))
    assert [question for question, times in counted.items() if times > 1] == []


def test_an_unrelated_question_has_three_to_fifteen_words() -> None:
    assert [question for question in UNRELATED if not 3 <= len(words(question)) <= 15] == []


def test_unrelated_questions_stand_alone_on_their_lines() -> None:
    assert [question for question in UNRELATED if question != question.strip()] == []
