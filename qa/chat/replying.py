"""An answer becomes the pieces of a reply, in the order in which they are sent. Speaks no HTTP.

Citations are numbered anew, from 1 in the order in which the text uses them, so that the nth
source shown is `[n]` whatever was left out.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from anyio import to_thread

from index.engine import Engine
from qa.answer import Answer
from qa.chat.markdown import paragraph, refusal, sources
from qa.chat.notes import closing_notes, instead_note
from qa.citing import Citation
from qa.llm.records import Ending, Written

if TYPE_CHECKING:
    # Imported where a language model is set.
    from qa.llm.writer import Writer

_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to add to the reply, and the citations that it is the first to use."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Close:
    """The end of a reply. `citations`: those it used, in order; those nearest, when it is a refusal.

    `dropped` and `failure` are the language model's: see `qa.llm.records.Ending`.
    """

    citations: tuple[Citation, ...] = ()
    dropped: int = 0
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """How a reply shows what it rests on. `cards`: its reader gets a card for each `[n]` as well."""

    base_url: str
    cards: bool = False


Pieces = AsyncGenerator[Piece | Close, None]


async def said(text: str) -> Pieces:
    """A reply that is one text and rests on nothing."""
    yield Piece(text)
    yield Close()


async def plain_reply(answer: Answer, showing: Showing) -> Pieces:
    """The sentences of the texts and their sources, or the refusal."""
    for piece in await _plain(answer, showing, Ending()):
        yield piece


async def written_reply(
    writer: Writer, engine: Engine, question: str, answer: Answer, showing: Showing
) -> Pieces:
    """What a language model writes from the answer's passages, each sentence as soon as it is checked.

    The plain answer, said so, where nothing it wrote holds; a refusal is never put to it. Closing
    this closes the model's connection.
    """
    if answer.refused:
        async for piece in plain_reply(answer, showing):
            yield piece
        return
    numbering = _Numbering(answer.citations)
    ending, written = Ending(), False
    async with aclosing(writer.write(engine, question, answer)) as events:
        async for event in events:
            if isinstance(event, Ending):
                ending = event
                continue
            piece = _sentence(event, numbering, showing)
            # Sentences of one text, unlike those of the plain answer: they follow one another.
            yield replace(piece, text=f" {piece.text}") if written else piece
            written = True
    if not written:
        yield Piece(instead_note(ending.failure) + _BREAK)
        for plain_piece in await _plain(answer, showing, ending):
            yield plain_piece
        return
    yield Piece(_BREAK + sources(numbering.used, showing.base_url))
    if notes := closing_notes(ending.dropped, ending.failure):
        yield Piece(_BREAK + notes)
    yield Close(numbering.used, ending.dropped, ending.failure)


async def _plain(answer: Answer, showing: Showing, ending: Ending) -> list[Piece | Close]:
    # In a thread: whole passages are escaped, 0.3 ms during which no other request would pass.
    return await to_thread.run_sync(list, _plain_pieces(answer, showing, ending))


def _plain_pieces(answer: Answer, showing: Showing, ending: Ending) -> Iterator[Piece | Close]:
    if answer.refused:
        yield Piece(refusal(answer, showing.base_url))
        yield Close(answer.citations)
        return
    numbering = _Numbering(answer.citations)
    for sentence in answer.sentences:
        piece = _sentence(Written(sentence.quote.quote, (sentence.number,)), numbering, showing)
        yield replace(piece, text=piece.text + _BREAK)
    yield Piece(sources(numbering.used, showing.base_url))
    yield Close(numbering.used, ending.dropped, ending.failure)


def _sentence(written: Written, numbering: _Numbering, showing: Showing) -> Piece:
    numbers, new = numbering.cite(written.numbers)
    text = paragraph(written.text, numbers, numbering.used, showing.base_url, cards=showing.cards)
    return Piece(text, new)


class _Numbering:
    """Gives the citations of an answer their numbers in a reply."""

    def __init__(self, citations: Sequence[Citation]) -> None:
        self._found = {citation.number: citation for citation in citations}
        self._used: dict[int, Citation] = {}

    @property
    def used(self) -> tuple[Citation, ...]:
        """Those cited so far, the nth of which is number n."""
        return tuple(self._used.values())

    def cite(self, numbers: Sequence[int]) -> tuple[tuple[int, ...], tuple[Citation, ...]]:
        """The numbers in the reply of these of the answer, and the citations used for the first time."""
        new = []
        for number in numbers:
            if number not in self._used:
                self._used[number] = replace(self._found[number], number=len(self._used) + 1)
                new.append(self._used[number])
        return tuple(self._used[number].number for number in numbers), tuple(new)
