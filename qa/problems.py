"""Errors over HTTP, as RFC 9457 problem documents: one table from exception to status.

Sentences are French and never repeat what was sent.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from corpus.errors import SourcierError
from index.errors import DamagedIndex, IncompatibleIndex, ModelUnavailable, NoIndex

MEDIA_TYPE = "application/problem+json"
# Nothing is loaded from elsewhere, nothing runs, nothing is framed. On every reply.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:sourcier:problem:invalid_request"]},
        "title": {"type": "string", "examples": ["Requête invalide"]},
        "status": {"type": "integer", "examples": [422]},
        "detail": {"type": "string", "examples": ["la question est vide"]},
    },
}


class UnknownDocument(SourcierError):
    """No document of the index has this source."""


# Exception → status, kind, title. Looked up by the exception's own class, then its bases.
_TABLE: dict[type[SourcierError], tuple[int, str, str]] = {
    UnknownDocument: (404, "unknown_document", "Document inconnu"),
    NoIndex: (503, "no_index", "Aucun index"),
    DamagedIndex: (503, "damaged_index", "Index endommagé"),
    IncompatibleIndex: (503, "incompatible_index", "Index d'un autre modèle"),
    ModelUnavailable: (503, "model_unavailable", "Modèle indisponible"),
    SourcierError: (500, "error", "Erreur"),
}
# pydantic's error types → a sentence about the field. Others get the last one.
_SENTENCES = {
    "missing": "le champ « {field} » manque",
    "extra_forbidden": "un champ est inconnu ; seuls « question », « top_k » et « filters » sont acceptés",
    "string_type": "le champ « {field} » doit être une chaîne de caractères",
    "string_unicode": "le champ « {field} » n'est pas de l'Unicode valide",
    "int_type": "le champ « {field} » doit être un nombre entier",
    "int_parsing": "le champ « {field} » doit être un nombre entier",
    "greater_than_equal": "le champ « {field} » est trop petit : {ge} au moins",
    "less_than_equal": "le champ « {field} » est trop grand : {le} au plus",
    "json_invalid": "le corps de la requête n'est pas du JSON valide",
    "model_attributes_type": "le corps de la requête doit être un objet JSON, envoyé en application/json",
    "dict_type": "le corps de la requête doit être un objet JSON, envoyé en application/json",
}
# The kinds that carry their own sentence, raised by `schemas` and `filters`.
_OWN = ("question_", "filters_")
_KNOWN_FIELDS = frozenset({"question", "top_k", "filters", "start", "end"})
_HTTP_TITLES = {
    400: ("bad_request", "Requête illisible", "le corps de la requête n'est pas lisible"),
    404: ("not_found", "Adresse inconnue", "rien n'existe à cette adresse"),
    405: ("method_not_allowed", "Méthode refusée", "cette adresse n'accepte pas cette méthode"),
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these statuses."""
    content = {MEDIA_TYPE: {"schema": _SCHEMA}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content} for s in statuses}


def problem(status: int, kind: str, title: str, detail: str, **more: object) -> JSONResponse:
    """A problem document. `kind` is stable; `title` and `detail` are for people."""
    body = {"type": f"urn:sourcier:problem:{kind}", "title": title, "status": status, "detail": detail}
    return JSONResponse({**body, **more}, status, SECURITY_HEADERS, MEDIA_TYPE)


def status_of(error: SourcierError) -> tuple[int, str, str]:
    """The status, kind and title of an error, by the nearest class in the table."""
    return next(_TABLE[cls] for cls in type(error).__mro__ if cls in _TABLE)


def validation_sentences(error: RequestValidationError) -> list[tuple[str, str]]:
    """A JSON pointer and a sentence for each thing that is wrong with a request."""
    found = []
    for item in error.errors():
        field = next((str(part) for part in item["loc"][1:2] if part in _KNOWN_FIELDS), "")
        kind = str(item["type"])
        if kind.startswith(_OWN):
            sentence = str(item["msg"])
        else:
            template = _SENTENCES.get(kind, "le champ « {field} » est inutilisable")
            sentence = template.format(field=field or "corps", **item.get("ctx", {}))
        found.append((f"#/{field}" if field else "#", sentence))
    return found


def install(app: FastAPI) -> None:
    """Registers the handlers. An unforeseen exception becomes a 500 without its traceback."""

    @app.exception_handler(SourcierError)
    async def _sourcier(_: Request, error: SourcierError) -> JSONResponse:
        status, kind, title = status_of(error)
        return problem(status, kind, title, str(error))

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        sentences = validation_sentences(error)
        return problem(
            422,
            "invalid_request",
            "Requête invalide",
            " ; ".join(dict.fromkeys(sentence for _, sentence in sentences)),
            errors=[{"pointer": pointer, "detail": detail} for pointer, detail in sentences],
        )

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        phrase = HTTPStatus(error.status_code).phrase
        kind, title, detail = _HTTP_TITLES.get(error.status_code, ("http", phrase, phrase))
        reply = problem(error.status_code, kind, title, detail)
        reply.headers.update(error.headers or {})
        return reply

    @app.exception_handler(Exception)
    async def _unforeseen(_: Request, __: Exception) -> JSONResponse:
        return problem(500, "error", "Erreur interne", "une erreur imprévue s'est produite")
