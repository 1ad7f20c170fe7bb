"""The examples of docs/clients.md, run as they stand against a service on a socket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.app import create_app
from qa.builder import Builder
from qa.config import load_settings
from tests.conftest import TEXTS
from tests.qa import encoders
from tests.qa.helpers import holder_of, index_texts
from tests.running import running

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "clients.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
KEY = "cle-de-la-page-0123456789"
ROLE = "Une CPTS organise les soins de ville d'un territoire."
# What each example prints, in the order of the page.
PRINTED = [
    [f"{ROLE} [1]", "1 cpts.md "],
    ["Question cherchée : "],
    [f"Quel est le rôle d'une CPTS ? → {ROLE} [1]", "Que partage un groupement hospitalier ? → "],
    ["404 unknown_document aucun document de l'index ne porte ce nom ; voyez /v1/documents\n"],
    ["notes/garde.md done\n"],
    [f"[cpts.md] {ROLE}", "Question : Quel est le rôle d'une CPTS ?"],
    ["cpts.md "],
    ["Une CPTS organise les soins de ville"],
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service of the three small texts, with a key, which refuses nothing and builds."""
    folder = tmp_path_factory.mktemp("page")
    index_texts(folder, TEXTS)
    settings = load_settings(texts=folder / "texts", home=folder / "home", key=KEY)
    # The usual threshold is not made for the cosines of the fake encoder.
    builder = Builder(settings, encoders.fake)
    with running(create_app(holder_of(settings.home), 0.0, settings=settings, builder=builder)) as url:
        yield url


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What the examples define: each may use what those above it did, as a reader would."""
    return {"__name__": "page"}


def test_the_page_has_an_example_of_each_way() -> None:
    assert len(BLOCKS) == len(PRINTED)
    assert all("http://127.0.0.1:8000" in block for block in BLOCKS)


@pytest.mark.parametrize("number", range(len(PRINTED)))
def test_an_example_runs_as_it_stands(
    number: int,
    address: str,
    names: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SOURCIER_KEY", KEY)
    block = BLOCKS[number].replace("http://127.0.0.1:8000", address)
    exec(compile(block, f"docs/clients.md, example {number + 1}", "exec"), names)
    printed = capsys.readouterr().out
    assert [expected for expected in PRINTED[number] if expected not in printed] == []
