"""Asks the same questions of two engines and tells their answers apart. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.engine import Engine
from qa.answer import Answer, CitedSentence, ask
from qa.citing import Citation
from qa.drift.records import ChangedAnswer, Drift, Fate, Kind, Reply
from qa.schemas import DEFAULT_TOP_K

if TYPE_CHECKING:
    from index.progress import Progress

STAGE = "épreuve"


def compare(
    old: Engine | None,
    new: Engine,
    questions: Sequence[str],
    threshold: float,
    progress: Progress = lambda *_: None,
) -> Drift:
    """Asks each question of both engines, refusing below the same confidence, 0 to 1.

    Two answers are the same when their sentences and the documents of these are: scores, places
    and numbers may differ. An answer has lost its source when the document of its first sentence
    is no more among the citations. A document is the same when its name is, or its bytes are.
    Calls progress("épreuve", done, total) after each question; what that raises passes through.
    """
    if old is None:
        return Drift(None, new.manifest.generation, 0, ())
    documents = _Documents(old, new)
    changed = []
    for done, question in enumerate(questions, 1):
        before = ask(old, question, DEFAULT_TOP_K, threshold=threshold)
        after = ask(new, question, DEFAULT_TOP_K, threshold=threshold)
        difference = _difference(question, before, after, documents)
        if difference is not None:
            changed.append(difference)
        progress(STAGE, done, len(questions))
    return Drift(old.manifest.generation, new.manifest.generation, len(questions), tuple(changed))


def _difference(question: str, before: Answer, after: Answer, documents: _Documents) -> ChangedAnswer | None:
    old, new = _reply(before), _reply(after)
    if old.source is None:
        return None if after.refused else ChangedAnswer(question, Kind.ANSWERED, old, new, None)
    if after.refused:
        kind = Kind.REFUSED
    elif not any(documents.are_same(old.source, cited) for cited in _cited(after)):
        kind = Kind.LOST_SOURCE
    elif not _is_same_said(_said(before), _said(after), documents):
        kind = Kind.CHANGED
    else:
        return None
    return ChangedAnswer(question, kind, old, new, documents.fate(old.source))


def _is_same_said(before: list[tuple[str, str]], after: list[tuple[str, str]], documents: _Documents) -> bool:
    return len(before) == len(after) and all(
        old_quote == new_quote and documents.are_same(old_source, new_source)
        for (old_source, old_quote), (new_source, new_quote) in zip(before, after, strict=True)
    )


def _reply(answer: Answer) -> Reply:
    source = None if answer.refused else _citation(answer, answer.sentences[0]).source
    return Reply(answer.text, source, answer.confidence)


def _said(answer: Answer) -> list[tuple[str, str]]:
    """Each sentence's document and words."""
    return [(_citation(answer, s).source, s.quote.quote) for s in answer.sentences]


def _citation(answer: Answer, sentence: CitedSentence) -> Citation:
    return answer.citations[sentence.number - 1]


def _cited(answer: Answer) -> set[str]:
    """The documents of the citations, those that say the same thing included."""
    also = {place.document_id for citation in answer.citations for place in citation.also}
    return also | {citation.source for citation in answer.citations}


class _Documents:
    """The documents of both indexes, told apart by name and bytes."""

    def __init__(self, old: Engine, new: Engine) -> None:
        self._before = {document.id: document.sha256 for document in old.documents()}
        self._after = {document.id: document.sha256 for document in new.documents()}
        self._left = frozenset(self._after.values())
        self._unread = frozenset(each.source for each in new.unread())

    def are_same(self, old: str, new: str) -> bool:
        """Whether a document of the new index is that of the old: edited, or renamed, or neither."""
        return old == new or self._before[old] == self._after[new]

    def fate(self, source: str) -> Fate:
        """What became of a document of the old index."""
        if self._after.get(source) == self._before[source]:
            return Fate.SAME
        if self._before[source] in self._left:
            return Fate.RENAMED
        if source in self._after:
            return Fate.CHANGED
        return Fate.UNREAD if source in self._unread else Fate.REMOVED
