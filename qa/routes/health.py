"""GET /health/live and /health/ready: for what starts, watches and stops the service."""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from qa.index_schemas import HealthOut, ReadyOut
from qa.problems import problem
from qa.routes import holder_of
from qa.serving import EngineHolder, Phase

router = APIRouter(prefix="/health", tags=["état"])
# A thread of their own: a service whose threads are all taken is busy, not unready.
_LOOKING = CapacityLimiter(1)


@router.get("/live")
async def live() -> HealthOut:
    """Le processus tourne."""
    return HealthOut(status="ok")


@router.get("/ready", response_model=ReadyOut)
async def ready(request: Request) -> ReadyOut | Response:
    """Un index est ouvert : les questions reçoivent des réponses. Sinon 503, qui dit pourquoi."""
    holder = holder_of(request)
    phase = holder.phase
    if phase is Phase.STARTING:
        return problem(503, "starting", "Démarrage", "l'index s'ouvre ; réessayez dans un instant")
    if phase is Phase.STOPPING:
        return problem(503, "stopping", "Arrêt", "le service s'arrête ; réessayez dans un instant")
    await to_thread.run_sync(_borrow, holder, limiter=_LOOKING)
    return ReadyOut(status="swapping" if phase is Phase.SWAPPING else "ok")


def _borrow(holder: EngineHolder) -> None:
    """Raises what stands in the way: no index, a damaged one, one of another model."""
    with holder.lease():
        pass
