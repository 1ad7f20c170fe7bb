"""Documents as resources: `sourcier://documents/{source}`, its text. Reads the index, not the folder."""

from __future__ import annotations

from bisect import bisect_right
from urllib.parse import quote, unquote

from mcp_types import (
    ListResourcesResult,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from index.engine import Engine
from index.store import DocumentSummary
from qa.mcp.arguments import is_unicode
from qa.problems import UnknownDocument

_PREFIX = "sourcier://documents/"
# A client that shows all of them asks for the next page by itself.
_PAGE = 100
TEMPLATE = ResourceTemplate(
    name="document",
    title="Le texte d'un document",
    uri_template=_PREFIX + "{source}",
    description="Le texte entier auquel les positions des citations se rapportent. « source » est le "
    "chemin du document, encodé (« / » devient %2F).",
    mime_type="text/plain",
)


def uri_of(source: str) -> str:
    """The URI of a document: RFC 6570's simple expansion of the template, so all but A-Z a-z 0-9
    and `-._~` is encoded.
    """
    return _PREFIX + quote(source, safe="")


def source_of(uri: str) -> str:
    """The document that a URI names, its `/` encoded or not. Raises UnknownDocument."""
    if not uri.startswith(_PREFIX) or not is_unicode(uri):
        raise UnknownDocument(f"aucune ressource n'a cette adresse ; un document est à {_PREFIX}…")
    return unquote(uri.removeprefix(_PREFIX))


def listed(engine: Engine, cursor: str | None) -> ListResourcesResult:
    """A page of the documents, by source, after the one that the cursor names."""
    documents = engine.documents()
    # A source rather than a number: where the index was replaced in between, none is passed over.
    first = 0 if cursor is None else bisect_right([d.id for d in documents], unquote(cursor))
    page = documents[first : first + _PAGE]
    more = first + _PAGE < len(documents)
    return ListResourcesResult(
        resources=[_resource(document) for document in page],
        next_cursor=quote(page[-1].id, safe="") if more else None,
    )


def read(engine: Engine, uri: str) -> ReadResourceResult:
    """The text of a document. Raises UnknownDocument."""
    document = engine.document(source_of(uri))
    if document is None:
        raise UnknownDocument("aucun document de l'index n'a cette adresse ; voyez la liste des ressources")
    text = TextResourceContents(uri=uri, mime_type=_mime_type(document.format), text=document.text)
    return ReadResourceResult(contents=[text])


def _resource(document: DocumentSummary) -> Resource:
    return Resource(
        uri=uri_of(document.id),
        name=document.id,
        title=document.title,
        mime_type=_mime_type(document.format),
    )


def _mime_type(file_format: str) -> str:
    # The text of an HTML page, of a PDF or of a Word document is what was read of it.
    return "text/markdown" if file_format == "md" else "text/plain"
