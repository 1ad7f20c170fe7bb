"""What goes over HTTP about the index itself: builds asked for, jobs, rollbacks, its state and health.

Shapes only. Those of questions are in `schemas`, those of documents in `document_schemas`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from qa.job_states import Reason, State

if TYPE_CHECKING:
    # Locks files, through the index: the client of the service reads these shapes without it.
    from qa.jobs import Job

_GENERATION = "g-20260101T090000000000-1a2b3c4d"


class _Body(BaseModel):
    """A request's body, which names no other field than its own."""

    @model_validator(mode="before")
    @classmethod
    def _check_fields(cls, body: Any) -> Any:
        if isinstance(body, dict) and not body.keys() <= cls.model_fields.keys():
            known = ", ".join(f"« {name} »" for name in cls.model_fields)
            raise PydanticCustomError(
                "body_unknown_field", "un champ est inconnu ; seul {known} est accepté", {"known": known}
            )
        return body


class BuildIn(_Body):
    """How to build."""

    full: StrictBool = Field(default=False, description="tout relire et tout encoder, sans rien reprendre")


class RollbackIn(_Body):
    """Which generation to serve."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"generation": _GENERATION}]})

    generation: StrictStr | None = Field(
        default=None, description="une génération gardée ; sans elle, celle d'avant celle qui répond"
    )


class RollbackOut(BaseModel):
    """The generation served from now on, and the one before; None where none could be."""

    generation: str
    previous: str | None


class JobOut(BaseModel):
    """A build asked for: what it is doing, then what it did."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "j-20260101090000000000-1a2b3c4d",
                    "state": "running",
                    "reason": "http",
                    "stage": "encodage",
                    "done": 120,
                    "total": 480,
                    "progress": 0.3225,
                    "eta_s": 31.5,
                    "passages_per_second": 11.4,
                    "started_at": "2026-01-01T09:00:00.000+00:00",
                    "finished_at": None,
                    "report": None,
                    "error": None,
                }
            ]
        }
    )

    id: str
    state: State
    reason: Reason = Field(
        description="qui la demande : http, terminal, watch (le dossier), texts (un envoi)"
    )
    stage: str | None = Field(
        description="l'étape en cours : modèle, inventaire, lecture, découpage, encodage, index, "
        "épreuve (s'il y a des questions à reposer), écriture"
    )
    done: int = Field(description="ce qui est fait de l'étape en cours")
    total: int = Field(
        description="ce que l'étape en cours compte en tout ; pour l'encodage, tant que tous les textes ne "
        "sont pas découpés, ce qu'ils compteront s'ils donnent autant de passages, à longueur égale, que "
        "ceux qui le sont"
    )
    progress: float = Field(
        description="la part faite de l'ensemble, de 0 à 1, d'après le poids usuel des étapes d'une "
        "construction entière ; elle ne recule jamais"
    )
    eta_s: float | None = Field(
        description="les secondes que l'étape en cours prendra encore si elle continue au même pas ; "
        "null quand rien ne permet de le dire"
    )
    passages_per_second: float | None = Field(
        description="les passages encodés par seconde depuis le début de l'encodage ; null dans les autres "
        "étapes"
    )
    started_at: str | None
    finished_at: str | None
    report: dict[str, Any] | None = Field(description="ce qu'une construction finie a fait")
    error: str | None = Field(description="pourquoi une construction a échoué")

    @classmethod
    def of(cls, job: Job) -> JobOut:
        """The shape of a job."""
        return cls(**asdict(job))


class PendingOut(BaseModel):
    """How many files a build would find added, changed, removed, renamed and unchanged, by their
    sizes and dates alone."""

    added: int
    changed: int
    removed: int
    renamed: int
    unchanged: int


class IndexOut(BaseModel):
    """The generation that answers."""

    generation: str
    built_at: str
    model: str
    dimension: int
    counts: dict[str, int]


class IndexStateOut(IndexOut):
    """The generation that answers, and what could take its place."""

    age_s: float = Field(description="les secondes depuis sa construction")
    texts: str = Field(description="le dossier de textes")
    pending: PendingOut | None = Field(
        description="ce qui a changé dans le dossier depuis ; null quand il n'est pas lisible"
    )
    building: str | None = Field(description="la construction en cours")
    generations: list[str] = Field(description="les générations gardées, la plus récente d'abord")


class TextOut(BaseModel):
    """A text written, and the build that will make it searchable."""

    source: str = Field(description="le chemin sous le dossier de textes, tel qu'il y est écrit")
    created: bool = Field(description="faux quand il remplace un texte")
    sha256: str = Field(description="des octets reçus")
    job: JobOut


class DeletedOut(BaseModel):
    """A text removed, and the build after which it answers no more."""

    source: str
    job: JobOut


class HealthOut(BaseModel):
    """`status` is "ok"."""

    status: str


class ReadyOut(BaseModel):
    """`status` is "ok", or "swapping" while a new index is opened beside the one that answers."""

    status: Literal["ok", "swapping"]
