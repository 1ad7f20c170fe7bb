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


CurrentEngine = Annotated[Engine, Depends(current_engine)]
