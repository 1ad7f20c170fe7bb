"""What a folder of texts says now: which documents stay as they were cut, which are read to be cut again.

Encodes nothing, and writes nothing but what `readings` puts aside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.changes import Changes, compare
from corpus.cleaning import edge_lines, recurring_lines
from corpus.documents import CutDocument, Unread
from corpus.passages import TokenStarts, cut_document
from corpus.reading.apart import KILLED, parsing
from corpus.reading.folder import CHANGED, Read, list_files, read_files
from corpus.reading.survey import NOTHING_KNOWN, FileState, Survey, survey
from index.previous import Previous
from index.progress import Progress
from index.readings import Readings
from index.store import DocumentRows


@dataclass(frozen=True, slots=True)
class Gathered:
    """The texts of a folder. `kept`: documents of the index before that stay as they are; `fresh`:
    those that were read, to be cut. `recurring`: the lines that come back in many of all.
    """

    kept: tuple[DocumentRows, ...]
    fresh: Readings
    unread: tuple[Unread, ...]
    files: tuple[FileState, ...]
    begun_ns: int
    recurring: frozenset[str]
    changes: Changes


def gather(
    texts: Path,
    previous: Previous | None,
    readings: Readings,
    progress: Progress,
    settle: float = 0.0,
    lap: Callable[[str], None] = lambda _: None,
) -> Gathered:
    """The texts now; of what `previous` has, the same bytes are not read again. Raises MissingTexts.

    What is read goes to `readings`, the caller's to close. `lap` is told the end of each stage.
    """
    before = previous.store.survey() if previous else NOTHING_KNOWN
    taken = survey(texts, before, settle, lambda done, total: progress("inventaire", done, total))
    lap("inventaire")
    hashes_before, hashes = _hashes(before.files), _hashes(taken.files)
    changes = compare(hashes_before, hashes)
    cut_before = _cut_before(previous)
    documents = {d.id: d for d, sha256 in cut_before.values() if hashes.get(d.id) == sha256}
    known: dict[str, Unread] = {}
    if previous is not None and previous.same_recipe:
        same = {source for source, sha256 in hashes.items() if hashes_before.get(source) == sha256}
        # A file that failed may be readable now, without its bytes having changed: rights, memory.
        known = {u.source: u for u in before.left if not u.failed and u.source in same}
    wanted = [source for source in hashes if source not in documents and source not in known]
    unread = _read(texts, wanted, progress, readings.add, hashes, _deadly(before, hashes))
    recurring = recurring_lines(lambda: _edges(previous, documents, readings))
    if previous is not None and recurring != previous.recurring:
        recut = list(previous.holding(documents, recurring ^ previous.recurring))
        for source in recut:
            del documents[source]
        unread += _read(texts, recut, progress, readings.add, hashes)
    # A text that is being written keeps its old version, as it was cut; the next build reads it.
    writing = {u.source for u in unread if u.reason == CHANGED and u.source in cut_before}
    documents |= {source: cut_before[source][0] for source in writing}
    unread = [u for u in unread if u.source not in writing]
    lap("lecture")
    left = sorted([*taken.left, *known.values(), *unread], key=lambda u: u.source)
    return Gathered(
        tuple(documents.values()),
        readings,
        tuple(left),
        tuple(taken.files.values()),
        taken.begun_ns,
        recurring,
        changes.with_failed(tuple(u.source for u in left if u.failed)),
    )


def read_folder(texts: Path, progress: Progress = lambda *_: None) -> tuple[list[Read], list[Unread]]:
    """Every text of a folder, read; and every file that was not, with the reason."""
    sources, left = list_files(texts)
    read: list[Read] = []
    unread = _read(texts, sources, progress, read.append)
    return read, sorted([*left, *unread], key=lambda u: u.source)


def cut_documents(
    read: Sequence[Read],
    token_starts: TokenStarts,
    progress: Progress = lambda *_: None,
) -> list[CutDocument]:
    """Cuts each text, knowing which lines come back in many of them."""
    recurring = recurring_lines(lambda: (edge_lines(r.extraction.text) for r in read))
    documents = []
    progress("découpage", 0, len(read))
    for done, r in enumerate(read, 1):
        documents.append(cut(r, token_starts, recurring))
        progress("découpage", done, len(read))
    return documents


def cut(read: Read, token_starts: TokenStarts, recurring: frozenset[str]) -> CutDocument:
    """Cuts one text, given the lines that come back in many."""
    return cut_document(
        read.extraction,
        source=read.source,
        sha256=read.sha256,
        file_format=read.format,
        token_starts=token_starts,
        recurring=recurring,
    )


def _cut_before(previous: Previous | None) -> dict[str, tuple[DocumentRows, str]]:
    """The documents that were cut as they would be now, by source, with the hash of their bytes."""
    if previous is None or not previous.same_recipe:
        return {}
    hashes = previous.store.hashes()
    return {d.id: (d, hashes[d.id]) for d in previous.store.document_rows()}


def _read(
    texts: Path,
    sources: Sequence[str],
    progress: Progress,
    take: Callable[[Read], None],
    hashes: Mapping[str, str] | None = None,
    deadly: Collection[str] = (),
) -> list[Unread]:
    """Gives `take` each text; what could not be read. `deadly`: see `parsing`."""
    unread: list[Unread] = []
    progress("lecture", 0, len(sources))
    with parsing(sources, deadly=deadly) as (parse, ahead):
        for done, result in enumerate(read_files(texts, sources, hashes, parse, ahead), 1):
            if isinstance(result, Read):
                take(result)
            else:
                unread.append(result)
            progress("lecture", done, len(sources))
    return unread


def _deadly(before: Survey, hashes: Mapping[str, str]) -> frozenset[str]:
    """The files whose bytes killed their reader at the build before, under whatever name."""
    killed = {
        before.files[u.source].sha256
        for u in before.left
        if u.reason.startswith(KILLED) and u.source in before.files
    }
    return frozenset(source for source, sha256 in hashes.items() if sha256 in killed)


def _edges(
    previous: Previous | None, documents: Mapping[str, DocumentRows], readings: Readings
) -> Iterator[frozenset[str]]:
    """The edge lines of every text: of those that stay, as the index before has them."""
    if previous is not None and documents:
        yield from (lines for source, lines in previous.store.edges() if source in documents)
    yield from readings.edges()


def _hashes(files: Mapping[str, FileState]) -> dict[str, str]:
    return {source: file.sha256 for source, file in files.items()}
