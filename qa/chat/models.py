"""The models that chat clients choose from: ways to be answered by one service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.chat.errors import NoModel, UnknownModel
from qa.chat.schemas import SOURCIER, ModelOut

if TYPE_CHECKING:
    # Imported where a language model is set.
    from qa.llm.writer import Writer

# The model whose answers a language model writes, where the service has one.
WRITTEN = "sourcier-llm"
_CREATED = 1_767_225_600  # 2026-01-01: an id that stays has a date that stays


def served(writer: Writer | None) -> list[ModelOut]:
    """What this service serves: the plain answers, and those of its language model if it has one."""
    models = [ModelOut(id=SOURCIER, name="Sourcier", created=_CREATED)]
    if writer is not None:
        models.append(ModelOut(id=WRITTEN, name=f"Sourcier, rédigé par {writer.model}", created=_CREATED))
    return models


def model_of(name: str | None, writer: Writer | None) -> ModelOut:
    """The model that a request names. Raises NoModel, or UnknownModel for an id that is not served."""
    models = {model.id: model for model in served(writer)}
    if not name:
        raise NoModel(f"la requête ne nomme pas de modèle ; indiquez-le : {_or(models)}")
    if name not in models:
        raise UnknownModel(f"ce service n'a pas de modèle de ce nom ; il sert {_or(models, 'et')}")
    return models[name]


def _or(models: dict[str, ModelOut], word: str = "ou") -> str:
    return f" {word} ".join(f"« {name} »" for name in models)
