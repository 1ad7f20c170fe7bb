"""`sourcier serve` hands the application to uvicorn, with or without an index."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

import qa.cli
from index.default_model import MODEL_NAME, ONNX_NAME
from index.embedding import EncodedQuestion
from index.errors import ModelUnavailable
from qa.builder import Builder
from qa.commands.serve import worker
from qa.config import Settings, load_settings
from qa.refusal import THRESHOLD, threshold_of
from tests.conftest import FakeEncoder
from tests.qa.helpers import ANSWER, ANSWERED, NO_INDEX, Command, index_texts


class Served:
    """What uvicorn was given to serve."""

    app: FastAPI
    factory: str
    options: dict[str, Any]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    """Catches the application on its way to uvicorn, so that nothing listens."""
    caught = Served()

    def run(app: FastAPI | str, **options: Any) -> None:
        if isinstance(app, str):
            caught.factory = app
        else:
            caught.app = app
        caught.options = options

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


def test_the_texts_to_build_from_are_those_of_the_option(
    command: Command, served: Served, home: Path, tmp_path: Path
) -> None:
    assert command("serve", "--home", home)[0] == 0
    assert served.app.state.settings.texts is None
    assert command("serve", "--home", home, "--texts", tmp_path)[0] == 0
    assert served.app.state.settings.texts == tmp_path


def test_what_serves_has_a_builder_and_follows_the_index_for_as_long_as_it_serves(
    command: Command, served: Served, home: Path
) -> None:
    assert command("serve", "--home", home)[0] == 0
    # Another test's server may follow an index of its own.
    before = set(threading.enumerate())

    def followers() -> int:
        return sum(thread.name == "follower" for thread in set(threading.enumerate()) - before)

    assert (served.app.state.builder, followers()) == (None, 0)
    with TestClient(served.app) as client:
        assert client.get("/health/ready").status_code == 200
        assert (type(served.app.state.builder), followers()) == (Builder, 1)
    assert (served.app.state.builder, followers()) == (None, 0)


@pytest.mark.parametrize(("watch", "watched"), [("0", 0), ("1", 1)])
def test_the_texts_are_watched_where_the_setting_says_so(
    command: Command, served: Served, home: Path, monkeypatch: pytest.MonkeyPatch, watch: str, watched: int
) -> None:
    started: list[Builder] = []
    monkeypatch.setattr(Builder, "start_watching", lambda builder: started.append(builder))
    monkeypatch.setenv("SOURCIER_WATCH", watch)
    assert command("serve", "--home", home)[0] == 0
    with TestClient(served.app):
        assert len(started) == watched


@pytest.mark.parametrize(("key", "status"), [(None, 405), ("une-cle-de-plus-de-seize-lettres", 401)])
def test_the_routes_that_write_texts_exist_only_with_a_key(
    command: Command,
    served: Served,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str | None,
    status: int,
) -> None:
    if key is not None:
        monkeypatch.setenv("SOURCIER_KEY", key)
    assert command("serve", "--home", home)[0] == 0
    assert TestClient(served.app).put("/v1/documents/a.md", content="# A").status_code == status


@pytest.fixture
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command writes there is taken back after the test."""
    for name in ("SOURCIER_HOME", "SOURCIER_TEXTS"):
        monkeypatch.setenv(name, "")


@pytest.mark.usefixtures("_own_environment")
def test_several_processes_are_started_by_name_and_the_first_loads_no_model(
    command: Command, served: Served, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[tuple[str | None, Path]] = []
    monkeypatch.setattr("index.models.prepare", lambda *given: prepared.append(given))
    monkeypatch.setattr(qa.cli, "_encoder", lambda settings: pytest.fail("a model is loaded"))
    monkeypatch.setenv("SOURCIER_MODELS", str(tmp_path))
    said = (
        "préparation du modèle (une seule fois, une demi-minute)…\n"
        "3 documents ; http://127.0.0.1:8123 ; 2 processus"
    )
    arguments = ("serve", "--home", home, "--texts", tmp_path, "--port", 8123, "--workers", 2)
    assert command(*arguments) == (0, "", said)
    assert prepared == [(None, tmp_path)]
    assert (served.factory, served.options) == (
        "qa.commands.serve:worker",
        {
            "factory": True,
            "workers": 2,
            "host": "127.0.0.1",
            "port": 8123,
            "log_level": "warning",
            "timeout_worker_healthcheck": 60,
        },
    )
    assert (os.environ["SOURCIER_HOME"], os.environ["SOURCIER_TEXTS"]) == (str(home), str(tmp_path))


@pytest.mark.usefixtures("_own_environment")
def test_several_processes_without_an_index_warn(
    command: Command, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ONNX_NAME).mkdir()
    monkeypatch.setenv("SOURCIER_MODELS", str(tmp_path))
    arguments = ("serve", "--home", tmp_path / "home", "--workers", 2)
    assert command(*arguments) == (0, "", f"sourcier : {NO_INDEX}")
    assert served.factory == "qa.commands.serve:worker"


def test_one_of_several_processes_loads_its_model_at_the_first_index_and_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loaded: list[Path] = []

    def load(settings: Settings) -> FakeEncoder:
        loaded.append(settings.home)
        return FakeEncoder()

    monkeypatch.setattr("qa.building.load", load)
    monkeypatch.setenv("SOURCIER_HOME", str(tmp_path / "home"))
    first = index_texts(tmp_path, {"pluie.txt": "La pluie tombe sur Rennes."})
    application = worker()
    assert loaded == []
    with TestClient(application) as client:
        reply = client.post("/v1/ask", json={"question": "La pluie tombe-t-elle sur Rennes ?"}).json()
        assert (reply["generation"], loaded) == (first.generation, [tmp_path / "home"])
        second = index_texts(tmp_path, {"vent.txt": "Le vent souffle sur Dunkerque."})
        application.state.holder.follow()
        assert client.get("/v1/index").json()["generation"] == second.generation
    assert loaded == [tmp_path / "home"]


def test_serve_with_no_process_exits_1_and_names_the_setting(
    command: Command, served: Served, home: Path
) -> None:
    assert command("serve", "--home", home, "--workers", 1)[0] == 0
    sentence = "sourcier : SOURCIER_WORKERS=0 : un nombre entier de 1 à 64 est attendu"
    assert command("serve", "--home", home, "--workers", 0) == (1, "", sentence)


def test_serve_with_a_model_that_cannot_be_loaded_exits_1_and_serves_nothing(
    command: Command, served: Served, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("serve", "--home", home)[0] == 0
    del served.app

    def fail(self: FakeEncoder, question: str, aside: str = "") -> EncodedQuestion:
        raise ModelUnavailable("le modèle manque")

    monkeypatch.setattr(FakeEncoder, "encode_question", fail)
    assert command("serve", "--home", home) == (1, "", "sourcier : le modèle manque")
    assert not hasattr(served, "app")


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
    given: list[tuple[str | None, Path, bool, str]] = []

    def load(model: str | None, models: Path, *, interaction: bool, runtime: str) -> FakeEncoder:
        given.append((model, models, interaction, runtime))
        return FakeEncoder()

    monkeypatch.setattr("index.models.deferred_encoder", load)
    monkeypatch.setattr("index.models.prepare", lambda *_: None)
    monkeypatch.setattr("index.default_model.prepare", lambda _: None)
    settings = load_settings(models=tmp_path)
    qa.cli._encoder(settings)
    announced = "préparation du modèle (une seule fois, une demi-minute)…\n"
    assert capsys.readouterr().err == announced
    (tmp_path / ONNX_NAME).mkdir()
    qa.cli._encoder(settings)
    assert capsys.readouterr().err == ""
    assert given == [(None, tmp_path, True, "onnx")] * 2
    qa.cli._encoder(load_settings(models=tmp_path, ranking="simple"))
    assert given[2:] == [(None, tmp_path, False, "onnx")]
    # The folder that torch reads is another.
    qa.cli._encoder(load_settings(models=tmp_path, encoder="torch"))
    assert capsys.readouterr().err == announced
    (tmp_path / MODEL_NAME).mkdir()
    qa.cli._encoder(load_settings(models=tmp_path, encoder="torch"))
    assert capsys.readouterr().err == ""
    assert given[3:] == [(None, tmp_path, True, "torch")] * 2
