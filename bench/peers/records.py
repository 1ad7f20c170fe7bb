"""What one run of the bench found, as it is kept: every round of every system. Sums up nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """How much a system was given to encode: tokens with the prompt, at most 512 a passage."""

    passages: int
    tokens: int


@dataclass(frozen=True, slots=True)
class BuildRun:
    """One build of the sample, the model loaded: seconds, and the process's highest memory in bytes."""

    seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class AskRun:
    """One process that opened the saved index and answered.

    `start`: seconds from the start of the process to its first answer. `alone`: milliseconds of each
    question, one after another. `resident` and `peak`: bytes. `together`: milliseconds of each
    question from several threads, `together_seconds` for all; or why that `failed`.
    """

    start: float
    alone: tuple[float, ...]
    resident: int
    peak: int
    together: tuple[float, ...]
    together_seconds: float
    failed: str | None


@dataclass(frozen=True, slots=True)
class SystemRuns:
    """One system. `encodings`: seconds to run the model alone over the sample, where it can be told.
    `ndcg` and `hit`: nDCG@10 and hit@1 of its replies over all the passages.
    """

    name: str
    versions: dict[str, str]
    sample: Counted
    encodings: tuple[float, ...]
    builds: tuple[BuildRun, ...]
    asks: tuple[AskRun, ...]
    ndcg: float
    hit: float


@dataclass(frozen=True, slots=True)
class ServiceRun:
    """One `sourcier serve`. `start`: seconds from the command to the first answer. `alone` and
    `together`: milliseconds of each question, of one client and of sixteen at once, which took
    `together_seconds`. `stages`: milliseconds by stage of what `alone` asked, where the replies tell.
    `resident`: bytes after `alone`; `resident_after` after all; `peak` the highest.
    """

    start: float
    alone: tuple[float, ...]
    stages: dict[str, tuple[float, ...]]
    together: tuple[float, ...]
    together_seconds: float
    resident: int
    resident_after: int
    peak: int


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Matrix products of the encoder: `gflops` is one figure a repetition, `shape` (K, N) or None for
    all of them in the encoder's proportions.
    """

    kind: str
    rows: int
    shape: tuple[int, int] | None
    threads: int
    gflops: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the figures were taken on. `peers` counts what the peers are given of the sample."""

    date: str
    processor: str
    cores: int
    memory: int
    dataset: str
    passages: int
    questions: int
    rounds: int
    peers: Counted


@dataclass(frozen=True, slots=True)
class Results:
    """One run. `service`: this project over HTTP."""

    setting: Setting
    systems: tuple[SystemRuns, ...]
    service: tuple[ServiceRun, ...]
    ceilings: tuple[Ceiling, ...]
