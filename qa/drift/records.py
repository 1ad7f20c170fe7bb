"""What flows through a comparison of two indexes. Asks nothing.

An answer that changed may be better or worse: only a person can tell. A regression is what can
be told: an answer that became a refusal, or that lost the document it was taken from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How an answer changed; where two hold, the first."""

    REFUSED = "refused"
    LOST_SOURCE = "lost_source"
    CHANGED = "changed"
    ANSWERED = "answered"


REGRESSIONS = (Kind.REFUSED, Kind.LOST_SOURCE)


class Fate(StrEnum):
    """What became of the document that an old answer was taken from."""

    SAME = "same"
    CHANGED = "changed"
    RENAMED = "renamed"
    UNREAD = "unread"  # still in the folder, but it could not be read
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in short: its text and the document of its first sentence, both None where refused."""

    text: str | None
    source: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question whose answer changed. `fate` is that of `old.source`, None where there was none."""

    question: str
    kind: Kind
    old: Reply
    new: Reply
    fate: Fate | None


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of the answers to `questions` questions from the generation `old` to `new`.

    `old` is None where there was nothing to compare with; no question was then asked.
    """

    old: str | None
    new: str
    questions: int
    changed: tuple[ChangedAnswer, ...]

    @property
    def unchanged(self) -> int:
        """How many answers are the same."""
        return self.questions - len(self.changed)

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many answers changed in each way."""
        found = Counter(each.kind for each in self.changed)
        return {kind: found[kind] for kind in Kind}

    @property
    def regressions(self) -> int:
        """How many answers became a refusal or lost their source."""
        return sum(self.counts[kind] for kind in REGRESSIONS)

    @property
    def share(self) -> float:
        """The share of the questions, 0 to 1, that are regressions."""
        return self.regressions / self.questions if self.questions else 0.0

    def passes(self, limit: float | None) -> bool:
        """Whether the share of regressions is at most the limit, 0 to 1; None allows all."""
        return limit is None or self.share <= limit

    def as_dict(self, *, answers: bool = True) -> dict[str, Any]:
        """The figures, and each changed answer before and after, as plain data.

        `answers=False`: the figures alone, for readers to whom the questions are not addressed.
        """
        figures = {
            "old": self.old,
            "new": self.new,
            "questions": self.questions,
            "unchanged": self.unchanged,
            **{kind.value: count for kind, count in self.counts.items()},
            "regressions": self.regressions,
            "share": round(self.share, 4),
        }
        return {**figures, "answers": [asdict(each) for each in self.changed]} if answers else figures
