"""What `sourcier eval` prints for people and for programs, writes, keeps and refuses."""

from __future__ import annotations

import importlib.util
import json
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

import qa.cli
from tests.qa.evaluations import write_dataset, write_rows
from tests.qa.helpers import ANSWERED, NO_INDEX, REFUSED, Command, parsed

HTML = "dossier/télémédecine.html"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """One question rightly answered, one rightly refused, two whose fate is wrong."""
    path = tmp_path / "questions.jsonl"
    write_rows(
        path,
        [
            {"id": "juste", "question": ANSWERED, "evidence": [{"source": HTML, "quote": "par vidéo"}]},
            {"id": "tue", "question": REFUSED, "evidence": []},
            {"id": "dite", "question": ANSWERED, "evidence": []},
            {"id": "fausse", "question": ANSWERED, "evidence": [{"source": "ght.txt", "quote": "absent"}]},
        ],
    )
    return path


def test_eval_prints_the_figures_and_the_questions_that_went_wrong(
    command: Command, home: Path, questions: Path
) -> None:
    status, out, err = command("eval", questions, "--home", home)
    assert (status, err) == (0, "")
    rows = [line.strip("│ ").split(" │ ") for line in out.splitlines() if line.startswith("│")]
    shown = {name.strip(): value.strip() for name, value in rows}
    assert shown.pop("durée d'une question, médiane").endswith(" ms")
    assert shown.pop("durée d'une question, 95 % sous").endswith(" ms")
    assert float(shown.pop("aire sous la courbe risque–couverture")) > 0
    assert float(shown.pop("erreur de calibration (ECE, 15 classes de même effectif)")) > 0
    assert shown == {
        "questions avec réponse": "2",
        "questions sans réponse": "2",
        **dict.fromkeys(
            ["nDCG@10", "RR@10", "Success@1", "Success@3", "Success@5", "Success@10", "R@10"], "0.5000"
        ),
        "la réponse contient les mots attendus": "0.5000",
        "refusées à tort (part des questions avec réponse)": "0.0000",
        "couverture (part des questions répondues)": "0.7500",
        "risque (part des réponses dont la première citation est fausse)": "0.6667",
        "AUROC de la confiance (avec réponse ou sans)": "0.7500",
        "précision des refus": "1.0000",
        "rappel des refus": "0.5000",
        "avec réponse, refusées": "0",
        "sans réponse, refusées": "1",
        "citations": "16",
        "citations non conformes au texte": "0",
    }
    told = [line for line in out.splitlines() if " : " in line and not line.startswith("│")]
    assert [line.split(" confiance ")[0] for line in told] == [
        "1 question : réponse donnée, alors que les textes ne disent rien",
        "  dite",
        "1 question : réponse donnée, première citation fausse",
        "  fausse",
    ]
    assert told[3].endswith(f", rang – : {ANSWERED}")


def test_eval_gives_programs_the_same_as_it_writes(
    command: Command, home: Path, questions: Path, tmp_path: Path
) -> None:
    written = tmp_path / "résultat.json"
    printed = parsed(command("eval", questions, "--home", home, "--json", "--out", written))
    assert json.loads(written.read_text("utf-8")) == printed
    assert printed["dataset"] == "questions.jsonl"
    assert printed["generation"] == (home / "index/CURRENT").read_text().strip()
    assert [(q["id"], q["rank"], q["refused"]) for q in printed["questions"]] == [
        ("juste", 1, False),
        ("tue", None, True),
        ("dite", None, False),
        ("fausse", None, False),
    ]


def test_eval_compares_with_an_earlier_result_and_writes_a_report(
    command: Command, home: Path, questions: Path, tmp_path: Path
) -> None:
    before, page = tmp_path / "avant.json", tmp_path / "rapport.html"
    assert command("eval", questions, "--home", home, "--out", before)[0] == 0
    changed = json.loads(before.read_text("utf-8"))
    changed["questions"][0] |= {"right": False, "rank": 2}
    before.write_text(json.dumps(changed), "utf-8")
    status, out, err = command("eval", questions, "--home", home, "--compare", before, "--report", page)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert "Comparaison sur 4 questions" in lines
    assert lines[-2:] == [
        "1 question : la première citation est devenue juste",
        f"  juste rang 2 → 1 : {ANSWERED}",
    ]
    assert "juste, rang 2 → 1" in page.read_text("utf-8")


def test_a_dataset_is_indexed_in_a_home_of_its_own_and_found_again(command: Command, tmp_path: Path) -> None:
    dataset, home = write_dataset(tmp_path / "météo"), tmp_path / "home"
    status, out, err = command("eval", dataset, "--home", home, "--json")
    assert (status, err) == (0, "")
    first = json.loads(out)
    (built,) = (home / "eval").iterdir()
    assert built.name.startswith("météo-")
    assert sorted(p.name for p in (built / "texts").iterdir()) == ["a-1.txt", "a-2.txt", "b%2F1.txt", "c.txt"]
    assert not (home / "index").exists()
    assert first["counts"]["documents"] == 4
    assert {q["id"]: q["rank"] for q in first["questions"]} == {"q1": 1, "q2": 1, "q3": 1}
    assert [q["highlight_right"] for q in first["questions"]] == [True, None, None]

    status, out, err = command("eval", dataset, "--home", home, "--json")
    assert (status, err) == (0, f"index repris de {built} (--rebuild pour le refaire)")
    assert json.loads(out)["generation"] == first["generation"]

    status, out, err = command("eval", dataset, "--home", home, "--json", "--rebuild")
    assert (status, err) == (0, "")
    assert json.loads(out)["generation"] != first["generation"]


def test_a_damaged_index_of_a_dataset_is_built_again(command: Command, tmp_path: Path) -> None:
    dataset, home = write_dataset(tmp_path / "météo"), tmp_path / "home"
    first = parsed(command("eval", dataset, "--home", home, "--json"))
    (built,) = (home / "eval").iterdir()
    store = built / "index" / first["generation"] / "store.sqlite"
    store.write_bytes(b"")
    second = parsed(command("eval", dataset, "--home", home, "--json"))
    assert second["generation"] != first["generation"]
    assert second["summary"]["Success@1"] == first["summary"]["Success@1"] == 1.0


def test_what_is_left_out_makes_another_index_and_questions_without_answer(
    command: Command, tmp_path: Path
) -> None:
    dataset, home = write_dataset(tmp_path / "météo"), tmp_path / "home"
    whole = parsed(command("eval", dataset, "--home", home, "--json"))
    assert whole["summary"]["unanswerable"] == 0
    part = parsed(command("eval", dataset, "--home", home, "--json", "--leave-out", 0.34, "--each", 1))
    assert (part["summary"]["answerable"], part["summary"]["unanswerable"]) == (1, 1)
    assert [q["kind"] for q in part["questions"]] == ["avec réponse", "sans réponse"]
    assert part["counts"]["documents"] < 4
    assert part["draw"] == {"limit": None, "each": 1, "leave_out": 0.34, "seed": 7}
    assert len(list((home / "eval").iterdir())) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--each", 3), "--each ne va qu'avec --leave-out ; sans lui : --limit"),
        (
            ("--each", 3, "--leave-out", 0.5, "--limit", 4),
            "--each et --limit ne vont pas ensemble ; gardez l'un des deux",
        ),
        (
            ("--leave-out", 0.5),
            "--leave-out ne va qu'avec un dossier au format BEIR ; {questions} n'en est pas un",
        ),
        (
            ("--out", "{folder}/a.json"),
            "{folder}/a.json ne peut pas s'écrire : créez d'abord le dossier {folder}",
        ),
        (
            ("--report", "{folder}/a.html"),
            "{folder}/a.html ne peut pas s'écrire : créez d'abord le dossier {folder}",
        ),
        (
            ("--compare", "{folder}/a.json"),
            "{folder}/a.json n'est pas le résultat d'une évaluation (FileNotFoundError) ; "
            "il en faut un écrit par : sourcier eval … --out FICHIER.json",
        ),
    ],
)
def test_what_cannot_be_done_is_told_before_the_model_is_loaded(
    command: Command,
    home: Path,
    questions: Path,
    tmp_path: Path,
    options: tuple[object, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert command("eval", questions, "--home", home)[0] == 0
    monkeypatch.setattr(qa.cli, "_encoder", lambda settings: pytest.fail("the model was loaded"))
    names = {"questions": questions, "folder": tmp_path / "absent"}
    given = [str(option).format(**names) for option in options]
    assert command("eval", questions, "--home", home, *given) == (1, "", f"sourcier : {said.format(**names)}")


def test_questions_without_an_index_exit_1_and_name_the_remedy(
    command: Command, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qa.cli, "_encoder", lambda settings: pytest.fail("the model was loaded"))
    assert command("eval", questions, "--home", tmp_path) == (1, "", f"sourcier : {NO_INDEX}")


def test_missing_libraries_are_named_with_what_to_install(
    command: Command, home: Path, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("eval", questions, "--home", home)[0] == 0
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in ("matplotlib", "scipy") else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    assert command("eval", questions, "--home", home) == (
        1,
        "",
        "sourcier : il manque matplotlib, scipy pour mesurer ; installez : pip install 'sourcier[eval]'",
    )
