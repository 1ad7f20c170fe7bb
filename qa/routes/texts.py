"""PUT and DELETE /v1/documents/{source}: the texts themselves, for whoever has the key.

Included only in a service that has one. Each change asks for a build; none is waited for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import anyio
import anyio.from_thread
import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from qa.builder import Builder, BuilderUnavailable
from qa.config import Settings, texts_of
from qa.index_schemas import DeletedOut, JobOut, TextOut
from qa.keys import authorised
from qa.problems import documented, problem
from qa.text_names import BadName, UnsupportedFormat
from qa.texts_folder import TextTooLarge, Written, delete_text, write_text

# Each text that arrives holds a thread: they must not be those that answer questions.
_ARRIVING = anyio.CapacityLimiter(4)
# Seconds without a byte after which an upload counts as broken off, and gives its thread back.
_LONGEST_SILENCE = 60.0


def _source(request: Request, source: str) -> str:
    """The source as it was sent: a route's pattern loses a line end that comes last."""
    if not request.scope["path"].endswith(source):
        raise BadName("le nom finit par un saut de ligne ; ôtez-le")
    return source


Source = Annotated[str, Depends(_source)]
router = APIRouter(prefix="/v1/documents", tags=["documents"], dependencies=[Depends(authorised)])


@router.put(
    "/{source:path}",
    status_code=201,
    response_model=TextOut,
    responses={
        200: {"model": TextOut, "description": "remplacé"},
        **documented(401, 403, 408, 409, 413, 415, 422, 503, 507),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "les octets du fichier",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_text(source: Source, request: Request, response: Response) -> TextOut | Response:
    """Écrit un texte dans le dossier, s'il se lit, et demande une construction."""
    settings, builder = _service(request)
    largest = settings.largest_text * 2**20
    _check_upload(request, largest)

    def write() -> Written:
        return write_text(texts_of(settings), source, _chunks(request.stream()), largest)

    try:
        written = await anyio.to_thread.run_sync(write, limiter=_ARRIVING)
    except ClientDisconnect:
        return problem(408, "interrupted", "Envoi interrompu", "le texte n'a pas changé ; recommencez")
    response.status_code = 201 if written.created else 200
    return TextOut(
        source=written.source,
        created=written.created,
        sha256=written.sha256,
        job=await _request_build(builder),
    )


@router.delete("/{source:path}", responses=documented(401, 403, 404, 422, 503, 507))
async def remove_text(source: Source, request: Request) -> DeletedOut:
    """Retire un texte du dossier et demande une construction."""
    settings, builder = _service(request)
    removed = await run_in_threadpool(lambda: delete_text(texts_of(settings), source))
    return DeletedOut(source=removed, job=await _request_build(builder))


def _check_upload(request: Request, largest: int) -> None:
    """What the headers alone tell, before a byte of the body is asked for."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        raise UnsupportedFormat("un formulaire n'est pas un texte ; envoyez les octets du fichier eux-mêmes")
    # RFC 9110, 14.4: the part would be taken for the whole, and the rest of the old text lost.
    if "content-range" in request.headers:
        raise UnsupportedFormat("une partie de fichier n'est pas un texte ; envoyez le fichier entier")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 12 or int(length) > largest):
        raise TextTooLarge.of(largest)


def _chunks(stream: AsyncIterator[bytes]) -> Iterator[bytes]:
    """The body as it arrives, for a thread that anyio started."""

    async def following() -> bytes | None:
        try:
            with anyio.fail_after(_LONGEST_SILENCE):
                return await anext(stream, None)
        except TimeoutError:
            raise ClientDisconnect from None

    while (chunk := anyio.from_thread.run(following)) is not None:
        yield chunk


def _service(request: Request) -> tuple[Settings, Builder]:
    """Asked first: a text that no build follows would be in the folder and not in the index."""
    builder: Builder | None = request.app.state.builder
    if builder is None:
        raise BuilderUnavailable("ce service ne construit pas d'index ; relancez-le")
    settings: Settings = request.app.state.settings
    return settings, builder


async def _request_build(builder: Builder) -> JobOut:
    return JobOut.of(await run_in_threadpool(lambda: builder.request("texts", queue=True)))
