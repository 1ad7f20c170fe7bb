"""What can go wrong for a client. The service's own sentences as it says them, in French, and ours."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx2
from pydantic import ValidationError

from corpus.errors import SourcierError
from qa.index_schemas import JobOut

PROBLEM = "application/problem+json"


class ClientError(SourcierError):
    """The service did not give what was asked of it."""


class Unusable(ClientError, ValueError):
    """An address, a key or a name that cannot be sent. Nothing was."""


class Unreachable(ClientError):
    """No reply came: no service listens there, or the connection broke."""


class TookTooLong(Unreachable, TimeoutError):
    """No byte came within the client's timeout."""


class WaitedTooLong(ClientError, TimeoutError):
    """A build is not over yet; it goes on."""


class UnexpectedReply(ClientError):
    """A reply that no service of ours gives: another server's, or a proxy's."""


class ServiceError(ClientError):
    """The service says no, by an RFC 9457 problem document.

    `type` is stable ("urn:sourcier:problem:no_index"), and `kind` its end ("no_index"); `title` and
    `detail` are French and for people.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.type = _text(problem, "type") or "about:blank"  # RFC 9457, 4.2.1: what its absence means
        self.title = _text(problem, "title")
        self.detail = _text(problem, "detail")
        super().__init__(self.detail or self.title or f"le service refuse (statut {status})")

    @property
    def kind(self) -> str:
        """The last part of `type`."""
        return self.type.rpartition(":")[2]


class InvalidRequest(ServiceError):
    """The request itself is at fault: a question too long, an unknown filter, a text too large."""


class KeyRefused(ServiceError):
    """The service asks for a key, or for another one."""


class NotFound(ServiceError):
    """No such document, job, generation or address."""


class Conflict(ServiceError):
    """Not now: a build is under way, or is over. `job`: the build in the way, where it is known."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(status, problem)
        self.job: JobOut | None = None
        if problem.get("job") is not None:
            try:
                self.job = JobOut.model_validate(problem["job"])
            except ValidationError:
                raise not_ours(status) from None


class Unavailable(ServiceError):
    """The service cannot do it for now: no index, a damaged one, a full disk, a start, an end."""


_CLASSES: dict[int, type[ServiceError]] = {
    400: InvalidRequest,
    401: KeyRefused,
    403: KeyRefused,
    404: NotFound,
    409: Conflict,
    413: InvalidRequest,
    415: InvalidRequest,
    422: InvalidRequest,
    503: Unavailable,
    507: Unavailable,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `media_type` without its parameters, in lower case."""

    status: int
    media_type: str
    content: bytes


def check(reply: Reply, media_type: str) -> bytes:
    """The content of a reply that succeeded and is of this type.

    Raises a ServiceError where the service says no, UnexpectedReply where it is not the service.
    """
    if HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
        raise UnexpectedReply(
            f"le service renvoie vers une autre adresse (statut {reply.status}), qui n'est pas suivie ; "
            "donnez au client l'adresse finale"
        )
    if reply.status >= HTTPStatus.BAD_REQUEST and reply.media_type == PROBLEM:
        raise _service_error(reply)
    if reply.status >= HTTPStatus.MULTIPLE_CHOICES or reply.media_type != media_type:
        raise not_ours(reply.status)
    return reply.content


def not_ours(status: int) -> UnexpectedReply:
    """The error of a reply whose shape is not the contract's."""
    return UnexpectedReply(
        f"la réponse (statut {status}) n'est pas celle d'un service Sourcier ; vérifiez l'adresse"
    )


def transport_error(error: httpx2.HTTPError | httpx2.InvalidURL, url: str) -> ClientError:
    """What a failure of the connection is to the caller.

    Never the library's own words: those of a header that it refuses repeat the key.
    """
    if isinstance(error, httpx2.InvalidURL):
        return Unusable("le nom est trop long ou ne peut pas figurer dans une adresse ; corrigez-le")
    if isinstance(error, httpx2.DecodingError):
        return UnexpectedReply(f"la réponse de {url} est illisible : sa compression est abîmée ; réessayez")
    if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError):
        if _came_from(error, ssl.SSLCertVerificationError):
            return Unreachable(
                f"cette machine ne reconnaît pas le certificat de {url} ; ajoutez à ceux du système "
                "l'autorité qui l'a signé, ou vérifiez l'adresse"
            )
        if _came_from(error, ssl.SSLError):
            return Unreachable(
                f"{url} ne répond pas en HTTPS ; vérifiez l'adresse, qui est peut-être en http://"
            )
        return Unreachable(
            f"aucun service ne répond à {url} ; lancez : sourcier serve, ou vérifiez l'adresse"
        )
    if isinstance(error, httpx2.TimeoutException):
        return TookTooLong(
            f"{url} n'a pas répondu à temps ; réessayez, ou donnez au client un « timeout » plus long"
        )
    return Unreachable(f"la connexion à {url} s'est rompue ; réessayez")


def _came_from(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an error of this kind is behind it: the library's own hide those of the system."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, kind):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def _text(problem: Mapping[str, Any], member: str) -> str:
    """A member of a problem; one of another type is as if absent (RFC 9457, 3.1)."""
    value = problem.get(member)
    return value if isinstance(value, str) else ""


def _service_error(reply: Reply) -> ClientError:
    try:
        problem = json.loads(reply.content)
    except (ValueError, RecursionError):  # no JSON, or thousands of brackets
        return not_ours(reply.status)
    if not isinstance(problem, dict):
        return not_ours(reply.status)
    return _CLASSES.get(reply.status, ServiceError)(reply.status, problem)
