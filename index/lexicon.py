"""How the texts write their words, kept with their index; questions are rewritten with it.

Built from the texts when they are indexed. Citations and texts are never touched.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from corpus.folding import fold
from index import spellings
from index.mending import mend


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
            compounds=_packed(self.compounds),
            hyphened=_packed(self.compounds.values()),
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
            {fold(word): word for word in _unpacked(arrays["accented"])},
            arrays["dictionary"],
        )


def build_lexicon(texts: Iterable[str]) -> Lexicon:
    """The lexicon of passages, titles and headings, each a text of its own."""
    read = list(texts)
    known = spellings.spellings(read)
    return Lexicon(
        {key: spelling.written for key, spelling in known.items()},
        {key: spelling.count for key, spelling in known.items()},
        frozenset(s for spelling in known.values() for s in spelling.usual),
        frozenset(s for spelling in known.values() for s in spelling.french),
        spellings.compounds(read, known),
        {key: word for key, word in spellings.accented_words().items() if key not in known},
        np.unique(np.array([crc32(word.encode()) for word in spellings.french_words()], np.uint32)),
    )


def _packed(words: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode("utf-8"), np.uint8)


def _unpacked(packed: NDArray[np.uint8]) -> list[str]:
    joined = packed.tobytes().decode("utf-8")
    return joined.split("\n") if joined else []
