"""What a new index would change in the answers, told before it is served.

Read in the order of the work: `questions` (what is asked again), `records`, `comparing` (asked of
both indexes), `gating` (whether the new one may be served), `showing` (for people).
"""

from qa.drift.comparing import compare
from qa.drift.gating import Gate, gate
from qa.drift.records import ChangedAnswer, Drift, Fate, Kind, Reply
from qa.drift.showing import held_message, print_drift

__all__ = [
    "ChangedAnswer",
    "Drift",
    "Fate",
    "Gate",
    "Kind",
    "Reply",
    "compare",
    "gate",
    "held_message",
    "print_drift",
]
