"""Sentences out of a model's stream, each with the citations it names. Checks nothing.

A sentence is given once it is complete, its `[n]` read, before or behind the full stop. However the
stream is cut into pieces, the sentences are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.sentences import split_sentences

# Text without an end of sentence is cut here, so that memory is bounded whatever is streamed.
LONGEST = 4000
# A quotation longer than this is cut like any prose: an opening guillemet may lack its pair.
_LONGEST_QUOTATION = 400
_NUMBERS = r"\d{1,4}(?:†[^\]】]{0,20})?(?:\s*[,;–-]\s*\d{1,4})*"
_MARKER = re.compile(rf"[\[【]\s*(?:\^|passages?\s+|source\s+)?({_NUMBERS})\s*[\]】]", re.IGNORECASE)
_STOP = re.compile(
    rf"[.!?…]+(?:[ \u00a0\u202f\u2009]?[»”\"*_)]+)*(?:\s*{_MARKER.pattern})*[.]?", re.IGNORECASE
)
# The opening of a marker, or what may become one.
_OPENED = re.compile(r"\s*[\[【][^\]】\n]{0,40}$")
_NEXT = re.compile(r"\s+(\S+)(?=\s)")
_THOUGHTS = tuple((f"<{name}>", f"</{name}>") for name in ("think", "thinking", "reasoning", "thought"))
_LONGEST_TAG = max(len(tag) for pair in _THOUGHTS for tag in pair)
_BLOCK = re.compile(r"^\s*(?:[-*•+–—]\s+|\d{1,2}[.)]\s+|#{1,6}\s+|>\s?)+")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
# Invisible, or turning the direction of the text.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|"
    "[\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as plain text, without its markers. `numbers`: the citations it names, as written.

    `parts`: the stretches of it that each end with markers, and the numbers of those.
    """

    text: str
    numbers: tuple[int, ...]
    parts: tuple[tuple[str, tuple[int, ...]], ...] = ()


class Sentences:
    """Takes pieces of text, gives claims."""

    def __init__(self) -> None:
        self._thoughts = _Thoughts()
        self._buffer = ""

    def feed(self, piece: str) -> Iterator[Claim]:
        """The sentences that this piece completes."""
        self._buffer += self._thoughts.feed(piece)
        yield from self._complete(final=False)

    def close(self) -> Iterator[Claim]:
        """The sentences left, once the model has said all."""
        self._buffer += self._thoughts.close()
        yield from self._complete(final=True)

    def _complete(self, *, final: bool) -> Iterator[Claim]:
        while self._buffer:
            full = len(self._buffer) >= LONGEST
            head = self._buffer[:LONGEST]
            end = _end(head, final=final or full)
            if end is None:
                if not (final or full):
                    return
                end = len(head)
            claim = claim_of(self._buffer[:end])
            self._buffer = self._buffer[end:]
            if claim is not None:
                yield claim


def claim_of(text: str) -> Claim | None:
    """A sentence of Markdown as a claim; None where it holds no word."""
    bare = _EMPHASIS.sub(r"\2", _BLOCK.sub("", _HIDDEN.sub("", text)))
    parts: list[tuple[str, tuple[int, ...]]] = []
    numbers: list[int] = []
    start = 0
    for match in _MARKER.finditer(bare):
        stretch, own = bare[start : match.start()], tuple(_numbers(match.group(1)))
        numbers += own
        if parts and not re.search(r"\w", stretch):
            parts[-1] = (parts[-1][0], (*parts[-1][1], *own))
        else:
            parts.append((_tidy(stretch), own))
        start = match.end()
    if re.search(r"\w", bare[start:]):
        parts.append((_tidy(bare[start:]), ()))
    plain = _tidy(_MARKER.sub(" ", bare))
    return Claim(plain, tuple(numbers), tuple(parts)) if re.search(r"\w", plain) else None


def _tidy(text: str) -> str:
    text = re.sub(r"[ \t\r\n]+", " ", text)
    text = re.sub(r" (?=[.,](?:\s|$))", "", text)
    return re.sub(r"([.!?…])\s*\.$", r"\1", text).strip()


def _numbers(written: str) -> Iterator[int]:
    """« 1, 2 » and « 1-3 »; a range that is none, or is too long, names a citation that is not given."""
    for each in re.split(r"\s*[,;]\s*", re.sub(r"†.*", "", written)):
        first, *last = (int(n) for n in re.split(r"\s*[–-]\s*", each))
        if last and not first <= last[0] <= first + 20:
            yield 0
        else:
            yield from range(first, (last or [first])[0] + 1)


def _end(text: str, *, final: bool) -> int | None:
    """Where the first sentence ends; None while that cannot be told.

    Told by what comes before, and by one whole word behind: never by where the stream was cut.
    """
    line = re.search(r"\n", text)
    limit = line.end() if line else len(text)
    for match in _STOP.finditer(text, 0, limit):
        end = match.end()
        rest = text[end:]
        if line is None and not final and (not rest.strip() or _OPENED.match(rest) or not _NEXT.match(rest)):
            if rest and not rest[0].isspace() and rest[0] not in '[【»”"*_).':
                continue  # "35.6", "S.A": no white space will come between
            return None
        if end < limit and not text[end].isspace():
            continue
        if _in_quotation(text[:end]):
            continue
        following = re.match(r"\s*(\S+)", text[end:limit])
        sentence = _MARKER.sub("", text[:end]).strip()
        if (
            following is None
            or len(split_sentences(f"{sentence} {_MARKER.sub('', following.group(1)) or 'Le'}")) > 1
        ):
            return end
    return limit if line else None


def _in_quotation(text: str) -> bool:
    opened = text.rfind("«")
    return opened > text.rfind("»") and len(text) - opened < _LONGEST_QUOTATION


class _Thoughts:
    """Leaves out what a reasoning model thinks aloud; a tag may come in pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._until: str | None = None

    def feed(self, piece: str) -> str:
        self._held += piece
        said = []
        while True:
            tags = [self._until] if self._until else [opening for opening, _ in _THOUGHTS]
            lowered = self._held.lower()
            places = [(lowered.find(tag), tag) for tag in tags if tag in lowered]
            if not places:
                break
            place, tag = min(places)
            said.append("" if self._until else self._held[:place])
            self._held = self._held[place + len(tag) :]
            self._until = None if self._until else dict(_THOUGHTS)[tag]
        # What may be the beginning of a tag waits for the rest.
        at = self._held.rfind("<", -_LONGEST_TAG)
        keep = at if at >= 0 and ">" not in self._held[at:] else len(self._held)
        shown, self._held = self._held[:keep], self._held[keep:]
        if not self._until:
            said.append(shown)
        return "".join(said)

    def close(self) -> str:
        rest, self._held = self._held, ""
        return "" if self._until else rest
