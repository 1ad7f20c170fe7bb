"""The HTTP routes, one file a subject. Each asks the holder for the engine of the moment."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from index.engine import Engine
from qa.serving import EngineHolder


def current_engine(request: Request) -> Engine:
    """The engine that answers this request, the same one from its start to its end."""
    holder: EngineHolder = request.app.state.holder
    return holder.engine()


def refusal_threshold(request: Request) -> float:
    """The confidence below which this service refuses."""
    threshold: float = request.app.state.threshold
    return threshold


CurrentEngine = Annotated[Engine, Depends(current_engine)]
Threshold = Annotated[float, Depends(refusal_threshold)]
