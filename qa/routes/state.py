"""GET /v1/index and /v1/glossary."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request

from corpus.errors import SourcierError
from index.generation import kept
from index.pending import pending
from qa.config import Settings, texts_of
from qa.document_schemas import GlossaryOut
from qa.index_schemas import IndexStateOut, PendingOut
from qa.jobs import Jobs
from qa.replies import glossary_out
from qa.routes import CurrentEngine

router = APIRouter(tags=["état"])
# Seconds. Whoever polls this address must not have a folder of 100,000 files listed each time.
PENDING_EVERY = 2.0


@router.get("/v1/index")
def index_state(request: Request, engine: CurrentEngine) -> IndexStateOut:
    """La génération qui répond : quand, avec quel modèle, combien de documents, ce qui a changé depuis."""
    manifest = engine.manifest
    settings: Settings | None = request.app.state.settings
    texts = Path(manifest.texts) if settings is None else texts_of(settings)
    running = None if settings is None else Jobs(settings.home).under_way()
    return IndexStateOut(
        generation=manifest.generation,
        built_at=manifest.built_at,
        model=manifest.model,
        dimension=manifest.dimension,
        counts=dict(manifest.counts),
        age_s=round((datetime.now(UTC) - datetime.fromisoformat(manifest.built_at)).total_seconds(), 1),
        texts=str(texts),
        pending=None
        if settings is None
        else _pending(texts, settings.home, manifest.generation, int(time.monotonic() / PENDING_EVERY)),
        building=running.id if running else None,
        generations=[manifest.generation] if settings is None else [k.name for k in kept(settings.home)],
    )


@router.get("/v1/glossary")
def glossary(engine: CurrentEngine) -> GlossaryOut:
    """Les sigles que les textes développent, chacun avec les phrases qui le définissent."""
    return glossary_out(engine)


@lru_cache(maxsize=1)
def _pending(texts: Path, home: Path, _generation: str, _window: int) -> PendingOut | None:
    """What a build would do, looked at once a generation and a window of time."""
    try:
        found = pending(texts, home)
    except (SourcierError, OSError):  # a folder that may not be read, an index dropped meanwhile
        return None
    return PendingOut(
        added=len(found.added),
        changed=len(found.changed),
        removed=len(found.removed),
        renamed=len(found.renamed),
        unchanged=found.unchanged,
    )
