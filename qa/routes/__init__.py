"""The HTTP routes, one file a subject. Each takes a lease on the engine of the moment: all that
one reply says comes from one generation. What computes does so in a thread: the event loop, where
every request passes, is never held.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from typing import Annotated

from anyio import CancelScope
from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from index.engine import Engine
from qa.remembered import Remembered
from qa.schemas import AskOut, SearchOut
from qa.serving import EngineHolder


def holder_of(request: Request) -> EngineHolder:
    """What holds the engine of this service."""
    holder: EngineHolder = request.app.state.holder
    return holder


async def current_engine(request: Request) -> AsyncIterator[Engine]:
    """The engine that answers this request, the same one from its start to its end."""
    holder = holder_of(request)
    stack = ExitStack()
    lease = holder.lease()
    # Without an engine at hand the lease waits for one: not where every request passes.
    if holder.is_open:
        engine = stack.enter_context(lease)
    else:
        engine = await run_in_threadpool(stack.enter_context, lease)
    try:
        yield engine
    finally:
        if holder.lends(engine):
            stack.close()
        else:  # the last to give a replaced engine back closes it, which frees all its arrays
            with CancelScope(shield=True):
                await run_in_threadpool(stack.close)


async def answered(request: Request, work: Callable[[Engine], AskOut | SearchOut]) -> Response:
    """What `work` makes of the engine of the moment. All of it in one thread, the JSON too.

    `Server-Timing` (W3C) says the stages to whoever looks with a browser or a proxy.
    """
    holder = holder_of(request)

    def run() -> Response:
        with holder.lease() as engine:
            reply = work(engine)
        stages = {**reply.stages_ms, "total": reply.took_ms}
        timing = ", ".join(f"{stage};dur={milliseconds}" for stage, milliseconds in stages.items())
        return Response(
            reply.__pydantic_serializer__.to_json(reply), 200, {"Server-Timing": timing}, "application/json"
        )

    return await run_in_threadpool(run)


# Asynchronous, though nothing is waited for: FastAPI puts a plain function in a thread.
async def refusal_threshold(request: Request) -> float:
    """The confidence below which this service refuses."""
    threshold: float = request.app.state.threshold
    return threshold


async def remembering(request: Request) -> Callable[[str], None]:
    """What keeps a question that was asked: see `qa.remembered`."""
    remembered: Remembered | None = request.app.state.remembered
    return remembered.remember if remembered else lambda _: None


CurrentEngine = Annotated[Engine, Depends(current_engine)]
Threshold = Annotated[float, Depends(refusal_threshold)]
Remember = Annotated[Callable[[str], None], Depends(remembering)]
