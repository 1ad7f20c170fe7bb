"""Configuration, read once at the edge: SOURCIER_* in the environment, then the command's options."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import SourcierError
from index.errors import DamagedIndex, IncompatibleIndex, NoIndex


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

    texts: Path | None = Field(
        default=None,
        description="le dossier des textes ; à défaut, celui de l'index servi ou la démonstration",
    )
    home: Path = Field(default_factory=_default_home, description="où vit l'index")
    models: Path = Field(
        default_factory=lambda: _default_home() / "models",
        description="où vit le modèle préparé, commun à tous les index",
    )
    model: str | None = Field(
        default=None, description="un autre modèle sentence-transformers, par nom ou dossier"
    )
    encoder: Literal["onnx", "torch"] = Field(
        default="onnx",
        description="onnx calcule le modèle en 8 bits ; torch, tel quel, plus lentement",
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
    keep: int = Field(default=3, ge=1, le=100, description="le nombre de générations gardées")
    watch: bool = Field(default=False, description="reconstruire dès que le dossier change")
    key: SecretStr | None = Field(
        default=None,
        description="la clé des routes qui changent l'index ou les textes ; sans elle, pas d'envoi de textes",
    )
    largest_text: int = Field(default=50, ge=1, le=2000, description="la taille d'un texte envoyé, en Mio")
    questions: Path | None = Field(
        default=None, description="un fichier de questions à reposer avant de servir un nouvel index"
    )
    gate: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="la part de ces questions qui peuvent y perdre ; au-delà l'ancien index reste",
    )
    remember: int = Field(
        default=0, ge=0, le=10_000, description="le nombre de questions reçues à garder pour les reposer"
    )
    public_url: str | None = Field(
        default=None, description="l'adresse de la page pour ses lecteurs ; à défaut, celle de la requête"
    )
    chat_sources: Literal["openwebui", "annotations", "none"] = Field(
        default="none", description="les sources, hors du texte, pour une interface de conversation"
    )
    llm_url: str | None = Field(
        default=None, description="l'adresse d'un serveur compatible OpenAI, jusqu'à /v1 compris"
    )
    llm_model: str | None = Field(
        default=None, description="le modèle de langage, tel que ce serveur le nomme"
    )
    llm_key: SecretStr | None = Field(default=None, description="la clé de ce serveur, s'il en demande une")
    llm_timeout: float = Field(
        default=60.0, gt=0, le=3600, description="secondes laissées au modèle de langage pour répondre"
    )
    llm_rewrite: bool = Field(
        default=False, description="le modèle de langage récrit aussi les questions de suite"
    )
    workers: int = Field(default=1, ge=1, le=64, description="le nombre de processus qui répondent")
    host: str = Field(default="127.0.0.1", description="l'adresse d'écoute")
    port: int = Field(default=8000, ge=1, le=65535, description="le port d'écoute")

    @field_validator("texts", "home", "models", "questions")
    @classmethod
    def _expand(cls, path: Path | None) -> Path | None:
        return path and path.expanduser()

    @field_validator("public_url", "llm_url")
    @classmethod
    def _check_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError
        if parts.username is not None:
            raise ValueError  # a password in an address ends up in logs; keys have their own setting
        return url.rstrip("/")

    @field_validator("key")
    @classmethod
    def _check_key(cls, key: SecretStr | None) -> SecretStr | None:
        # What every client can send behind "Bearer", and nobody finds by trying.
        if key is not None and not re.fullmatch(r"[!-~]{16,}", key.get_secret_value()):
            raise ValueError
        return key

    @field_validator("llm_key")
    @classmethod
    def _check_llm_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not re.fullmatch(r"[!-~]+", key.get_secret_value()):
            raise ValueError  # no HTTP header can carry it
        return key


def load_settings(**options: object) -> Settings:
    """The settings, command-line options (those not None) winning over the environment.

    Raises BadSetting, naming the variable and the value.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        shown = "" if name in _SECRET else f"={first['input']!r}"
        raise BadSetting(
            f"SOURCIER_{name.upper()}{shown} : {_EXPECTED.get(name, 'valeur inutilisable')}"
        ) from None
    if (settings.llm_url is None) != (settings.llm_model is None):
        raise BadSetting(
            "SOURCIER_LLM_URL et SOURCIER_LLM_MODEL vont ensemble : l'adresse du serveur, et le nom "
            "qu'il donne au modèle ; réglez les deux, ou aucun"
        )
    return settings


def texts_of(settings: Settings) -> Path:
    """The folder of texts: as set, else that of the index served, else the demonstration texts.

    An index is built again from its own texts, not from others that happen to be the default.
    Raises BadSetting where there is an index and nothing tells its texts.
    """
    # Not needed to read the settings: `sourcier --help` answers at once.
    from index import generation

    if settings.texts is not None:
        return settings.texts
    try:
        return Path(generation.opened(settings.home, generation.read_manifest).texts)
    except (NoIndex, DamagedIndex, IncompatibleIndex):
        kept = generation.kept(settings.home)
    if not kept:
        return _default_texts()
    # What is damaged, or of an older version, is an index of somebody's texts all the same.
    told = next((each.manifest.texts for each in kept if each.manifest is not None), None)
    if told is None:
        raise BadSetting(
            f"l'index de {settings.home} ne dit pas de quels textes il est fait ; indiquez-les avec --texts"
        )
    return Path(told)


_ADDRESS = "une adresse http:// ou https:// est attendue, sans mot de passe, « ? » ni « # »"
# Printed nowhere; an address may hold a password.
_SECRET = ("key", "llm_key", "llm_url", "public_url")
_EXPECTED = {
    "public_url": _ADDRESS,
    "chat_sources": "openwebui, annotations ou none est attendu",
    "llm_url": _ADDRESS,
    "llm_key": "une clé sans accent ni espace est attendue",
    "llm_timeout": "un nombre de secondes, de plus de 0 à 3600, est attendu",
    "llm_rewrite": "1 ou 0 est attendu",
    "key": "16 caractères au moins sont attendus, sans accent ni espace",
    "keep": "un nombre entier de 1 à 100 est attendu",
    "watch": "1 ou 0 est attendu",
    "largest_text": "un nombre entier de Mio, de 1 à 2000, est attendu",
    "gate": "une part de 0 à 1 est attendue",
    "remember": "un nombre entier de 0 à 10000 est attendu",
    "workers": "un nombre entier de 1 à 64 est attendu",
    "port": "un nombre entier de 1 à 65535 est attendu",
    "risk": "un nombre de 0.05 à 0.5 est attendu",
    "ranking": "fine ou simple est attendu",
    "encoder": "onnx ou torch est attendu",
}
