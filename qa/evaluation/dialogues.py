"""Conversations whose every turn has a known passage: read, played through an engine, measured.

A file holds one JSON object a line: {"id", "turns": [{"question", "kind", "source", "evidence"}]}.
`kind`: "first" opens, "follow" leans on what was said, "switch" changes the subject, so that
carrying the former one over would be wrong. A passage is right when it is of the source (of one
of them, where `source` is a list) and holds one of the strings of `evidence`, to the character.

Each turn is searched twice: as it stands, and as the conversation makes it. Decides nothing
about how a question is completed: see `qa.conversation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from index.engine import Engine
from qa.answer import Answer, ask
from qa.citing import Citation
from qa.conversation import Turn, searched
from qa.evaluation.question_file import check_ids, json_lines
from qa.evaluation.records import BadQuestions

Kind = Literal["first", "follow", "switch"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# The question to search with, from the last question and the turns before it.
Resolve = Callable[[Engine, str, Sequence[Turn]], str]
# What a request asks for by default: the answers that make up the history are those it is given.
_TOP_K = 5
# So many passages a reader looks at: a right one among them counts as found.
_FIRST = 3


@dataclass(frozen=True, slots=True)
class DialogueTurn:
    """A question of a conversation, and the words that tell its right passages."""

    question: str
    kind: Kind
    sources: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The questions of one person, in their order; the first is of the kind "first"."""

    id: str
    turns: tuple[DialogueTurn, ...]


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """What became of one turn, `place` counting from 1.

    `alone` is the rank of the first right passage when the question is searched as it stands,
    `resolved` when `searched` is; None when it is not among the first five.
    """

    dialogue: str
    place: int
    question: str
    kind: Kind
    searched: str
    alone: int | None
    resolved: int | None

    @property
    def altered(self) -> bool:
        """Another question was searched than the one asked."""
        return self.searched != self.question

    @property
    def missed(self) -> bool:
        """The right passage is not in the first three, whatever the last message alone finds."""
        return not _within(self.resolved, _FIRST)

    @property
    def harmed(self) -> bool:
        """The last message alone has the right passage in the first three; what is searched has not."""
        return self.missed and _within(self.alone, _FIRST)


@dataclass(frozen=True, slots=True)
class KindFigures:
    """How many turns of a kind, and of how many of them each of these holds."""

    kind: Kind
    turns: int
    alone_first: int
    alone_in_three: int
    resolved_first: int
    resolved_in_three: int
    altered: int
    harmed: int

    def share(self, count: int) -> float:
        """`count` in the turns of this kind, from 0 to 1; NaN when there is none."""
        return count / self.turns if self.turns else float("nan")


def load_dialogues(path: Path) -> list[Dialogue]:
    """The dialogues of a file. Raises BadQuestions, naming the line."""
    dialogues = []
    for number, row in json_lines(path):
        try:
            turns = tuple(_turn(turn) for turn in row["turns"])
            dialogues.append(Dialogue(str(row["id"]), turns))
        except (KeyError, TypeError, ValueError):
            raise BadQuestions(
                f"{path}, ligne {number} : un objet JSON avec id et turns est attendu, et pour chaque tour "
                f"question, kind ({', '.join(KINDS)}), source et evidence"
            ) from None
        if not turns or [turn.kind == "first" for turn in turns] != [True] + [False] * (len(turns) - 1):
            raise BadQuestions(
                f"{path}, ligne {number} : le premier tour, et lui seul, doit être du genre first"
            )
    check_ids(path, [dialogue.id for dialogue in dialogues])
    return dialogues


def play(engine: Engine, dialogues: Sequence[Dialogue], resolve: Resolve = searched) -> list[TurnOutcome]:
    """Every turn's outcome, dialogue after dialogue.

    The history of a turn is the questions before it and the answers that `engine` gave to them,
    right or wrong. Raises BadQuestions when the texts indexed are not those the dialogues quote.
    """
    for dialogue in dialogues:
        _check_quotations(engine, dialogue)
    return [outcome for dialogue in dialogues for outcome in _played(engine, dialogue, resolve)]


def figures(outcomes: Sequence[TurnOutcome]) -> tuple[KindFigures, ...]:
    """The figures of each kind, in the order of `KINDS`."""
    return tuple(_of_kind(kind, [o for o in outcomes if o.kind == kind]) for kind in KINDS)


def plain_text(answer: Answer) -> str:
    """What a person reads of an answer: its sentences without their numbers, or why there are none."""
    return answer.reason or "\n\n".join(sentence.quote.quote for sentence in answer.sentences)


def _turn(row: dict[str, Any]) -> DialogueTurn:
    """Raises KeyError, TypeError or ValueError when the row is not one."""
    question, kind, evidence = row["question"], row["kind"], row["evidence"]
    sources = [row["source"]] if isinstance(row["source"], str) else row["source"]
    if kind not in KINDS or not isinstance(question, str) or not question.strip():
        raise ValueError(kind)
    for strings in (sources, evidence):
        if not isinstance(strings, list) or not strings or not all(isinstance(s, str) and s for s in strings):
            raise TypeError(strings)
    return DialogueTurn(question.strip(), kind, tuple(sources), tuple(evidence))


def _check_quotations(engine: Engine, dialogue: Dialogue) -> None:
    for place, turn in enumerate(dialogue.turns, 1):
        documents = [engine.document(source) for source in turn.sources]
        texts = [document.text for document in documents if document is not None]
        for quote in turn.evidence:
            if not any(quote in text for text in texts):
                raise BadQuestions(
                    f"{dialogue.id}, tour {place} : « {quote} » n'est pas dans {', '.join(turn.sources)} ; "
                    "construisez l'index des textes que ces dialogues citent"
                )


def _played(engine: Engine, dialogue: Dialogue, resolve: Resolve) -> Iterator[TurnOutcome]:
    history: list[Turn] = []
    for place, turn in enumerate(dialogue.turns, 1):
        asked = resolve(engine, turn.question, tuple(history))
        answer = ask(engine, asked, _TOP_K)
        alone = answer if asked == turn.question else ask(engine, turn.question, _TOP_K)
        yield TurnOutcome(
            dialogue=dialogue.id,
            place=place,
            question=turn.question,
            kind=turn.kind,
            searched=asked,
            alone=_rank(alone.citations, turn),
            resolved=_rank(answer.citations, turn),
        )
        history += [Turn("user", turn.question), Turn("assistant", plain_text(answer))]


def _rank(citations: Sequence[Citation], turn: DialogueTurn) -> int | None:
    return next((citation.number for citation in citations if _is_right(citation, turn)), None)


def _is_right(citation: Citation, turn: DialogueTurn) -> bool:
    places = [(citation.source, citation.quote), *((also.document_id, also.quote) for also in citation.also)]
    return any(
        source in turn.sources and any(words in quote for words in turn.evidence) for source, quote in places
    )


def _of_kind(kind: Kind, outcomes: Sequence[TurnOutcome]) -> KindFigures:
    return KindFigures(
        kind=kind,
        turns=len(outcomes),
        alone_first=sum(_within(o.alone, 1) for o in outcomes),
        alone_in_three=sum(_within(o.alone, _FIRST) for o in outcomes),
        resolved_first=sum(_within(o.resolved, 1) for o in outcomes),
        resolved_in_three=sum(_within(o.resolved, _FIRST) for o in outcomes),
        altered=sum(o.altered for o in outcomes),
        harmed=sum(o.harmed for o in outcomes),
    )


def _within(rank: int | None, first: int) -> bool:
    return rank is not None and rank <= first
