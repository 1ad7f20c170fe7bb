"""A new index that loses answers is kept, not served; one that loses few enough is served."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from corpus.errors import SourcierError
from index import generation
from index.build import BuildOptions, BuildReport, build
from index.errors import BuildCancelled, NoIndex, UnknownGeneration
from qa.commands.drift import add_drift
from qa.config import BadSetting, load_settings
from qa.drift import Drift, Gate, Kind, gate
from qa.evaluation import BadQuestions
from qa.refusal import THRESHOLD, threshold_of
from qa.remembered import Remembered
from tests.conftest import FakeEncoder
from tests.qa.helpers import OtherEncoder, damage, index_texts
from tests.qa.test_drift import ON_RAIN, QUESTIONS, WEATHER


class Weather:
    """A home where the weather is indexed, its texts, and a file of four questions on them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        self.served = index_texts(folder, WEATHER).generation
        self.questions = folder / "questions.txt"
        self.questions.write_text("\n".join(QUESTIONS), "utf-8")

    def gate(self, limit: float | None = None, **settings: object) -> Gate:
        """The gate that these settings make."""
        given = load_settings(home=self.home, gate=limit, **{"questions": self.questions, **settings})
        found = gate(given, FakeEncoder())
        assert found is not None
        return found

    def build_without_rain(self, limit: float | None) -> tuple[BuildReport, Drift]:
        """A build through the gate in which one answer of four becomes a refusal."""
        (self.folder / "texts" / "pluie.txt").unlink()
        gated = self.gate(limit)
        report = build(
            self.folder / "texts", self.home, FakeEncoder(), options=BuildOptions(approve=gated.approve)
        )
        assert gated.report is not None
        assert (gated.report.questions, gated.report.regressions) == (4, 1)
        assert [(each.question, each.kind) for each in gated.report.changed] == [(ON_RAIN, Kind.REFUSED)]
        return report, gated.report

    def current(self) -> str:
        return generation.current(self.home).name


@pytest.fixture
def weather(tmp_path: Path) -> Weather:
    return Weather(tmp_path)


@pytest.mark.parametrize("limit", [None, 0.25])
def test_without_a_limit_or_with_the_limit_just_met_the_new_index_is_served(
    weather: Weather, limit: float | None
) -> None:
    report, drift = weather.build_without_rain(limit)
    assert (drift.old, drift.new) == (weather.served, report.generation)
    assert (report.held, weather.current()) == (None, report.generation)
    assert report.generation != weather.served


@pytest.mark.parametrize("limit", [0.2499, 0.0])
def test_beyond_the_limit_the_new_index_is_kept_whole_and_the_old_one_served(
    weather: Weather, limit: float
) -> None:
    report, drift = weather.build_without_rain(limit)
    assert (report.generation, weather.current()) == (weather.served, weather.served)
    assert report.held == drift.new != weather.served
    held = generation.verify(weather.home / "index" / drift.new)
    assert held.counts["documents"] == len(WEATHER) - 1


def test_the_first_index_is_served_whatever_it_answers(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "gel.txt").write_text(WEATHER["gel.txt"], "utf-8")
    (tmp_path / "questions.txt").write_text(ON_RAIN, "utf-8")
    home = tmp_path / "home"
    gated = gate(
        load_settings(home=home, questions=tmp_path / "questions.txt", gate=0.0, remember=0), FakeEncoder()
    )
    assert gated is not None
    report = build(tmp_path / "texts", home, FakeEncoder(), options=BuildOptions(approve=gated.approve))
    assert gated.report == Drift(None, report.generation, 0, ())
    assert (report.held, generation.current(home).name) == (None, report.generation)


def test_an_index_that_does_not_open_has_nothing_to_lose(weather: Weather) -> None:
    candidate = index_texts(weather.folder / "other", {"gel.txt": WEATHER["gel.txt"]})
    folder = weather.folder / "other" / "home" / "index" / candidate.generation
    assert not weather.gate(0.0).approve(folder)
    damage(weather.home, weather.served)
    gated = weather.gate(0.0)
    assert gated.approve(folder)
    assert gated.report == Drift(None, candidate.generation, 0, ())


def test_an_index_of_another_model_is_not_compared(weather: Weather) -> None:
    build(weather.folder / "texts", weather.folder / "other", OtherEncoder())
    settings = load_settings(home=weather.home, questions=weather.questions, gate=0.0)
    gated = gate(settings, OtherEncoder())
    assert gated is not None
    candidate = generation.current(weather.folder / "other")
    assert gated.approve(candidate)
    assert gated.report == Drift(None, candidate.name, 0, ())


def test_a_build_may_be_cancelled_between_two_questions(weather: Weather) -> None:
    told: list[tuple[str, int, int]] = []

    def cancel(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))
        if done == 2:
            raise BuildCancelled("annulée")

    settings = load_settings(home=weather.home, questions=weather.questions)
    gated = gate(settings, FakeEncoder(), cancel)
    assert gated is not None
    with pytest.raises(BuildCancelled):
        gated.approve(generation.current(weather.home))
    assert told == [("épreuve", 1, 4), ("épreuve", 2, 4)]
    assert gated.report is None


def test_the_gate_refuses_as_the_service_does(weather: Weather) -> None:
    assert weather.gate().threshold == THRESHOLD
    assert weather.gate(risk=0.05).threshold == threshold_of(0.05) == 0.981


def test_without_a_question_there_is_no_gate(tmp_path: Path) -> None:
    assert gate(load_settings(home=tmp_path), FakeEncoder()) is None
    on = load_settings(home=tmp_path, remember=10, gate=0.1)
    assert gate(on, FakeEncoder()) is None
    Remembered(tmp_path, 10).remember(ON_RAIN)
    found = gate(on, FakeEncoder())
    assert found is not None
    assert (found.questions, found.limit) == ((ON_RAIN,), 0.1)


def test_a_limit_that_no_question_can_ever_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as caught:
        gate(load_settings(home=tmp_path, gate=0.1), FakeEncoder())
    assert str(caught.value) == (
        "SOURCIER_GATE=0.1 : aucune question à reposer ; donnez un fichier avec SOURCIER_QUESTIONS, "
        "ou gardez celles qui sont reçues avec SOURCIER_REMEMBER"
    )


def test_a_bad_file_of_questions_is_told_before_the_build(weather: Weather) -> None:
    assert weather.gate(0.1).questions == QUESTIONS
    weather.questions.write_text("", "utf-8")
    with pytest.raises(BadQuestions) as caught:
        weather.gate(0.1)
    assert str(caught.value) == (
        f"{weather.questions} ne contient aucune question ; écrivez-en une par ligne"
    )


def command(*arguments: object) -> tuple[str, SourcierError | None]:
    """What `sourcier drift` prints, and the error it ends with."""
    app = typer.Typer()
    app.callback()(lambda: None)
    add_drift(app, lambda settings: FakeEncoder())
    result = CliRunner().invoke(app, ["drift", *map(str, arguments)])
    if result.exception is None or isinstance(result.exception, SourcierError):
        return result.stdout, result.exception
    raise result.exception


def test_two_generations_are_compared_at_the_terminal(weather: Weather) -> None:
    held = weather.build_without_rain(0.0)[0].held
    where = ("--home", weather.home, "--questions", weather.questions)
    printed, error = command(held, *where)
    assert error is None
    assert printed.splitlines()[:3] == [
        "4 questions : 3 réponses sans changement, 1 régression (25 %)",
        "",
        "1 réponse : refus désormais",
    ]
    whole = json.loads(command(held, *where, "--json")[0])
    assert (whole["old"], whole["new"], whole["refused"]) == (weather.served, held, 1)
    assert [answer["question"] for answer in whole["answers"]] == [ON_RAIN]
    assert weather.current() == weather.served


def test_a_comparison_that_cannot_be_made_says_why(weather: Weather, tmp_path: Path) -> None:
    assert command(weather.served, "--home", weather.home, "--questions", weather.questions)[1] is None
    error = command(weather.served, "--home", weather.home)[1]
    assert isinstance(error, BadQuestions)
    assert str(error) == "aucune question à reposer ; donnez un fichier avec --questions"
    error = command("../g-autre", "--home", weather.home, "--questions", weather.questions)[1]
    assert isinstance(error, UnknownGeneration)
    assert str(error) == f"../g-autre n'est pas gardée ; sont gardées : {weather.served}"
    assert isinstance(command("g-autre", "--home", tmp_path / "vide")[1], NoIndex)
