"""The texts of a folder as a stream, in the order of sources: what stays, and what is cut and analysed now.

A window holds a bounded number of fresh passages, however large the folder. A very long text is cut whole
all the same, and its passages shared out: of it, only the encoding is bounded. Writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from corpus.documents import CutDocument
from corpus.glossary import Defined, mined
from corpus.passages import TokenStarts
from index.arrays import Analyses
from index.calibration import Titled, read_text
from index.counting import count_terms
from index.duplicates import likenesses
from index.encoding import contents
from index.french import phrases, terms
from index.store import DocumentRows
from index.texts import Gathered, cut

# Fresh passages. An encoder wants passages of like length together, and finds them among so many;
# what they are encoded to takes 25 kB each until it is written.
WINDOW = 2048


@dataclass(frozen=True, slots=True)
class Fresh:
    """A document that was cut now, with the places where it defines an acronym."""

    cut: CutDocument
    defined: tuple[Defined, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Documents that follow one another, all `kept` or all `fresh`; `titled` are the passages of the
    fresh ones, `analyses` what is found in them.

    The passages of a very long text go on in the next stretches, without their document.
    """

    kept: tuple[DocumentRows, ...]
    fresh: tuple[Fresh, ...]
    titled: tuple[Titled, ...]
    analyses: Analyses


@dataclass(frozen=True, slots=True)
class Window:
    """Stretches that follow one another. `behind` is the share, of all that there is to cut, that was
    cut when this window was full; 0 to 1.
    """

    stretches: tuple[Stretch, ...]
    behind: float

    @property
    def titled(self) -> list[Titled]:
        """The fresh passages, with the titles of their documents."""
        return [each for stretch in self.stretches for each in stretch.titled]


def windows(
    gathered: Gathered,
    token_starts: TokenStarts,
    pulse: Callable[[], None] = lambda: None,
    size: int = WINDOW,
) -> Iterator[Window]:
    """All documents, `size` fresh passages at a time; `pulse` is called before each is cut."""
    fresh = gathered.fresh
    total = sum(map(fresh.size, fresh.sources()))
    ordered: list[tuple[str, DocumentRows | None]] = [(d.id, d) for d in gathered.kept]
    ordered += [(source, None) for source in fresh.sources()]
    ordered.sort(key=lambda pair: pair[0])
    stretches: list[Stretch] = []
    room, behind = size, 0
    for is_fresh, group in groupby(ordered, key=lambda pair: pair[1] is None):
        if not is_fresh:
            stretches.append(stretch_of(kept=[document for _, document in group if document is not None]))
            continue
        documents: list[Fresh] = []
        titled: list[Titled] = []
        for source, _ in group:
            pulse()
            found = cut(fresh.get(source), token_starts, gathered.recurring)
            documents.append(Fresh(found, tuple(mined(found))))
            titled += [(found.document.title, passage) for passage in found.passages]
            behind += fresh.size(source)
            while len(titled) >= room:
                stretches.append(stretch_of(documents, titled[:room]))
                documents, titled = [], titled[room:]
                yield Window(tuple(stretches), behind / total)
                stretches, room = [], size
        if documents or titled:
            stretches.append(stretch_of(documents, titled))
            room -= len(titled)
    yield Window(tuple(stretches), 1.0)


def stretch_of(
    fresh: Sequence[Fresh] = (), titled: Sequence[Titled] = (), kept: Sequence[DocumentRows] = ()
) -> Stretch:
    """A stretch with its analyses."""
    # Headings count as much as the text: bench/RESULTS.md, "Word index".
    found = [terms(read_text(title, p)) for title, p in titled]
    analyses = Analyses(
        contents(titled),
        likenesses([p.text for _, p in titled]),
        count_terms([Counter(each) for each in found]),
        count_terms([Counter(phrases(each)) for each in found]),
    )
    return Stretch(tuple(kept), tuple(fresh), tuple(titled), analyses)
