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

from corpus.errors import MissingTexts, SourcierError
from index.errors import (
    BuildUnderWay,
    DamagedIndex,
    IncompatibleIndex,
    ModelUnavailable,
    NoIndex,
    Overloaded,
    UnknownGeneration,
    UnusableHome,
)
from qa.builder import BuilderUnavailable
from qa.jobs import JobFinished, UnknownJob
from qa.keys import AnotherSite, KeyRequired
from qa.open_folders import UnknownText
from qa.serving import Stopping
from qa.text_names import BadName, UnsupportedFormat
from qa.texts_folder import FolderChanged, NoReader, TextTooLarge, UnreadableText, UnwritableTexts

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
    UnknownText: (404, "unknown_text", "Texte inconnu"),
    UnknownJob: (404, "unknown_job", "Construction inconnue"),
    UnknownGeneration: (404, "unknown_generation", "Génération inconnue"),
    KeyRequired: (401, "key_required", "Clé demandée"),
    AnotherSite: (403, "another_site", "Requête d'un autre site"),
    BuildUnderWay: (409, "build_under_way", "Construction en cours"),
    JobFinished: (409, "job_finished", "Construction finie"),
    FolderChanged: (409, "folder_changed", "Dossier modifié entre-temps"),
    TextTooLarge: (413, "text_too_large", "Texte trop gros"),
    UnsupportedFormat: (415, "unsupported_format", "Format non pris en charge"),
    UnreadableText: (422, "unreadable_text", "Texte illisible"),
    NoReader: (503, "no_reader", "Lecture impossible pour l'instant"),
    BadName: (422, "bad_name", "Nom refusé"),
    UnwritableTexts: (507, "unwritable_texts", "Dossier de textes en lecture seule ou plein"),
    MissingTexts: (503, "missing_texts", "Dossier de textes absent"),
    UnusableHome: (507, "unusable_home", "Dossier de l'index en lecture seule ou plein"),
    BuilderUnavailable: (503, "builder_unavailable", "Construction impossible"),
    Stopping: (503, "stopping", "Arrêt"),
    Overloaded: (503, "overloaded", "Trop de questions"),
    NoIndex: (503, "no_index", "Aucun index"),
    DamagedIndex: (503, "damaged_index", "Index endommagé"),
    IncompatibleIndex: (503, "incompatible_index", "Index d'un autre modèle"),
    ModelUnavailable: (503, "model_unavailable", "Modèle indisponible"),
    SourcierError: (500, "error", "Erreur"),
}
# pydantic's error types → a sentence about the field. Others get the last one.
_SENTENCES = {
    "missing": "le champ « {field} » manque",
    "extra_forbidden": (
        "un champ est inconnu ; seuls « question », « top_k », « filters » et « history » sont acceptés"
    ),
    "list_type": "le champ « {field} » doit être une liste",
    "string_type": "le champ « {field} » doit être une chaîne de caractères",
    "string_unicode": "le champ « {field} » n'est pas de l'Unicode valide",
    "bool_type": "le champ « {field} » doit être vrai ou faux",
    "int_type": "le champ « {field} » doit être un nombre entier",
    "int_parsing": "le champ « {field} » doit être un nombre entier",
    "greater_than_equal": "le champ « {field} » est trop petit : {ge} au moins",
    "less_than_equal": "le champ « {field} » est trop grand : {le} au plus",
    "json_invalid": "le corps de la requête n'est pas du JSON valide",
    "model_attributes_type": "le corps de la requête doit être un objet JSON, envoyé en application/json",
    "dict_type": "le corps de la requête doit être un objet JSON, envoyé en application/json",
}
# The kinds that carry their own sentence, raised by `schemas`, `filters` and `index_schemas`.
_OWN = ("question_", "filters_", "history_", "body_")
_KNOWN_FIELDS = frozenset({"question", "top_k", "filters", "history", "start", "end", "full", "generation"})
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


def headers_of(error: SourcierError) -> dict[str, str]:
    """The headers that belong to an error, whatever the shape of its reply."""
    if isinstance(error, KeyRequired):
        return {"WWW-Authenticate": "Bearer"}  # RFC 9110, 11.6.1: a 401 names the scheme
    if isinstance(error, Overloaded):
        return {"Retry-After": "1"}  # seconds: the whole queue is answered in less
    return {}


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
        reply = problem(status, kind, title, str(error))
        reply.headers.update(headers_of(error))
        return reply

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
