"""Writes a generation's documents, passages and set-aside spans to SQLite, and what its build noted.

What stays as it was is copied from the store before, inside SQLite. Reads nothing back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from corpus.cleaning import edge_lines
from corpus.documents import CutDocument, Unread
from corpus.glossary import Defined
from corpus.reading.survey import FileState
from index.store import DocumentRows, disk_errors

_SCHEMA = """
create table documents (
    id text primary key, title text not null, text text not null, sha256 text not null,
    format text not null, pages text not null, facts text not null, edges text not null,
    first_row integer not null, passage_count integer not null
) without rowid;
-- To open an index, all documents are listed: without reading past the text of each.
create index document_rows on documents (id, format, first_row, passage_count);
create table passages (
    row integer primary key, id text not null unique, document_id text not null references documents,
    start integer not null, end integer not null, text text not null,
    headings text not null, sentences text not null
);
create index passages_by_document on passages (document_id);
create table set_aside (
    document_id text not null references documents, start integer not null, end integer not null,
    reason text not null, primary key (document_id, start)
) without rowid;
create table definitions (
    document_id text not null references documents, start integer not null, end integer not null,
    sentence_start integer not null, sentence_end integer not null,
    acronym text not null, expansion text not null
);
create table unread (source text primary key, reason text not null, failed integer not null) without rowid;
create table files (
    source text primary key, sha256 text not null, size integer not null, modified_ns integer not null,
    changed_ns integer not null, inode integer not null
) without rowid;
create table build (name text primary key, value text not null) without rowid;
"""
_COPY = """
insert into documents
    select id, title, text, sha256, format, pages, facts, edges, kept.first_row, passage_count
    from before.documents join kept using (id);
insert into passages
    select row + kept.first_row - d.first_row, p.id, document_id, start, end, p.text, headings, sentences
    from kept join before.documents d using (id) join before.passages p on p.document_id = kept.id;
insert into set_aside select a.* from kept join before.set_aside a on a.document_id = kept.id;
insert into definitions select f.* from before.definitions f join kept on kept.id = f.document_id;
"""


class StoreWriter:
    """A new store, to which documents are added as they are cut; close it.

    Raises OSError, as all that writes a generation does: SQLite's own errors of the disk too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with disk_errors(path):
            self._connection = sqlite3.connect(path.resolve().as_uri(), uri=True)
            try:
                # Nobody reads a draft, and a commit syncs its files: no journal is needed meanwhile.
                self._connection.execute("pragma journal_mode = off")
                self._connection.execute("pragma synchronous = off")
                self._connection.executescript(_SCHEMA)
            except BaseException:
                self._connection.close()
                raise

    def add(self, cut: CutDocument, defined: Iterable[Defined], first_row: int) -> None:
        """Adds a document that was cut now, the acronyms that it defines, and its passages."""
        with disk_errors(self._path):
            _add(self._connection, cut, defined, first_row)

    def finish(
        self,
        kept: Sequence[tuple[DocumentRows, int]],
        before: Path | None,
        *,
        unread: Iterable[Unread],
        files: Iterable[FileState],
        facts: Mapping[str, str],
    ) -> None:
        """Adds the documents of the store `before` that are kept, each with its first row, and all else.

        `files` are the states of the files surveyed, `facts` what the build notes for the next one.
        """
        with disk_errors(self._path):
            connection = self._connection
            # Ends what was begun by the first document: another store cannot be attached within.
            connection.commit()
            if before is not None and kept:
                _copy(connection, before, kept)
            connection.executemany(
                "insert or ignore into unread values (?, ?, ?)",
                [(u.source, u.reason, u.failed) for u in unread],
            )
            connection.executemany(
                "insert into files values (?, ?, ?, ?, ?, ?)",
                [
                    (f.source, f.sha256, f.stamp.size, f.stamp.modified_ns, f.stamp.changed_ns, f.stamp.inode)
                    for f in files
                ],
            )
            connection.executemany("insert into build values (?, ?)", facts.items())
            connection.commit()

    def close(self) -> None:
        """Lets go of the file, finished or not."""
        self._connection.close()


def _copy(connection: sqlite3.Connection, before: Path, kept: Iterable[tuple[DocumentRows, int]]) -> None:
    connection.execute("attach ? as before", (f"{before.resolve().as_uri()}?mode=ro&immutable=1",))
    connection.execute("create temp table kept (id text primary key, first_row integer not null)")
    connection.executemany("insert into kept values (?, ?)", [(d.id, first) for d, first in kept])
    for statement in filter(str.strip, _COPY.split(";")):
        connection.execute(statement)
    connection.commit()
    connection.execute("detach before")


def _add(
    connection: sqlite3.Connection, cut: CutDocument, defined: Iterable[Defined], first_row: int
) -> None:
    document = cut.document
    connection.execute(
        "insert into documents values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document.id,
            document.title,
            document.text,
            document.sha256,
            document.format,
            json.dumps([(p.number, p.start) for p in document.pages]),
            json.dumps([(f.kind, f.value) for f in document.facts]),
            json.dumps(sorted(edge_lines(document.text)), ensure_ascii=False),
            first_row,
            len(cut.passages),
        ),
    )
    connection.executemany(
        "insert into passages values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                row,
                p.id,
                p.document_id,
                p.start,
                p.end,
                p.text,
                json.dumps(p.headings),
                json.dumps([(s.start, s.end) for s in p.sentences]),
            )
            for row, p in enumerate(cut.passages, first_row)
        ],
    )
    connection.executemany(
        "insert into set_aside values (?, ?, ?, ?)",
        [(s.document_id, s.start, s.end, s.reason.value) for s in cut.set_aside],
    )
    connection.executemany(
        "insert into definitions values (?, ?, ?, ?, ?, ?, ?)",
        [
            (d.document_id, d.start, d.end, d.sentence_start, d.sentence_end, found.acronym, found.expansion)
            for found in defined
            for d in (found.definition,)
        ],
    )
