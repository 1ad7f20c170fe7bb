"""The texts that come with Sourcier, and the quotations that the evaluation asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import corpus
from corpus.cleaning import edge_lines, recurring_lines
from corpus.documents import CutDocument
from corpus.folding import fold
from corpus.passages import cut_document
from corpus.reading.folder import Read, list_files, read_files
from tests.corpus.support import assert_accounted_for, word_starts

TEXTS = Path(corpus.__file__).parent / "texts"
QUESTIONS = Path(__file__).parents[1] / "questions.jsonl"
SOURCES, LEFT = list_files(TEXTS)
EVIDENCE = [
    (f"{row['id']}-{i}", evidence["source"], evidence["quote"])
    for row in map(json.loads, QUESTIONS.read_text("utf-8").splitlines())
    for i, evidence in enumerate(row["evidence"], 1)
]


@pytest.fixture(scope="module")
def documents() -> dict[str, CutDocument]:
    read = [found for found in read_files(TEXTS, SOURCES) if isinstance(found, Read)]
    recurring = recurring_lines(lambda: [edge_lines(found.extraction.text) for found in read])
    return {
        found.source: cut_document(
            found.extraction,
            source=found.source,
            sha256=found.sha256,
            file_format=found.format,
            token_starts=word_starts,
            recurring=recurring,
        )
        for found in read
    }


def test_all_sixteen_texts_are_read(documents: dict[str, CutDocument]) -> None:
    assert LEFT == []
    assert list(documents) == SOURCES
    assert len(SOURCES) == 16


def test_every_format_is_among_them(documents: dict[str, CutDocument]) -> None:
    formats = {cut.document.format for cut in documents.values()}
    assert formats == {"txt", "md", "html", "pdf", "docx"}


@pytest.mark.parametrize("source", SOURCES)
def test_every_character_of_a_text_is_accounted_for(documents: dict[str, CutDocument], source: str) -> None:
    assert_accounted_for(documents[source])


@pytest.mark.parametrize(("source", "quote"), [e[1:] for e in EVIDENCE], ids=[e[0] for e in EVIDENCE])
def test_a_quotation_lies_within_one_passage_of_its_source(
    documents: dict[str, CutDocument], source: str, quote: str
) -> None:
    assert any(fold(quote) in fold(passage.text) for passage in documents[source].passages)
