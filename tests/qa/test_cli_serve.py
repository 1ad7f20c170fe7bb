"""`sourcier serve` hands the application to uvicorn, with or without an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

import qa.cli
from index.default_model import MODEL_NAME
from qa.config import load_settings
from qa.refusal import THRESHOLD, threshold_of
from tests.conftest import FakeEncoder
from tests.qa.helpers import ANSWER, ANSWERED, NO_INDEX, Command, index_texts


class Served:
    """What uvicorn was given to serve."""

    app: FastAPI
    options: dict[str, Any]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    """Catches the application on its way to uvicorn, so that nothing listens."""
    caught = Served()

    def run(app: FastAPI, **options: Any) -> None:
        caught.app, caught.options = app, options

    monkeypatch.setattr(uvicorn, "run", run)
    return caught


def test_serve_says_what_it_serves_and_where(command: Command, served: Served, home: Path) -> None:
    said = "3 documents ; http://127.0.0.1:8123"
    assert command("serve", "--home", home, "--port", 8123) == (0, "", said)
    assert served.options == {"host": "127.0.0.1", "port": 8123, "log_level": "warning"}
    reply = TestClient(served.app).post("/v1/ask", json={"question": ANSWERED})
    assert reply.json()["answer"]["text"] == f"{ANSWER} [1]"


def test_serve_without_an_index_warns_and_picks_up_the_next_build(
    command: Command, served: Served, tmp_path: Path
) -> None:
    assert command("serve", "--home", tmp_path / "home") == (0, "", f"sourcier : {NO_INDEX}")
    client = TestClient(served.app)
    assert client.get("/health/ready").status_code == 503
    report = index_texts(tmp_path, {"pluie.txt": "La pluie tombe sur Rennes."})
    assert client.get("/v1/index").json()["generation"] == report.generation


def test_serve_on_a_bad_port_exits_1_and_names_the_setting(
    command: Command, served: Served, home: Path
) -> None:
    assert command("serve", "--home", home, "--port", 1)[0] == 0
    sentence = "sourcier : SOURCIER_PORT=0 : un nombre entier de 1 à 65535 est attendu"
    assert command("serve", "--home", home, "--port", 0) == (1, "", sentence)


@pytest.mark.parametrize(
    ("risk", "certainty", "refused"),
    [
        (None, THRESHOLD, False),
        (None, THRESHOLD - 0.001, True),
        ("0.1", threshold_of(0.1), False),
        ("0.1", threshold_of(0.1) - 0.001, True),
    ],
)
def test_what_is_served_refuses_below_the_confidence_of_the_risk(
    command: Command,
    served: Served,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    risk: str | None,
    certainty: float,
    refused: bool,
) -> None:
    assert threshold_of(0.1) - 0.001 > THRESHOLD
    if risk is not None:
        monkeypatch.setenv("SOURCIER_RISK", risk)
    monkeypatch.setattr("qa.answer.confidence", lambda signals: certainty)
    assert command("serve", "--home", home)[0] == 0
    reply = TestClient(served.app).post("/v1/ask", json={"question": ANSWERED}).json()["answer"]
    assert (reply["confidence"], reply["refused"]) == (certainty, refused)
    assert reply["text"] == (None if refused else f"{ANSWER} [1]")


def test_serve_with_a_bad_risk_exits_1_and_names_the_setting(
    command: Command, served: Served, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCIER_RISK", "0.5")
    assert command("serve", "--home", home)[0] == 0
    monkeypatch.setenv("SOURCIER_RISK", "2")
    sentence = "sourcier : SOURCIER_RISK='2' : un nombre de 0.05 à 0.5 est attendu"
    assert command("serve", "--home", home) == (1, "", sentence)


def test_the_wait_for_the_first_preparation_of_the_model_is_announced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    given: list[tuple[str | None, Path, bool]] = []

    def load(model: str | None, models: Path, *, interaction: bool) -> FakeEncoder:
        given.append((model, models, interaction))
        return FakeEncoder()

    monkeypatch.setattr("index.embedding.load_encoder", load)
    settings = load_settings(models=tmp_path)
    qa.cli._encoder(settings)
    announced = "préparation du modèle (une seule fois, une quinzaine de secondes)…\n"
    assert capsys.readouterr().err == announced
    (tmp_path / MODEL_NAME).mkdir()
    qa.cli._encoder(settings)
    assert capsys.readouterr().err == ""
    assert given == [(None, tmp_path, True)] * 2
    qa.cli._encoder(load_settings(models=tmp_path, ranking="simple"))
    assert given[2:] == [(None, tmp_path, False)]
