"""What the tests of this folder share: cutting with one token a word, and saying what came out."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from corpus.documents import CutDocument, Extraction, Heading, Reason, Span, uncovered
from corpus.glossary import Meaning, meanings, mined
from corpus.passages import PassageSize, cut_document

_HOSTILE = """
import os, signal, time
from corpus.reading import worker
from corpus.reading.folder import read_bytes
def read(source, data):
    if data == b"kill":
        os.kill(os.getpid(), signal.SIGSEGV)
    if data == b"exit":
        os._exit(3)
    if data == b"print":
        print("bavardage", flush=True)
    if data == b"print in C":
        os.write(1, b"bavardage")
    if data == b"wait":
        with open(os.environ["BEGUN"], "a") as begun:
            begun.write(f"{os.getpid()}\\n")
    while data == b"wait":
        time.sleep(0.1)
    return read_bytes(source, data)
worker.read_bytes = read
worker.main()
"""
# The command of a reading process in which a file ends it, prints, or never ends, by what its bytes are.
HOSTILE = (sys.executable, "-c", _HOSTILE)


def mine(documents: Iterable[CutDocument]) -> tuple[Meaning, ...]:
    """What the acronyms of these texts mean."""
    return meanings(defined for cut in documents for defined in mined(cut))


def word_starts(text: str) -> list[int]:
    """A token a word, so that a test can count tokens by eye."""
    return [match.start() for match in re.finditer(r"\S+", text)]


def cut(
    content: str | Extraction,
    *,
    source: str = "texte.txt",
    recurring: frozenset[str] = frozenset(),
    size: PassageSize | None = None,
) -> CutDocument:
    extraction = Extraction(content) if isinstance(content, str) else content
    return cut_document(
        extraction,
        source=source,
        sha256="0",
        file_format="txt",
        token_starts=word_starts,
        recurring=recurring,
        size=size,
    )


def passage_texts(cut_text: CutDocument) -> list[str]:
    return [passage.text for passage in cut_text.passages]


def aside(cut_text: CutDocument) -> list[tuple[str, Reason]]:
    """What was set aside, headings apart: these are asked about on their own."""
    text = cut_text.document.text
    kept = (s for s in cut_text.set_aside if s.reason is not Reason.HEADING)
    return [(text[s.start : s.end], s.reason) for s in kept]


def slices(text: str, spans: Iterable[Span | Heading]) -> list[str]:
    return [text[span.start : span.end] for span in spans]


def assert_accounted_for(cut_text: CutDocument) -> None:
    """Every promise of `CutDocument` and `Passage` about spans."""
    text = cut_text.document.text
    assert uncovered(cut_text) == ()
    for passage in cut_text.passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.text == passage.text.strip()
        edges = [passage.start, *(e for s in passage.sentences for e in (s.start, s.end)), passage.end]
        assert edges == sorted(edges)
        assert (edges[0], edges[-1]) == (edges[1], edges[-2])
        assert all(s.start < s.end for s in passage.sentences)
    taken = [(p.start, p.end) for p in cut_text.passages] + [(s.start, s.end) for s in cut_text.set_aside]
    ends = [edge for span in sorted(taken) for edge in span]
    assert ends == sorted(ends)
