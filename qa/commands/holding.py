"""The engine that a long-running command answers from. Opens nothing before it is asked to."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from qa.config import Settings

if TYPE_CHECKING:
    # Loaded when a command runs: `sourcier --help` answers at once.
    from index.cross_encoder import Reranker
    from index.embedded import EmbeddedEngine
    from index.embedding import Encoder
    from qa.serving import EngineHolder


def holder_of(settings: Settings, encoder_of: Callable[[Settings], Encoder]) -> EngineHolder:
    """Holds the index of the settings; the models are loaded once, when an index is first opened."""
    from index.batching import BatchingEncoder
    from index.cross_encoder import load_reranker
    from index.opening import open_engine
    from qa.serving import EngineHolder

    @cache
    def models() -> tuple[Encoder, Reranker | None]:
        reranker = None if settings.reranker is None else load_reranker(settings.reranker)
        return BatchingEncoder(encoder_of(settings)), reranker

    def open_current() -> EmbeddedEngine:
        return open_engine(settings.home, *models())

    return EngineHolder(settings.home, open_current)
