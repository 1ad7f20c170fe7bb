"""Errors in OpenAI's shape, which is what chat clients read.

Statuses and sentences are those of `qa.problems`, where there is one; never an echo of what was sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from corpus.errors import SourcierError
from qa.chat.schemas import ChatIn, ErrorOut, ErrorReply
from qa.keys import KeyRequired
from qa.problems import SECURITY_HEADERS, headers_of, status_of, validation_sentences

_logger = logging.getLogger(__name__)


class BadChat(SourcierError):
    """A conversation that cannot be answered as it is. Status 400, unless a subclass says otherwise."""

    status, code, param = 400, "invalid_request", "messages"


class NoQuestion(BadChat):
    """No message asks anything."""

    code = "no_question"


class QuestionTooLong(BadChat):
    """The last message is longer than any question."""

    code = "context_length_exceeded"  # the one that clients know, and stop at


class NoModel(BadChat):
    """The request names no model."""

    code, param = "model_required", "model"


class SeveralChoices(BadChat):
    """Several replies are asked for, and there is one."""

    code, param = "unsupported_value", "n"


class UnknownModel(BadChat):
    """No model has this id. Status 404."""

    status, code, param = 404, "model_not_found", "model"


class OpenAIRoute(APIRoute):
    """A route whose errors are all in OpenAI's shape, those of its dependencies too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler, with its exceptions turned into replies."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except SourcierError as error:
                return _known(error)
            except RequestValidationError as error:
                return _invalid(error)
            except HTTPException as error:
                return _http(error)
            except Exception:
                _logger.exception("une conversation n'a pas eu de réponse")
                return unforeseen()

        return handle


def error_reply(status: int, code: str | None, message: str, param: str | None = None) -> JSONResponse:
    """A reply that is an error, in OpenAI's shape."""
    body = error_body(status, code, message, param)
    return JSONResponse(body.model_dump(), status, SECURITY_HEADERS)


def error_body(status: int, code: str | None, message: str, param: str | None = None) -> ErrorReply:
    """What an error says, as the body of a reply or as the last event of a stream."""
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return ErrorReply(error=ErrorOut(message=message, type=kind, param=param, code=code))


def unforeseen() -> JSONResponse:
    """What is said of an error that nobody expected."""
    return error_reply(500, "error", "une erreur imprévue s'est produite")


def _known(error: SourcierError) -> JSONResponse:
    if isinstance(error, BadChat):
        return error_reply(error.status, error.code, str(error), error.param)
    status, kind, _ = status_of(error)
    reply = error_reply(status, "invalid_api_key" if isinstance(error, KeyRequired) else kind, str(error))
    reply.headers.update(headers_of(error))
    return reply


def _invalid(error: RequestValidationError) -> JSONResponse:
    """A body of another shape. Only names that this service knows are repeated."""
    for item in error.errors():
        field = next((part for part in item["loc"][1:2] if part in ChatIn.model_fields), None)
        if field is not None:
            missing = item["type"] == "missing"
            wrong = "manque" if missing else "n'a pas la forme que l'API d'OpenAI lui donne"
            return error_reply(400, "invalid_request", f"le champ « {field} » {wrong}", str(field))
    sentences = dict.fromkeys(sentence for _, sentence in validation_sentences(error))
    return error_reply(400, "invalid_request", " ; ".join(sentences))


def _http(error: HTTPException) -> JSONResponse:
    sentence = _SENTENCES.get(error.status_code, HTTPStatus(error.status_code).phrase)
    reply = error_reply(error.status_code, "invalid_request", sentence)
    reply.headers.update(error.headers or {})
    return reply


_SENTENCES = {
    400: "le corps de la requête n'est pas lisible",
    404: "rien n'existe à cette adresse",
    405: "cette adresse n'accepte pas cette méthode",
}
