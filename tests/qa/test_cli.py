"""What `sourcier build`, `ask` and `search` print for people and for programs, and exit with."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

import qa.cli
from index.ranking import Scores
from tests.conftest import FakeEncoder
from tests.qa.helpers import (
    ANSWER,
    ANSWERED,
    NO_INDEX,
    REFUSED,
    UNKNOWN_WORDS,
    Command,
    index_texts,
    parsed,
    untimed,
)

HTML = "dossier/télémédecine.html"


def test_a_build_names_what_it_left_out_and_goes_on(command: Command, tmp_path: Path) -> None:
    index_texts(
        tmp_path, {"pluie.txt": "La pluie tombe sur Rennes.", "[b]cassé.pdf": "rien", "a.xyz": "rien"}
    )
    where = ("--texts", tmp_path / "texts", "--home", tmp_path / "home")
    status, out, err = command("build", *where)
    assert (status, err) == (0, "")
    summary, *named = out.splitlines()
    generation = (tmp_path / "home/index/CURRENT").read_text().strip()
    assert summary.startswith("1 document, 1 passage en ")
    assert re.search(rf" en \d+,\d s \({generation}\)$", summary)
    assert named == [
        "  inchangés : 2 ; passages encodés : 0, repris : 1",
        "  échec [b]cassé.pdf : le PDF est corrompu (PDFSyntaxError)",
        "  laissé a.xyz : type non pris en charge (.xyz)",
    ]
    report = parsed(command("build", *where, "--json"))
    seconds = report.pop("seconds")
    assert list(seconds) == ["inventaire", "lecture"]
    assert report == {
        "generation": generation,
        "held": None,
        "documents": 1,
        "passages": 1,
        "truncated": 0,
        "changes": {
            "added": [],
            "changed": [],
            "removed": [],
            "renamed": [],
            "failed": ["[b]cassé.pdf"],
            "unchanged": 2,
        },
        "encoded": 0,
        "reused": 1,
        "drift": None,
        "unread": [
            {"source": "[b]cassé.pdf", "reason": "le PDF est corrompu (PDFSyntaxError)", "failed": True},
            {"source": "a.xyz", "reason": "type non pris en charge (.xyz)", "failed": False},
        ],
    }


def test_a_build_of_nothing_exits_1_and_names_the_remedy(command: Command, tmp_path: Path) -> None:
    texts, where = tmp_path / "texts", ("--home", tmp_path / "home", "--texts", tmp_path / "texts")
    absent = f"le dossier de textes {texts} n'existe pas ; créez-le ou indiquez-en un avec --texts"
    empty = f"le dossier {texts} ne contient aucun texte ; déposez-y des .txt, .md, .html, .pdf ou .docx"
    assert command("build", *where) == (1, "", f"sourcier : {absent}")
    texts.mkdir()
    assert command("build", *where) == (1, "", f"sourcier : {empty}")
    (texts / "pluie.txt").write_text("La pluie tombe sur Rennes.", "utf-8")
    assert command("build", *where)[0] == 0


def test_an_answer_is_printed_with_where_it_is(command: Command, home: Path) -> None:
    status, out, err = command("ask", ANSWERED, "--home", home, "--top-k", 1)
    assert (status, err) == (0, "")
    assert [line.rstrip() for line in out.splitlines()] == [f"{ANSWER} [1]", "", f"[1] {HTML} 14–71"]


def test_a_refusal_is_printed_with_its_reason(command: Command, home: Path) -> None:
    status, out, _ = command("ask", REFUSED, "--home", home)
    assert status == 0
    said, blank, *nearest = out.splitlines()
    assert (said, blank) == (f"Les textes ne le disent pas. {UNKNOWN_WORDS}", "")
    assert [line[:3] for line in nearest] == ["[1]", "[2]", "[3]", "[4]"]


@pytest.mark.parametrize("question", [ANSWERED, REFUSED])
def test_ask_prints_the_contract_of_the_api(
    command: Command, client: TestClient, home: Path, question: str
) -> None:
    printed = parsed(command("ask", f" {question} ", "--home", home, "--top-k", 3, "--json"))
    served = client.post("/v1/ask", json={"question": question, "top_k": 3}).json()
    assert untimed(printed) == untimed(served)


def test_search_prints_the_contract_of_the_api(command: Command, client: TestClient, home: Path) -> None:
    printed = parsed(command("search", ANSWERED, "--home", home, "--json"))
    assert untimed(printed) == untimed(client.post("/v1/search", json={"question": ANSWERED}).json())


def test_search_prints_whole_passages_and_where_they_are(command: Command, home: Path) -> None:
    status, out, err = command(
        "search", "Qui finance chaque CPTS selon sa taille ?", "--home", home, "--top-k", 1
    )
    assert (status, err) == (0, "")
    passage = "L'assurance maladie finance chaque CPTS selon sa taille."
    assert out == f"[1] cpts.md 137–193  Financement\n{passage}\n\n"


def test_a_reranker_that_is_set_orders_what_is_found(
    command: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    class PharmacyFirst:
        def scores(self, question: str, passages: Sequence[str]) -> Scores:
            return np.array(["pharmacie" in passage for passage in passages], np.float32)

    def load(name: str) -> PharmacyFirst:
        loaded.append(name)
        return PharmacyFirst()

    def found() -> list[str]:
        return [
            hit["source"] for hit in parsed(command("search", ANSWERED, "--home", home, "--json"))["hits"]
        ]

    monkeypatch.setattr("index.cross_encoder.load_reranker", load)
    assert (found()[0], loaded) == (HTML, [])
    monkeypatch.setenv("SOURCIER_RERANKER", "relecteur")
    assert (found()[:2], loaded) == (["ght.txt", HTML], ["relecteur"])


def test_a_reranker_that_does_not_load_exits_1_and_names_the_setting(
    command: Command, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("search", ANSWERED, "--home", home)[0] == 0
    # Set here so that what loading sets, from inside, is undone.
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "1")
    monkeypatch.setenv("SOURCIER_RERANKER", str(tmp_path))
    assert command("search", ANSWERED, "--home", home) == (
        1,
        "",
        f"sourcier : le modèle {tmp_path} ne se charge pas (ValueError) ; "
        "vérifiez SOURCIER_RERANKER : un nom ou un dossier de cross-encoder",
    )


def test_brackets_in_a_name_or_a_text_are_printed_as_they_are(command: Command, tmp_path: Path) -> None:
    text = "Le mot [b]gras[/b] se lit [/] tel quel [1]."
    index_texts(tmp_path, {"[i]mise en page.txt": text})
    where = f"[1] [i]mise en page.txt 0–{len(text)}"
    for name, shown in (("ask", f"{text} [1]\n\n{where}"), ("search", f"{where}\n{text}\n")):
        status, out, err = command(name, text, "--home", tmp_path / "home")
        assert (status, err) == (0, "")
        assert [line.rstrip() for line in out.splitlines()] == shown.split("\n")


@pytest.mark.parametrize("name", ["ask", "search"])
def test_a_question_without_an_index_exits_1_and_names_the_remedy(
    command: Command, home: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command(name, ANSWERED, "--home", home)[0] == 0
    # Nobody waits for a model only to be told that there is nothing to search.
    monkeypatch.setattr(qa.cli, "_encoder", lambda settings: pytest.fail("the model was loaded"))
    assert command(name, ANSWERED, "--home", tmp_path) == (1, "", f"sourcier : {NO_INDEX}")


@pytest.mark.parametrize("name", ["ask", "search"])
@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (" ", "la question est vide"),
        ("é" * 2001, "la question dépasse 2000 caractères"),
        ("a\x1b[31mb", "la question contient des caractères de contrôle"),
    ],
)
def test_a_question_that_cannot_be_asked_exits_1(
    command: Command, home: Path, name: str, question: str, sentence: str
) -> None:
    assert command(name, "a", "--home", home)[0] == 0
    assert command(name, question, "--home", home) == (1, "", f"sourcier : {sentence}")


def test_a_full_disk_is_one_sentence(
    command: Command, home: Path, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("build", "--texts", texts, "--home", home.parent / "autre")[0] == 0

    def full(settings: object) -> FakeEncoder:
        raise OSError(errno.ENOSPC, "No space left on device", "/plein/index")

    monkeypatch.setattr(qa.cli, "_encoder", full)
    status, _, said = command("build", "--texts", texts, "--home", home.parent / "autre")
    assert status == 1
    assert said == "sourcier : /plein/index : le disque est plein ; vérifiez la place et les droits"
