"""Documents, passages and set-aside spans in SQLite. Does not embed, rank or commit.

Written once, then only read: a generation's store never changes after its build.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path

from corpus.documents import (
    CutDocument,
    Document,
    Fact,
    Page,
    Passage,
    Reason,
    SetAside,
    Span,
    Unread,
    page_at,
)
from corpus.glossary import Definition, Meaning

_SCHEMA = """
create table documents (
    id text primary key, title text not null, text text not null, sha256 text not null,
    format text not null, pages text not null, facts text not null, passage_count integer not null
) without rowid;
create table passages (
    row integer primary key, id text not null unique, document_id text not null references documents,
    start integer not null, end integer not null, text text not null,
    headings text not null, sentences text not null, first_sentence integer not null
);
create index passages_by_document on passages (document_id);
create table set_aside (
    document_id text not null references documents, start integer not null, end integer not null,
    reason text not null, primary key (document_id, start)
) without rowid;
create table meanings (
    number integer primary key, acronym text not null, expansion text not null
);
create table definitions (
    meaning integer not null references meanings, position integer not null,
    document_id text not null references documents, start integer not null, end integer not null,
    sentence_start integer not null, sentence_end integer not null,
    primary key (meaning, position)
) without rowid;
create table unread (source text primary key, reason text not null, failed integer not null) without rowid;
"""
_DOCUMENT = "id, title, text, sha256, format, pages, facts"
_PASSAGE = "row, p.id, document_id, start, end, p.text, headings, sentences, first_sentence"


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with what a citation needs of its document.

    `row` is its place in the vector and word indexes, `first_sentence` that of its first
    sentence among all sentence vectors.
    """

    row: int
    passage: Passage
    title: str
    page: int | None
    first_sentence: int


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """One line of the list of documents."""

    id: str
    title: str
    format: str
    sha256: str
    characters: int
    passages: int


@dataclass(frozen=True, slots=True)
class DocumentRows:
    """Where a document's passages are: rows `first_row` to `first_row + passages`, the end excluded."""

    id: str
    format: str
    first_row: int
    passages: int


def write_store(
    path: Path,
    documents: Sequence[CutDocument],
    glossary: Sequence[Meaning],
    unread: Iterable[Unread],
) -> None:
    """Writes a new store. Passages are numbered from 0 in the order given."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_SCHEMA)
        row = first_sentence = 0
        for cut in documents:
            document = cut.document
            connection.execute(
                "insert into documents values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document.id,
                    document.title,
                    document.text,
                    document.sha256,
                    document.format,
                    json.dumps([(p.number, p.start) for p in document.pages]),
                    json.dumps([(f.kind, f.value) for f in document.facts]),
                    len(cut.passages),
                ),
            )
            for p in cut.passages:
                connection.execute(
                    "insert into passages values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        row,
                        p.id,
                        p.document_id,
                        p.start,
                        p.end,
                        p.text,
                        json.dumps(p.headings),
                        json.dumps([(s.start, s.end) for s in p.sentences]),
                        first_sentence,
                    ),
                )
                row += 1
                first_sentence += len(p.sentences)
            connection.executemany(
                "insert into set_aside values (?, ?, ?, ?)",
                [(s.document_id, s.start, s.end, s.reason.value) for s in cut.set_aside],
            )
        for number, meaning in enumerate(glossary):
            connection.execute(
                "insert into meanings values (?, ?, ?)", (number, meaning.acronym, meaning.expansion)
            )
            connection.executemany(
                "insert into definitions values (?, ?, ?, ?, ?, ?, ?)",
                [(number, i, *astuple(d)) for i, d in enumerate(meaning.definitions)],
            )
        connection.executemany(
            "insert or ignore into unread values (?, ?, ?)", [(u.source, u.reason, u.failed) for u in unread]
        )


class Store:
    """Reads one generation's documents and passages; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        # immutable: nothing writes here any more, so SQLite needs no lock files in the folder.
        self._connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def passages(self, rows: Sequence[int]) -> list[StoredPassage]:
        """The passages of these rows, in the order of `rows`."""
        marks = ",".join("?" * len(rows))
        found = self._all(
            f"select {_PASSAGE}, d.title, d.pages from passages p join documents d on d.id = document_id "
            f"where row in ({marks})",
            tuple(rows),
        )
        by_row = {record[0]: _stored_passage(record) for record in found}
        return [by_row[row] for row in rows]

    def document(self, document_id: str) -> Document | None:
        """The document of this id (its path below the folder of texts), or None."""
        found = self._all(f"select {_DOCUMENT} from documents where id = ?", (document_id,))
        return _document(found[0]) if found else None

    def summaries(self) -> list[DocumentSummary]:
        """All documents, by id."""
        return [
            DocumentSummary(*record)
            for record in self._all(
                "select id, title, format, sha256, length(text), passage_count from documents order by id"
            )
        ]

    def document_rows(self) -> list[DocumentRows]:
        """Every document that has passages, by first row; together they hold every row."""
        return [
            DocumentRows(*record)
            for record in self._all(
                "select document_id, (select format from documents where id = document_id), "
                "min(row), count(*) from passages group by document_id order by min(row)"
            )
        ]

    def passages_of(self, document_id: str) -> list[Passage]:
        """One document's passages, in order."""
        records = self._all(
            f"select {_PASSAGE}, '', '[]' from passages p where document_id = ? order by start",
            (document_id,),
        )
        return [_stored_passage(record).passage for record in records]

    def set_aside_of(self, document_id: str) -> list[SetAside]:
        """One document's set-aside spans, in order."""
        records = self._all(
            "select document_id, start, end, reason from set_aside where document_id = ? order by start",
            (document_id,),
        )
        return [SetAside(d, start, end, Reason(reason)) for d, start, end, reason in records]

    def row_at(self, document_id: str, offset: int) -> int | None:
        """The row of the passage that holds this offset of a document, if one does."""
        found = self._all(
            "select row from passages where document_id = ? and start <= ? and end > ?",
            (document_id, offset, offset),
        )
        return found[0][0] if found else None

    def glossary(self) -> list[Meaning]:
        """What the texts say acronyms stand for, in the order written."""
        definitions: defaultdict[int, list[Definition]] = defaultdict(list)
        for number, *definition in self._all(
            "select meaning, document_id, start, end, sentence_start, sentence_end "
            "from definitions order by meaning, position"
        ):
            definitions[number].append(Definition(*definition))
        return [
            Meaning(acronym, expansion, tuple(definitions[number]))
            for number, acronym, expansion in self._all("select * from meanings order by number")
        ]

    def unread(self) -> list[Unread]:
        """The files that the build did not read, and why."""
        records = self._all("select source, reason, failed from unread order by source")
        return [Unread(source, reason, bool(failed)) for source, reason, failed in records]

    def _all(self, query: str, values: tuple[object, ...] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _document(record: tuple) -> Document:  # type: ignore[type-arg]
    document_id, title, text, sha256, file_format, pages, facts = record
    return Document(
        document_id,
        title,
        text,
        sha256,
        file_format,
        _pages(pages),
        tuple(Fact(*fact) for fact in json.loads(facts)),
    )


def _pages(stored: str) -> tuple[Page, ...]:
    return tuple(Page(*page) for page in json.loads(stored))


def _stored_passage(record: tuple) -> StoredPassage:  # type: ignore[type-arg]
    row, passage_id, document_id, start, end, text, headings, sentences, first, title, pages = record
    passage = Passage(
        passage_id,
        document_id,
        start,
        end,
        text,
        tuple(json.loads(headings)),
        tuple(Span(*sentence) for sentence in json.loads(sentences)),
    )
    return StoredPassage(row, passage, title, page_at(_pages(pages), start), first)
