"""Question files are checked line by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.evaluation import BadQuestions, EvaluationQuestion, Evidence, load_questions

GOOD = {"id": "q1", "question": "Qui ?", "evidence": [{"source": "a.md", "quote": "le maire"}]}
LOADED = EvaluationQuestion("q1", "Qui ?", (Evidence("a.md", "le maire"),))
WANTED = "un objet JSON avec id, question et evidence est attendu"


def test_a_question_file_has_one_question_a_line_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    unanswerable = {"id": 2, "kind": "absent", "question": "Où ?", "evidence": []}
    path.write_text(f"{json.dumps(GOOD)}\n\n  \n{json.dumps(unanswerable)}\n", "utf-8")
    assert load_questions(path) == [LOADED, EvaluationQuestion("2", "Où ?", (), "absent")]


@pytest.mark.parametrize("separator", ["\u2028", "\u0085"])
def test_a_line_separator_inside_a_quote_does_not_end_the_line(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "questions.jsonl"
    quote = f"le maire{separator}et son adjoint"
    row = {**GOOD, "evidence": [{"source": "a.md", "quote": quote}]}
    path.write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    assert load_questions(path) == [EvaluationQuestion("q1", "Qui ?", (Evidence("a.md", quote),))]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("[]", id="not an object"),
        pytest.param('{"question": "Qui ?", "evidence": []}', id="no id"),
        pytest.param('{"id": "q2", "evidence": []}', id="no question"),
        pytest.param('{"id": "q2", "question": "Qui ?"}', id="no evidence"),
        pytest.param('{"id": "q2", "question": "Qui ?", "evidence": 3}', id="evidence is a number"),
        pytest.param('{"id": "q2", "question": "Qui ?", "evidence": ["a"]}', id="evidence is words"),
        pytest.param('{"id": "q2", "question": "Qui ?", "evidence": [{"source": "a"}]}', id="no quote"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n", "utf-8")
    assert load_questions(path) == [LOADED]
    path.write_text(f"{json.dumps(GOOD)}\n{line}\n", "utf-8")
    with pytest.raises(BadQuestions) as caught:
        load_questions(path)
    assert str(caught.value) == f"{path}, ligne 2 : {WANTED}"


@pytest.mark.parametrize(
    ("content", "cause"), [(None, "FileNotFoundError"), (b'{"id": "\xe9t\xe9"}', "UnicodeDecodeError")]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, cause: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(json.dumps(GOOD).encode())
    assert load_questions(path) == [LOADED]
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadQuestions) as caught:
        load_questions(path)
    assert str(caught.value) == f"{path} est illisible ({cause})"


def test_a_line_that_is_no_json_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n\n{{\n", "utf-8")
    with pytest.raises(BadQuestions) as caught:
        load_questions(path)
    assert str(caught.value) == f"{path}, ligne 3 : un objet JSON est attendu"


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(GOOD), "utf-8")
    assert load_questions(path) == [LOADED]
    path.write_text(f"{json.dumps(GOOD)}\n{json.dumps(GOOD)}", "utf-8")
    with pytest.raises(BadQuestions) as caught:
        load_questions(path)
    assert str(caught.value) == f"{path} : l'identifiant q1 s'y trouve deux fois"
