"""Settings come from the environment, options win, and a bad one is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from index.build import build
from qa.config import BadSetting, Settings, load_settings, texts_of
from tests.conftest import FakeEncoder

PROJECT = Path(__file__).resolve().parents[2]
EXPECTED_RISK = "un nombre de 0.05 à 0.5 est attendu"
EXPECTED_RANKING = "fine ou simple est attendu"
EXPECTED_PORT = "un nombre entier de 1 à 65535 est attendu"


def test_without_anything_set_the_checkout_is_used() -> None:
    assert load_settings() == Settings(
        texts=None,
        home=PROJECT / "var",
        models=PROJECT / "var" / "models",
        model=None,
        encoder="onnx",
        ranking="fine",
        reranker=None,
        risk=None,
        keep=3,
        watch=False,
        key=None,
        largest_text=50,
        questions=None,
        gate=None,
        remember=0,
        public_url=None,
        chat_sources="none",
        llm_url=None,
        llm_model=None,
        llm_key=None,
        llm_timeout=60.0,
        llm_rewrite=False,
        workers=1,
        host="127.0.0.1",
        port=8000,
    )


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("texts", "/srv/écrits", Path("/srv/écrits")),
        ("home", "/srv/index", Path("/srv/index")),
        ("models", "/srv/modèles", Path("/srv/modèles")),
        ("model", "camembert", "camembert"),
        ("encoder", "torch", "torch"),
        ("ranking", "simple", "simple"),
        ("reranker", "/srv/relecteur", "/srv/relecteur"),
        ("risk", "0.1", 0.1),
        ("host", "0.0.0.0", "0.0.0.0"),
        ("port", "8123", 8123),
        ("keep", "5", 5),
        ("watch", "1", True),
        ("largest_text", "7", 7),
        ("questions", "/srv/questions.txt", Path("/srv/questions.txt")),
        ("gate", "0.05", 0.05),
        ("remember", "100", 100),
        ("public_url", "https://textes.fr/sourcier/", "https://textes.fr/sourcier"),
        ("chat_sources", "openwebui", "openwebui"),
        ("llm_timeout", "20", 20.0),
        ("llm_rewrite", "1", True),
        ("workers", "2", 2),
    ],
)
def test_every_setting_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: object
) -> None:
    monkeypatch.setenv(f"SOURCIER_{name.upper()}", value)
    assert getattr(load_settings(), name) == read


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCIER_PORT", "8123")
    monkeypatch.setenv("SOURCIER_HOME", "/srv/index")
    settings = load_settings(port=9000, home=None)
    assert (settings.port, settings.home) == (9000, Path("/srv/index"))


@pytest.mark.parametrize("value", ["abc", "0", "65536", "-1", "80.5"])
def test_a_bad_port_names_the_variable_and_the_value(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    for good in ("1", "65535"):
        monkeypatch.setenv("SOURCIER_PORT", good)
        assert load_settings().port == int(good)
    monkeypatch.setenv("SOURCIER_PORT", value)
    with pytest.raises(BadSetting) as caught:
        load_settings()
    assert str(caught.value) == f"SOURCIER_PORT='{value}' : {EXPECTED_PORT}"


@pytest.mark.parametrize("value", ["abc", "0", "0.049", "0.51", "-0.1", "0,1", "10 %", "nan"])
def test_a_bad_risk_names_the_variable_and_the_value(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    for good in ("0.05", "0.5"):
        monkeypatch.setenv("SOURCIER_RISK", good)
        assert load_settings().risk == float(good)
    monkeypatch.setenv("SOURCIER_RISK", value)
    with pytest.raises(BadSetting) as caught:
        load_settings()
    assert str(caught.value) == f"SOURCIER_RISK='{value}' : {EXPECTED_RISK}"


@pytest.mark.parametrize("value", ["fin", "Simple", "fine,simple", "0"])
def test_a_bad_ranking_names_the_variable_and_the_value(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    for good in ("fine", "simple"):
        monkeypatch.setenv("SOURCIER_RANKING", good)
        assert load_settings().ranking == good
    monkeypatch.setenv("SOURCIER_RANKING", value)
    with pytest.raises(BadSetting) as caught:
        load_settings()
    assert str(caught.value) == f"SOURCIER_RANKING='{value}' : {EXPECTED_RANKING}"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("encoder", "8 bits", "onnx ou torch est attendu"),
        ("keep", "0", "un nombre entier de 1 à 100 est attendu"),
        ("watch", "peut-être", "1 ou 0 est attendu"),
        ("largest_text", "0", "un nombre entier de Mio, de 1 à 2000, est attendu"),
        ("gate", "1.1", "une part de 0 à 1 est attendue"),
        ("remember", "-1", "un nombre entier de 0 à 10000 est attendu"),
        ("chat_sources", "toutes", "openwebui, annotations ou none est attendu"),
        ("llm_timeout", "0", "un nombre de secondes, de plus de 0 à 3600, est attendu"),
        ("llm_rewrite", "oui!", "1 ou 0 est attendu"),
        ("workers", "0", "un nombre entier de 1 à 64 est attendu"),
    ],
)
def test_another_bad_value_names_the_variable_the_value_and_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"SOURCIER_{name.upper()}", value)
    with pytest.raises(BadSetting) as caught:
        load_settings()
    assert str(caught.value) == f"SOURCIER_{name.upper()}='{value}' : {expected}"


def test_the_texts_are_those_set_else_those_of_the_index_else_the_demonstration(
    tmp_path: Path, texts: Path, home: Path
) -> None:
    assert texts_of(load_settings(texts=tmp_path, home=home)) == tmp_path
    assert texts_of(load_settings(home=home)) == texts
    assert texts_of(load_settings(home=tmp_path)) == PROJECT / "corpus" / "texts"


@pytest.mark.parametrize("damaged", ["CURRENT", "manifest.json"])
def test_a_damaged_index_is_never_taken_for_one_of_the_demonstration_texts(
    tmp_path: Path, texts: Path, damaged: str
) -> None:
    home = tmp_path / "home"
    served = build(texts, home, FakeEncoder()).generation
    path = home / "index" / damaged if damaged == "CURRENT" else home / "index" / served / damaged
    path.write_bytes(b"?")
    if damaged == "CURRENT":
        assert texts_of(load_settings(home=home)) == texts
    else:
        with pytest.raises(BadSetting, match="indiquez-les avec --texts"):
            texts_of(load_settings(home=home))
    assert texts_of(load_settings(home=home, texts=texts)) == texts


def test_a_bad_option_is_named_like_its_variable() -> None:
    assert load_settings(port=8001).port == 8001
    with pytest.raises(BadSetting) as caught:
        load_settings(port=70000)
    assert str(caught.value) == f"SOURCIER_PORT=70000 : {EXPECTED_PORT}"


def test_settings_cannot_change_once_read() -> None:
    settings = load_settings(port=8001)
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 8002
    assert settings.port == 8001


def test_the_readme_names_every_setting_and_no_other() -> None:
    named = set(re.findall(r"SOURCIER_[A-Z_]+", (PROJECT / "README.md").read_text("utf-8")))
    assert named == {f"SOURCIER_{name.upper()}" for name in Settings.model_fields}


def test_an_empty_setting_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    default = load_settings()
    for name in Settings.model_fields:
        monkeypatch.setenv(f"SOURCIER_{name.upper()}", "")
    assert load_settings() == default


def test_a_tilde_is_the_person_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/maison")
    monkeypatch.setenv("SOURCIER_TEXTS", "~/textes")
    assert load_settings(home=Path("~/index")).home == Path("/maison/index")
    assert load_settings().texts == Path("/maison/textes")


def test_a_language_model_needs_its_address_and_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCIER_LLM_URL", "http://127.0.0.1:11434/v1/")
    with pytest.raises(BadSetting, match="SOURCIER_LLM_URL et SOURCIER_LLM_MODEL vont ensemble"):
        load_settings()
    monkeypatch.setenv("SOURCIER_LLM_MODEL", "mistral")
    settings = load_settings()
    assert (settings.llm_url, settings.llm_model) == ("http://127.0.0.1:11434/v1", "mistral")
    monkeypatch.delenv("SOURCIER_LLM_URL")
    with pytest.raises(BadSetting, match="SOURCIER_LLM_URL et SOURCIER_LLM_MODEL vont ensemble"):
        load_settings()


@pytest.mark.parametrize("name", ["public_url", "llm_url"])
@pytest.mark.parametrize(
    "address",
    ["secret.fr", "ftp://secret.fr/v1", "http://moi:secret@a.fr", "http://a.fr?secret", "http://#secret"],
)
def test_a_bad_address_is_not_repeated_for_it_may_hold_a_password(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setenv(f"SOURCIER_{name.upper()}", address)
    with pytest.raises(BadSetting) as caught:
        load_settings()
    assert str(caught.value) == (
        f"SOURCIER_{name.upper()} : une adresse http:// ou https:// est attendue, "
        "sans mot de passe, « ? » ni « # »"
    )


def test_a_key_that_no_header_can_carry_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCIER_LLM_KEY", "clé secrète")
    with pytest.raises(BadSetting) as caught:
        load_settings()
    assert str(caught.value) == "SOURCIER_LLM_KEY : une clé sans accent ni espace est attendue"
    monkeypatch.setenv("SOURCIER_LLM_KEY", "secret")
    key = load_settings().llm_key
    assert key is not None
    assert key.get_secret_value() == "secret"
