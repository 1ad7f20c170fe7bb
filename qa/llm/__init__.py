"""An optional language model that writes from the passages, and may not invent."""

from __future__ import annotations

from qa.llm.records import Ending, Written
from qa.llm.writer import Writer

__all__ = ["Ending", "Writer", "Written"]
