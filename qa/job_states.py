"""The words that jobs and the contract share: what becomes of a build, and who asks for it.

Keeps no job. Loads nothing, so that a client of the service may read its replies: see `jobs`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Reason = Literal["http", "terminal", "watch", "texts"]


class State(StrEnum):
    """What becomes of a job: the last three are for good."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
