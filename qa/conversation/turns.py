"""What a conversation is made of. Holds it; reads nothing into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Turn:
    """One message before the last, as plain text: a question asked, or the answer it was given."""

    role: Literal["user", "assistant"]
    text: str
