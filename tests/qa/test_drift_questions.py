"""The questions asked again are those of a file, checked line by line, and those remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.config import load_settings
from qa.drift.questions import load_questions, replayed_questions
from qa.evaluation import BadQuestions
from qa.remembered import Remembered

WANTED = "une question, ou un objet JSON avec question, est attendue"


def written(folder: Path, content: str) -> Path:
    path = folder / "questions.txt"
    path.write_text(content, "utf-8")
    return path


def test_a_file_has_one_question_a_line_each_asked_once(tmp_path: Path) -> None:
    # As Notepad writes it.
    path = written(tmp_path, "\ufeffQui est le maire ?\r\n\r\n  Où est l'école ?  \r\nQui est le maire ?\r\n")
    assert load_questions(path) == ("Qui est le maire ?", "Où est l'école ?")


def test_a_file_of_the_evaluation_is_read_too(tmp_path: Path) -> None:
    row = {"id": "q1", "question": "Qui est le maire ?", "evidence": [{"source": "a.md", "quote": "Paul"}]}
    path = written(tmp_path, f"{json.dumps(row)}\nOù est l'école ?\n")
    assert load_questions(path) == ("Qui est le maire ?", "Où est l'école ?")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", WANTED),
        ('{"id": "q1"}', WANTED),
        ('{"question": 3}', WANTED),
        ('{"question": " "}', "la question est vide"),
        ("é" * 2001, "la question dépasse 2000 caractères"),
        ("Qui\x07 ?", "la question contient des caractères de contrôle"),
    ],
)
def test_a_bad_line_is_named_by_its_number_and_not_repeated(tmp_path: Path, line: str, said: str) -> None:
    assert load_questions(written(tmp_path, "Qui ?\n")) == ("Qui ?",)
    path = written(tmp_path, f"Qui ?\n\n{line}\n")
    with pytest.raises(BadQuestions) as caught:
        load_questions(path)
    assert str(caught.value) == f"{path}, ligne 3 : {said}"


def test_a_file_without_a_question_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "Qui ?\n")
    assert load_questions(path) == ("Qui ?",)
    path.write_text("\n  \n", "utf-8")
    with pytest.raises(BadQuestions) as caught:
        load_questions(path)
    assert str(caught.value) == f"{path} ne contient aucune question ; écrivez-en une par ligne"


@pytest.mark.parametrize(
    ("content", "cause"), [(None, "FileNotFoundError"), (b"\xe9cole ?", "UnicodeDecodeError")]
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, cause: str) -> None:
    path = written(tmp_path, "Qui ?\n")
    assert load_questions(path) == ("Qui ?",)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadQuestions) as caught:
        load_questions(path)
    assert str(caught.value) == f"{path} est illisible ({cause})"


def test_questions_remembered_come_after_those_of_the_file_only_where_that_is_on(tmp_path: Path) -> None:
    path = written(tmp_path, "Qui ?\nOù ?\n")
    remembered = Remembered(tmp_path, 3)
    for question in ("Quand ?", "Où ?", "Combien ?"):
        remembered.remember(question)
    off = load_settings(home=tmp_path, questions=path)
    assert replayed_questions(off) == ("Qui ?", "Où ?")
    on = load_settings(home=tmp_path, questions=path, remember=3)
    assert replayed_questions(on) == ("Qui ?", "Où ?", "Quand ?", "Combien ?")
    assert replayed_questions(load_settings(home=tmp_path, remember=1)) == ("Combien ?",)
    assert replayed_questions(load_settings(home=tmp_path)) == ()
