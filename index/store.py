"""Reads the documents, passages and set-aside spans of a generation from SQLite. Writes nothing:
see `store_writing`. A generation's store never changes after its build.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import Document, Fact, Page, Passage, Reason, SetAside, Span, Unread, page_at
from corpus.glossary import Defined, Definition, Meaning, meanings
from corpus.reading.survey import FileState, Stamp, Survey

_DOCUMENT = "id, title, text, sha256, format, pages, facts"
_PASSAGE = "row, p.id, document_id, start, end, p.text, headings, sentences"
# Documents. What is told of every one is read so many at once.
_AT_ONCE = 1000
_ERRNO = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_CANTOPEN: errno.EIO,
}


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with what a citation needs of its document. `row` is its place in every index."""

    row: int
    passage: Passage
    title: str
    page: int | None


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


class Store:
    """Reads one generation's documents and passages; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with disk_errors(path):
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
        # One record: SQLite lets other threads run before each that it gives, and waits for its turn after.
        marks = ",".join("?" * len(rows))
        ((found,),) = self._all(
            f"select json_group_array(json_array({_PASSAGE}, d.title, d.pages)) "
            f"from passages p join documents d on d.id = document_id where row in ({marks})",
            tuple(rows),
        )
        by_row = {record[0]: _stored_passage(record) for record in json.loads(found)}
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

    def hashes(self) -> dict[str, str]:
        """The sha256 of each document's file, by id."""
        return dict(self._all("select id, sha256 from documents"))

    def document_rows(self) -> list[DocumentRows]:
        """Every document, by id; together they hold every row, one after another."""
        return [
            DocumentRows(*record)
            for record in self._all("select id, format, first_row, passage_count from documents order by id")
        ]

    def texts_of(self, document_ids: Sequence[str]) -> Iterator[tuple[str, Sequence[Passage]]]:
        """The title and the passages of each of these documents, in the order given."""
        for document_id in document_ids:
            (title,) = self._all("select title from documents where id = ?", (document_id,))[0]
            yield title, self.passages_of(document_id)

    def edges(self) -> Iterator[tuple[str, frozenset[str]]]:
        """The lines near the edges of each document, by id, as `corpus.cleaning.edge_lines` has them."""
        query, last = "select id, edges from documents where id > ? order by id limit ?", ""
        while found := self._all(query, (last, _AT_ONCE)):
            for document_id, edges in found:
                yield document_id, frozenset(json.loads(edges))
            last = found[-1][0]

    def fact(self, name: str) -> str:
        """What the build noted under a name; see `store_writing`."""
        return str(self._all("select value from build where name = ?", (name,))[0][0])

    def survey(self) -> Survey:
        """What the files of the folder were when this index was built."""
        files = {
            source: FileState(source, Stamp(*stamp), sha256)
            for source, sha256, *stamp in self._all(
                "select source, sha256, size, modified_ns, changed_ns, inode from files order by source"
            )
        }
        return Survey(files, tuple(self.unread()), int(self.fact("begun_ns")))

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

    def set_aside_count(self) -> int:
        """How many spans are set aside, of all documents."""
        return int(self._all("select count(*) from set_aside")[0][0])

    def row_at(self, document_id: str, offset: int) -> int | None:
        """The row of the passage that holds this offset of a document, if one does."""
        found = self._all(
            "select row from passages where document_id = ? and start <= ? and end > ?",
            (document_id, offset, offset),
        )
        return found[0][0] if found else None

    def defined(self) -> list[Defined]:
        """Every place of the texts that says what an acronym stands for, in order."""
        found = self._all(
            "select document_id, start, end, sentence_start, sentence_end, acronym, expansion "
            "from definitions order by 1, 2, 3, 4, 5, 6, 7"
        )
        return [Defined(Definition(*place), acronym, expansion) for *place, acronym, expansion in found]

    def glossary(self) -> tuple[Meaning, ...]:
        """What the texts say acronyms stand for."""
        return meanings(self.defined())

    def unread(self) -> list[Unread]:
        """The files that the build did not read, and why."""
        records = self._all("select source, reason, failed from unread order by source")
        return [Unread(source, reason, bool(failed)) for source, reason, failed in records]

    def _all(self, query: str, values: tuple[object, ...] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock, disk_errors(self._path):
            return self._connection.execute(query, values).fetchall()


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """SQLite's errors of the disk become those of the operating system; its others are ours."""
    try:
        yield
    except sqlite3.Error as error:
        # The high bytes say which call failed.
        number = _ERRNO.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if number is None:
            raise
        raise OSError(number, os.strerror(number), str(path)) from error


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
    row, passage_id, document_id, start, end, text, headings, sentences, title, pages = record
    passage = Passage(
        passage_id,
        document_id,
        start,
        end,
        text,
        tuple(json.loads(headings)),
        tuple(Span(*sentence) for sentence in json.loads(sentences)),
    )
    return StoredPassage(row, passage, title, page_at(_pages(pages), start))
