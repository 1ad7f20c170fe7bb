"""Writes a generation's documents, passages and set-aside spans to SQLite, and what its build noted.

What stays as it was is copied from the store before, inside SQLite. Reads nothing back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from corpus.cleaning import edge_lines
from corpus.documents import CutDocument, Unread
from corpus.glossary import mined
from corpus.reading.survey import FileState
from index.layout import Layout
from index.store import disk_errors

_SCHEMA = """
create table documents (
    id text primary key, title text not null, text text not null, sha256 text not null,
    format text not null, pages text not null, facts text not null, edges text not null,
    first_row integer not null, passage_count integer not null
) without rowid;
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


def write_store(
    path: Path,
    layout: Layout,
    before: Path | None,
    *,
    unread: Iterable[Unread],
    files: Iterable[FileState],
    facts: Mapping[str, str],
) -> None:
    """Writes a new store; `before` is the one that the layout's kept documents are in.

    `files` are the states of the files surveyed, `facts` what the build notes for the next one.
    Raises OSError, as all that writes a generation does: SQLite's own errors of the disk too.
    """
    with disk_errors(path), closing(sqlite3.connect(path.resolve().as_uri(), uri=True)) as connection:
        # Nobody reads a draft, and a commit syncs its files: no journal is needed meanwhile.
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        connection.executescript(_SCHEMA)
        if before is not None and layout.kept:
            _copy(connection, before, layout)
        for cut, first_row in layout.fresh:
            _add(connection, cut, first_row)
        connection.executemany(
            "insert or ignore into unread values (?, ?, ?)", [(u.source, u.reason, u.failed) for u in unread]
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


def _copy(connection: sqlite3.Connection, before: Path, layout: Layout) -> None:
    connection.execute("attach ? as before", (f"{before.resolve().as_uri()}?mode=ro&immutable=1",))
    connection.execute("create temp table kept (id text primary key, first_row integer not null)")
    connection.executemany("insert into kept values (?, ?)", [(d.id, first) for d, first in layout.kept])
    for statement in filter(str.strip, _COPY.split(";")):
        connection.execute(statement)
    connection.commit()
    connection.execute("detach before")


def _add(connection: sqlite3.Connection, cut: CutDocument, first_row: int) -> None:
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
            for found in mined(cut)
            for d in (found.definition,)
        ],
    )
