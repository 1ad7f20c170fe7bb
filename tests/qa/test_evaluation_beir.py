"""A question set in BEIR's layout is read, checked and written as texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.reading.plain import read_plain
from qa.evaluation.beir import ANSWERABLE, load_dataset, write_texts
from qa.evaluation.records import BadQuestions, DatasetDocument, EvaluationQuestion, Evidence
from tests.qa.evaluations import CORPUS, write_dataset, write_rows

A1 = "La pluie\n\nLa pluie tombe sur Rennes en novembre.\n"
C = "Un phare éclaire la côte bretonne.\n"


def test_documents_are_named_by_their_id_and_start_with_their_title(tmp_path: Path) -> None:
    dataset = load_dataset(write_dataset(tmp_path / "météo"))
    assert dataset.name == "météo"
    assert dataset.documents == (
        DatasetDocument("a-1.txt", "La pluie", A1),
        DatasetDocument(
            "a-2.txt", "La pluie", "La pluie > La mesure\n\nUn pluviomètre mesure chaque averse.\n"
        ),
        DatasetDocument("b%2F1.txt", "Le pain", "Le pain\n\nLe boulanger pétrit avant l'aube.\n"),
        DatasetDocument("c.txt", "c", C),
    )


def test_a_question_has_its_right_documents_and_where_its_answer_starts_in_them(tmp_path: Path) -> None:
    first, second, _ = load_dataset(write_dataset(tmp_path)).questions
    assert first == EvaluationQuestion(
        id="q1",
        question="Où tombe la pluie en novembre ?",
        evidence=(Evidence("a-1.txt", "Rennes"), Evidence("a-2.txt", "Rennes")),
        kind=ANSWERABLE,
        relevant={"a-1.txt": 2, "a-2.txt": 1},
        answer_starts={"a-1.txt": (29,), "a-2.txt": (41,)},
    )
    assert A1[29:35] == "Rennes"
    assert second.evidence == (Evidence("b%2F1.txt", "Le pain\n\nLe boulanger pétrit avant l'aube."),)
    assert second.answer_starts == {}


def test_questions_that_nobody_judged_are_not_asked(tmp_path: Path) -> None:
    assert [q.id for q in load_dataset(write_dataset(tmp_path)).questions] == ["q1", "q2", "q3"]


def test_without_annotated_answers_no_highlight_can_be_judged(tmp_path: Path) -> None:
    questions = load_dataset(write_dataset(tmp_path, answers=False)).questions
    assert [q.answer_starts for q in questions] == [{}, {}, {}]


def test_texts_are_written_to_the_letter(tmp_path: Path) -> None:
    text = "Titre\n\nune ligne\r\nune autre\u2028puis \U0001f4a7.\n"
    write_texts([DatasetDocument("d.txt", "d", text)], tmp_path / "texts")
    assert read_plain((tmp_path / "texts/d.txt").read_bytes()).text == text


def test_half_a_surrogate_pair_becomes_one_other_character(tmp_path: Path) -> None:
    write_texts([DatasetDocument("d.txt", "d", "a\ud83db")], tmp_path)
    assert (tmp_path / "d.txt").read_bytes() == b"a?b"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("corpus.jsonl", '{"_id": "a-1"}', "ligne 1 : un objet JSON avec _id, text est attendu"),
        ("corpus.jsonl", "[]", "ligne 1 : un objet JSON avec _id, text est attendu"),
        ("queries.jsonl", '{"_id": "q1"}', "ligne 1 : un objet JSON avec _id, text est attendu"),
        (
            "answers.jsonl",
            '{"_id": "q1"}',
            "ligne 1 : un objet JSON avec _id, answers, answer_start est attendu",
        ),
        ("qrels.tsv", "q\td\ts\nq1\tzz\t1", "ligne 2 : zz n'est pas dans corpus.jsonl"),
        (
            "qrels.tsv",
            "q\td\ts\nq1 a-1 1",
            "ligne 2 : question, document et note, séparés par des tabulations, sont attendus "
            "(en-tête : 'q\\td\\ts')",
        ),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, name: str, content: str, said: str) -> None:
    folder = write_dataset(tmp_path)
    assert len(load_dataset(folder).questions) == 3
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(BadQuestions) as caught:
        load_dataset(folder)
    assert str(caught.value) == f"{folder / name}, {said}"


def test_two_documents_of_one_id_are_refused(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path)
    write_rows(folder / "corpus.jsonl", [*CORPUS, CORPUS[0]])
    with pytest.raises(BadQuestions) as caught:
        load_dataset(folder)
    assert str(caught.value) == f"{folder / 'corpus.jsonl'} : l'identifiant a-1 s'y trouve deux fois"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path)
    (folder / "queries.jsonl").unlink()
    with pytest.raises(BadQuestions) as caught:
        load_dataset(folder)
    assert str(caught.value) == f"{folder / 'queries.jsonl'} est illisible (FileNotFoundError)"


def test_a_set_in_which_nothing_is_judged_is_refused(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path)
    (folder / "qrels.tsv").write_text("", "utf-8")
    with pytest.raises(BadQuestions) as caught:
        load_dataset(folder)
    assert str(caught.value) == f"{folder} : aucune question de queries.jsonl n'a de document dans qrels.tsv"
