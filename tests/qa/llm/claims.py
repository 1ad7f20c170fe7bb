"""Sentences written by hand over passages, false and fair: see claims_false.txt, claims_true.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index.store import Store
from qa.citing import Citation
from tests.qa.llm.pairs import citation_of
from tests.qa.llm.support import citation


def claims(name: str, store: Store) -> Iterator[tuple[str, Sequence[Citation]]]:
    """Each sentence of a file, with its `[n]`, and the citations it may name."""
    known = [
        citation_of(1, passage, document.title)
        for document in store.summaries()
        for passage in store.passages_of(document.id)
    ]
    cited: list[Citation] = []
    for line in Path(__file__).with_name(name).read_text("utf-8").splitlines():
        if line.startswith("@@ "):
            cited = [citation(1, line[3:].replace("\\n", "\n"))]
        elif line.startswith("@ "):
            cited = [_found(part, n, known) for n, part in enumerate(line[2:].split(" || "), 1)]
        elif line and not line.startswith("#"):
            yield line if re.search(r"\[\d", line) else f"{line} [1]", cited


def _found(words: str, number: int, known: Sequence[Citation]) -> Citation:
    """The one passage of the demonstration texts with these words; else a passage that they are."""
    found = [each for each in known if words in each.quote]
    assert len(found) <= 1, words
    return replace(found[0], number=number) if found else citation(number, words)
