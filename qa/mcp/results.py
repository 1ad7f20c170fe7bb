"""What the tools give: the contract's shapes where they fit, and pages of them where they are long.

The schemas that a client is shown are made here. Nothing is searched or read.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from qa.document_schemas import DocumentOut, MeaningOut, UnreadOut


class StretchOut(BaseModel):
    """A stretch of the same document, to be asked for with these `start` and `end`."""

    start: int
    end: int


class ExcerptOut(BaseModel):
    """`text` is exactly the document's characters from `start` to `end`, in code points.

    `characters` counts those of the whole document. `truncated`: more was asked for than fits.
    """

    source: str
    title: str
    format: str
    page: int | None
    start: int
    end: int
    text: str
    characters: int
    truncated: bool
    before: StretchOut | None
    after: StretchOut | None
    url: str
    resource: str
    generation: str


class DocumentsPageOut(BaseModel):
    """Some of the documents, by source. `next_offset` is null on the last page.

    `unread`, on the first page: files of the folder that are not in the index, at most `limit`.
    """

    documents: list[DocumentOut]
    total: int
    offset: int
    next_offset: int | None
    unread: list[UnreadOut]
    unread_total: int
    generation: str


class GlossaryPageOut(BaseModel):
    """Some of the meanings, by acronym. `next_offset` is null on the last page."""

    meanings: list[MeaningOut]
    total: int
    offset: int
    next_offset: int | None
    generation: str


def schema(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> dict[str, Any]:
    """The JSON Schema of a model, for assistants: without titles, examples and what is said of a
    model to those who read its code.
    """
    plain: dict[str, Any] = _plain(model.model_json_schema(mode=mode))
    return plain


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept: dict[str, Any] = {}
    for key, value in node.items():
        if key in ("properties", "$defs"):  # below are names, which may be "title" too
            kept[key] = {name: _plain(below) for name, below in value.items()}
        elif key not in ("title", "examples") and not (key == "description" and "properties" in node):
            kept[key] = _plain(value)
    return kept
