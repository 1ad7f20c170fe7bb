"""GET /v1/documents: what the index holds. Reads the store, never the folder of texts."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from corpus.documents import Document
from index.engine import Engine
from qa.document_schemas import DocumentFactsOut, DocumentsOut
from qa.problems import UnknownDocument
from qa.replies import document_facts_out, documents_out
from qa.routes import CurrentEngine

router = APIRouter(prefix="/v1/documents", tags=["documents"])


@router.get("")
def list_documents(engine: CurrentEngine) -> DocumentsOut:
    """Tous les documents, et les fichiers laissés de côté avec la raison."""
    return documents_out(engine)


@router.get("/{source:path}/text", response_class=PlainTextResponse)
def document_text(source: str, engine: CurrentEngine) -> PlainTextResponse:
    """Le texte auquel les positions des citations se rapportent, sans rien y changer."""
    return PlainTextResponse(find_document(engine, source).text)


@router.get("/{source:path}")
def document_facts(source: str, engine: CurrentEngine) -> DocumentFactsOut:
    """Ce que l'on sait d'un document, et ce qui y est mis de côté."""
    return document_facts_out(find_document(engine, source), engine)


def find_document(engine: Engine, source: str) -> Document:
    """The document of this source. Raises UnknownDocument; the folder is never looked at."""
    document = engine.document(source)
    if document is None:
        raise UnknownDocument("aucun document de l'index ne porte ce nom ; voyez /v1/documents")
    return document
