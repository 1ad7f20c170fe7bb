"""What a language model's writing is made of, once checked. Holds it; checks nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that the passages support. `numbers`: the citations it rests on, one at least."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of what was written. `dropped`: sentences left out because nothing supports them.

    `failure`: why the model's text is missing or cut short, in French; None when it came to its end.
    """

    dropped: int = 0
    failure: str | None = None
