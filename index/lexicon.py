"""How the texts write their words, kept with their index; questions are rewritten with it.

Built from the texts when they are indexed. Citations and texts are never touched.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index import spellings
from index.mending import mend
from index.spellings import Forms


@dataclass(frozen=True, slots=True, repr=False)
class Lexicon:
    """What the texts, and French, know of words. Keys are folded words.

    `written`: the usual spelling, capitalised where it nearly always is inside sentences;
    `counts`: how often, in all spellings. `usual` holds the other spellings that the texts have,
    `french` those that only French has, in lower case both. `compounds`: the parts joined by
    spaces, or by nothing, to the spelling with hyphens. `accented`: the words that the texts do
    not have and that French only spells with accents. `dictionary`: CRC-32 of each folded French
    word, in order.
    """

    written: Mapping[str, str]
    counts: Mapping[str, int]
    usual: frozenset[str]
    french: frozenset[str]
    compounds: Mapping[str, str]
    accented: Mapping[str, str]
    dictionary: NDArray[np.uint32]

    def mended(self, question: str) -> str:
        """The question as the texts would write it; a well-written one as it is. See `mending`."""
        return mend(question, self)

    def is_french(self, word: str) -> bool:
        """Whether French has a folded word; once in ten thousand a false yes."""
        checksum = np.uint32(crc32(word.encode()))
        place = int(np.searchsorted(self.dictionary, checksum))
        return place < len(self.dictionary) and bool(self.dictionary[place] == checksum)

    def to_bytes(self) -> bytes:
        """One .npz archive, without pickled objects."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            words=_packed(self.written),
            written=_packed(self.written.values()),
            counts=np.array(list(self.counts.values()), np.int64),
            usual=_packed(sorted(self.usual)),
            french=_packed(sorted(self.french)),
            compounds=_packed(sorted(self.compounds)),
            hyphened=_packed(self.compounds[each] for each in sorted(self.compounds)),
            # Folding them again would take most of the opening.
            folded=_packed(self.accented),
            accented=_packed(self.accented.values()),
            dictionary=self.dictionary,
        )
        return buffer.getvalue()


def from_bytes(data: bytes) -> Lexicon:
    """The lexicon that `to_bytes` wrote. The caller has checked the bytes' hash."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        words = _unpacked(arrays["words"])
        return Lexicon(
            dict(zip(words, _unpacked(arrays["written"]), strict=True)),
            dict(zip(words, arrays["counts"].tolist(), strict=True)),
            frozenset(_unpacked(arrays["usual"])),
            frozenset(_unpacked(arrays["french"])),
            dict(zip(_unpacked(arrays["compounds"]), _unpacked(arrays["hyphened"]), strict=True)),
            dict(zip(_unpacked(arrays["folded"]), _unpacked(arrays["accented"]), strict=True)),
            arrays["dictionary"],
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """What a lexicon is derived from, kept so that the next build need not read every text again.

    `apart` counts, for each compound of the texts, how often they write it in separate words.
    """

    forms: Forms
    apart: Mapping[str, int]

    def to_bytes(self) -> bytes:
        """One .npz archive, without pickled objects."""
        buffer = io.BytesIO()
        arrays: dict[str, Any] = {}
        for name in ("inside", "first", "shouted"):
            counter: Mapping[str, int] = getattr(self.forms, name)
            words = sorted(counter)
            arrays[name] = _packed(words)
            arrays[f"{name}_counts"] = np.array([counter[word] for word in words], np.int64)
        spaced = sorted(self.apart)
        np.savez(
            buffer,
            apart=_packed(spaced),
            apart_counts=np.array([self.apart[each] for each in spaced], np.int64),
            **arrays,
        )
        return buffer.getvalue()


def wording_from_bytes(data: bytes) -> Wording:
    """The wording that `to_bytes` wrote. The caller has checked the bytes' hash."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:

        def counter(name: str) -> Counter[str]:
            counts = arrays[f"{name}_counts"].tolist()
            return Counter(dict(zip(_unpacked(arrays[name]), counts, strict=True)))

        return Wording(Forms(counter("inside"), counter("first"), counter("shouted")), counter("apart"))


NO_WORDING = Wording(Forms(Counter(), Counter(), Counter()), {})


def update_lexicon(
    before: Wording, removed: Iterable[str], added: Iterable[str], texts: Callable[[], Iterable[str]]
) -> tuple[Wording, Lexicon]:
    """The lexicon when the texts `removed` are gone and the texts `added` have come: both may be gone
    through twice.

    `texts` gives all there are now: they are read only for compounds that were not known before.
    """
    found = before.forms.changed(spellings.forms(removed), spellings.forms(added))
    known = spellings.spellings(found)
    spaced = spellings.spaced_compounds(known)
    followed = spaced.keys() & before.apart.keys()
    gone, come = (spellings.written_apart(some, followed) for some in (removed, added))
    apart = {each: before.apart[each] - gone[each] + come[each] for each in followed}
    new = spaced.keys() - followed
    counted = spellings.written_apart(texts(), new) if new else Counter()
    apart |= {each: counted[each] for each in new}
    lexicon = Lexicon(
        {key: spelling.written for key, spelling in known.items()},
        {key: spelling.count for key, spelling in known.items()},
        frozenset(s for spelling in known.values() for s in spelling.usual),
        frozenset(s for spelling in known.values() for s in spelling.french),
        spellings.compounds(known, apart),
        {key: word for key, word in spellings.accented_words().items() if key not in known},
        _french_checksums(),
    )
    return Wording(found, apart), lexicon


def build_lexicon(texts: Sequence[str]) -> Lexicon:
    """The lexicon of some texts."""
    return update_lexicon(NO_WORDING, (), texts, lambda: texts)[1]


@lru_cache(maxsize=1)
def _french_checksums() -> NDArray[np.uint32]:
    return np.unique(np.array([crc32(word.encode()) for word in spellings.french_words()], np.uint32))


def _packed(words: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode("utf-8"), np.uint8)


def _unpacked(packed: NDArray[np.uint8]) -> list[str]:
    joined = packed.tobytes().decode("utf-8")
    return joined.split("\n") if joined else []
