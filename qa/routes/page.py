"""The French page: ask at `/`, read a source at `/source/…`, scrolled to the passage.

Rendered here, without script: Jinja escapes every character of the texts and the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from fastapi.templating import Jinja2Templates
from pydantic_core import PydanticCustomError

from corpus.documents import Document, Reason, SetAside
from corpus.errors import SourcierError
from qa.answer import ask
from qa.citing import Citation
from qa.french import REASONS
from qa.problems import UnknownDocument, headers_of, status_of
from qa.replies import source_url
from qa.routes import Remember, Threshold, holder_of
from qa.routes.documents import find_document
from qa.schemas import DEFAULT_TOP_K, LONGEST_QUESTION, check_question

router = APIRouter(include_in_schema=False)
_FOLDER = Path(__file__).resolve().parent.parent / "page"
_templates = Jinja2Templates(_FOLDER / "templates")
_templates.env.globals["source_url"] = source_url
_templates.env.globals["longest_question"] = LONGEST_QUESTION


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text shown in one manner. `reason` names why it was set aside, if it was;
    a heading is set aside too, but shown as what it is."""

    text: str
    marked: bool = False
    heading: bool = False
    reason: str | None = None


@router.get("/")
def home(
    request: Request, threshold: Threshold, remember: Remember, question: Annotated[str, Query()] = ""
) -> Response:
    """The question's form, and the answer below it when one was asked."""
    context: dict[str, object] = {"question": question[:LONGEST_QUESTION]}
    status, headers = 200, {}
    try:
        with holder_of(request).lease() as engine:
            context["index"] = engine.manifest
            if "question" in request.query_params:
                asked = check_question(question)
                answer = ask(engine, asked, DEFAULT_TOP_K, threshold=threshold)
                remember(asked)
                context["answer"] = answer
                context["passages"] = [(c, quote_pieces(c)) for c in answer.citations]
    except PydanticCustomError as error:
        context["error"], status = error.message(), 422
    except SourcierError as error:
        context["error"], status, headers = str(error), status_of(error)[0], headers_of(error)
    return _templates.TemplateResponse(request, "home.html", context, status, headers)


@router.get("/source/{source:path}")
def source_page(request: Request, source: str) -> Response:
    """A document's whole text, what was set aside greyed, one span highlighted."""
    try:
        # No dependency: without an index this says so on a page, not in a problem document.
        with holder_of(request).lease() as engine:
            document = find_document(engine, source)
            set_aside = engine.set_aside_of(source)
    except SourcierError as error:
        status = 404 if isinstance(error, UnknownDocument) else status_of(error)[0]
        return _templates.TemplateResponse(request, "missing.html", {"error": str(error)}, status)
    span = _span(request.query_params.get("start"), request.query_params.get("end"), document)
    context = {
        "document": document,
        "page": document.page_at(span[0]) if span else None,
        "pieces": document_pieces(document, set_aside, span),
    }
    return _templates.TemplateResponse(request, "source.html", context)


@router.get("/assets/style.css")
def style() -> FileResponse:
    """The one style sheet."""
    return FileResponse(_FOLDER / "style.css", media_type="text/css")


def quote_pieces(citation: Citation) -> list[Piece]:
    """A citation's quote, its highlights marked, in order; the pieces join to the quote."""
    pieces, position = [], citation.start
    for highlight in sorted(citation.highlights, key=lambda h: h.start):
        pieces.append(Piece(citation.quote[position - citation.start : highlight.start - citation.start]))
        pieces.append(Piece(highlight.quote, marked=True))
        position = highlight.end
    pieces.append(Piece(citation.quote[position - citation.start :]))
    return [piece for piece in pieces if piece.text]


def document_pieces(
    document: Document,
    set_aside: Sequence[SetAside],
    span: tuple[int, int] | None,
) -> list[Piece]:
    """A text cut wherever its appearance changes; the pieces join to the text."""
    first, last = span or (0, 0)
    # What lies inside the span is shown as the span, in one piece.
    aside = [s for s in set_aside if s.end <= first or s.start >= last]
    cuts = {0, len(document.text), first, last, *(s.start for s in aside), *(s.end for s in aside)}
    # Set-aside spans are disjoint and every end is a cut: a piece begins one or is in none.
    starts = {s.start: s.reason for s in aside}
    pieces = []
    ordered = sorted(cuts)
    for start, end in pairwise(ordered):
        reason = starts.get(start)
        heading = reason is Reason.HEADING
        marked = first <= start < last
        pieces.append(
            Piece(
                document.text[start:end],
                marked,
                heading=heading,
                reason=REASONS[reason] if reason and not heading else None,
            )
        )
    return pieces


def _span(start: str | None, end: str | None, document: Document) -> tuple[int, int] | None:
    """The span asked for, or None when it is missing or not one of this text."""
    if start is None or end is None or not (start.isdecimal() and end.isdecimal()):
        return None
    # A number of a million digits would take int() for ever.
    if max(len(start), len(end)) > 12:
        return None
    first, last = int(start), int(end)
    return (first, last) if first < last <= len(document.text) else None
