"""GET /v1/index, /v1/glossary and the two health checks."""

from __future__ import annotations

from fastapi import APIRouter

from qa.replies import glossary_out
from qa.routes import CurrentEngine
from qa.schemas import GlossaryOut, HealthOut, IndexOut

router = APIRouter(tags=["état"])


@router.get("/v1/index")
def index_state(engine: CurrentEngine) -> IndexOut:
    """La génération qui répond : quand, avec quel modèle, combien de documents."""
    manifest = engine.manifest
    return IndexOut(
        generation=manifest.generation,
        built_at=manifest.built_at,
        model=manifest.model,
        dimension=manifest.dimension,
        counts=dict(manifest.counts),
    )


@router.get("/v1/glossary")
def glossary(engine: CurrentEngine) -> GlossaryOut:
    """Les sigles que les textes développent, chacun avec les phrases qui le définissent."""
    return glossary_out(engine)


@router.get("/health/live")
async def live() -> HealthOut:
    """Le processus tourne."""
    return HealthOut(status="ok")


@router.get("/health/ready")
def ready(_: CurrentEngine) -> HealthOut:
    """Un index est ouvert : les questions reçoivent des réponses. 503 sinon."""
    return HealthOut(status="ok")
