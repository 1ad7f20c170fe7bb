"""The `filters` of a request: checks them, and makes them the engine's. Filters nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    # Loads numpy, and sets how many threads it has: the client of the service has no use for that.
    from index.filtering import Filters


class FiltersIn(BaseModel):
    """Where to look: each a value or a list of values, any of which will do; all given must hold.

    An empty list asks nothing.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"folder": "acteurs", "format": ["md", "pdf"]}]}
    )

    folder: str | list[str] = Field(default=[], description="un dossier, avec ce qui est au-dessous")
    source: str | list[str] = Field(default=[], description="le chemin exact d'un texte")
    format: str | list[str] = Field(default=[], description="txt, md, html, pdf ou docx")

    @model_validator(mode="before")
    @classmethod
    def _checked(cls, sent: Any) -> Any:
        # Here rather than by type, so that a fault is one French sentence and not one a union member.
        if not isinstance(sent, dict):
            raise PydanticCustomError("filters_type", "« filters » doit être un objet JSON")
        if not sent.keys() <= cls.model_fields.keys():
            raise PydanticCustomError(
                "filters_unknown",
                "un filtre est inconnu ; seuls « folder », « source » et « format » sont acceptés",
            )
        for value in sent.values():
            if not all(isinstance(v, str) for v in (value if isinstance(value, list) else [value])):
                raise PydanticCustomError(
                    "filters_value", "un filtre doit être une chaîne de caractères ou une liste de chaînes"
                )
        return sent

    def as_filters(self) -> Filters:
        """What the engine takes."""
        from index.filtering import Filters

        return Filters(_values(self.folder), _values(self.source), _values(self.format))


def _values(sent: str | list[str]) -> tuple[str, ...]:
    return (sent,) if isinstance(sent, str) else tuple(sent)
