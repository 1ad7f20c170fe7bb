"""What `sourcier inspect` prints for people and for programs, and exits with."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embedded import EmbeddedEngine
from tests.conftest import TEXTS
from tests.qa.helpers import Command, index_texts, parsed


def test_inspect_shows_the_passages_of_one_text_and_what_was_set_aside(command: Command, texts: Path) -> None:
    status, out, err = command("inspect", "ght.txt", "--texts", texts)
    assert (status, err) == (0, "")
    assert [line.rstrip() for line in out.splitlines()] == [
        "ght.txt « Les groupements hospitaliers » : 1 passage, 1 mise de côté",
        "",
        "30–126",
        "Un groupement réunit des hôpitaux publics. Il partage une pharmacie et un système d'information.",
        "",
        "  renvoi vers un autre article : A lire aussi : Bien dormir",
    ]


def test_inspect_gives_programs_everything(command: Command, texts: Path, engine: EmbeddedEngine) -> None:
    shown = parsed(command("inspect", "--texts", texts, "--json"))
    assert shown["unread"] == []
    assert [document["id"] for document in shown["documents"]] == sorted(TEXTS)
    for document in shown["documents"]:
        for passage in document["passages"]:
            assert passage["text"] == document["text"][passage["start"] : passage["end"]]
    assert [p["id"] for p in shown["documents"][0]["passages"]] == [
        p.id for p in engine.passages_of("cpts.md")
    ]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("absent.md", "aucun fichier de ce nom dans {texts}"),
        ("cassé.pdf", "le PDF est corrompu (PDFSyntaxError)"),
    ],
)
def test_inspect_says_why_a_text_is_not_read(
    command: Command, tmp_path: Path, source: str, reason: str
) -> None:
    index_texts(tmp_path, {"pluie.txt": "La pluie tombe sur Rennes.", "cassé.pdf": "rien"})
    assert command("inspect", "pluie.txt", "--texts", tmp_path / "texts")[0] == 0
    result = command("inspect", source, "--texts", tmp_path / "texts")
    assert result == (1, "", f"sourcier : {source} n'est pas lu : {reason.format(texts=tmp_path / 'texts')}")
