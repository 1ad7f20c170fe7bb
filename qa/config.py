"""Configuration, read once at the edge: SOURCIER_* in the environment, then the command's options."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import SourcierError


class BadSetting(SourcierError):
    """A setting has a value that cannot be used."""


def _project() -> Path | None:
    """The checkout this package runs from, or None where it was installed elsewhere."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() else None


def _default_home() -> Path:
    project = _project()
    return project / "var" if project else user_data_path("sourcier")


def _default_texts() -> Path:
    return Path(__file__).resolve().parent.parent / "corpus" / "texts"


class Settings(BaseSettings):
    """Every setting, with its default. The README lists them; a test holds it to that."""

    model_config = SettingsConfigDict(
        env_prefix="SOURCIER_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    texts: Path = Field(default_factory=_default_texts, description="le dossier des textes")
    home: Path = Field(default_factory=_default_home, description="où vit l'index")
    models: Path = Field(
        default_factory=lambda: _default_home() / "models",
        description="où vit le modèle préparé, commun à tous les index",
    )
    model: str | None = Field(
        default=None, description="un autre modèle sentence-transformers, par nom ou dossier"
    )
    ranking: Literal["fine", "simple"] = Field(
        default="fine",
        description="fine compare question et passages mot à mot ; simple prend moins de place et de temps",
    )
    reranker: str | None = Field(
        default=None, description="un cross-encoder qui relit les vingt premiers passages, par nom ou dossier"
    )
    risk: float | None = Field(
        default=None,
        ge=0.05,
        le=0.5,
        description="la part de réponses fausses admise, de 0.05 à 0.5 ; au-delà, le service refuse",
    )
    host: str = Field(default="127.0.0.1", description="l'adresse d'écoute")
    port: int = Field(default=8000, ge=1, le=65535, description="le port d'écoute")

    @field_validator("texts", "home", "models")
    @classmethod
    def _expand(cls, path: Path) -> Path:
        return path.expanduser()


def load_settings(**options: object) -> Settings:
    """The settings, command-line options (those not None) winning over the environment.

    Raises BadSetting, naming the variable and the value.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise BadSetting(
            f"SOURCIER_{name.upper()}={first['input']!r} : {_EXPECTED.get(name, 'valeur inutilisable')}"
        ) from None


_EXPECTED = {
    "port": "un nombre entier de 1 à 65535 est attendu",
    "risk": "un nombre de 0.05 à 0.5 est attendu",
    "ranking": "fine ou simple est attendu",
}
