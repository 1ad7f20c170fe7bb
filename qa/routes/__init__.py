"""The HTTP routes, one file a subject. Each takes a lease on the engine of the moment: all that
one reply says comes from one generation.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from index.engine import Engine
from qa.remembered import Remembered
from qa.serving import EngineHolder


def holder_of(request: Request) -> EngineHolder:
    """What holds the engine of this service."""
    holder: EngineHolder = request.app.state.holder
    return holder


async def current_engine(request: Request) -> AsyncIterator[Engine]:
    """The engine that answers this request, the same one from its start to its end."""
    holder = holder_of(request)
    with ExitStack() as stack:
        lease = holder.lease()
        # Without an engine at hand the lease waits for one: not where every request passes.
        if holder.is_open:
            yield stack.enter_context(lease)
        else:
            yield await run_in_threadpool(stack.enter_context, lease)


def refusal_threshold(request: Request) -> float:
    """The confidence below which this service refuses."""
    threshold: float = request.app.state.threshold
    return threshold


def remembering(request: Request) -> Callable[[str], None]:
    """What keeps a question that was asked: see `qa.remembered`."""
    remembered: Remembered | None = request.app.state.remembered
    return remembered.remember if remembered else lambda _: None


CurrentEngine = Annotated[Engine, Depends(current_engine)]
Threshold = Annotated[float, Depends(refusal_threshold)]
Remember = Annotated[Callable[[str], None], Depends(remembering)]
