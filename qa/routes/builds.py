"""POST /v1/index/build and /v1/index/rollback, and the jobs that builds are."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from corpus.errors import SourcierError
from index import generation
from index.errors import BuildUnderWay, DamagedIndex, IncompatibleIndex
from qa.builder import Builder, BuilderUnavailable
from qa.config import Settings
from qa.index_schemas import BuildIn, JobOut, RollbackIn, RollbackOut
from qa.jobs import Job, Jobs, JobUnderWay
from qa.keys import authorised
from qa.problems import documented, problem, status_of
from qa.routes import holder_of

router = APIRouter(prefix="/v1/index", tags=["index"])
_writes = [Depends(authorised)]


@router.post(
    "/build",
    status_code=202,
    response_model=JobOut,
    dependencies=_writes,
    responses=documented(401, 403, 409, 422, 503),
)
def build(request: Request, response: Response, body: BuildIn | None = None) -> JobOut | Response:
    """Reconstruit l'index dans un autre processus ; l'ancien répond jusqu'à ce que le nouveau soit prêt."""
    try:
        job = _builder(request).request("http", full=body is not None and body.full)
    except JobUnderWay as error:
        return _under_way(error, error.job)
    response.headers["Location"] = f"/v1/index/jobs/{job.id}"
    return JobOut.of(job)


@router.get("/jobs/{job_id}", responses=documented(404))
def job(request: Request, job_id: str) -> JobOut:
    """Où en est une construction, ou ce qu'elle a fait ; les dernières sont gardées."""
    return JobOut.of(_jobs(request).get(job_id))


@router.delete(
    "/jobs/{job_id}", status_code=202, dependencies=_writes, responses=documented(401, 403, 404, 409)
)
def cancel(request: Request, job_id: str) -> JobOut:
    """Annule une construction, sans laisser de trace ; elle s'arrête au pas suivant."""
    return JobOut.of(_jobs(request).cancel(job_id))


@router.post(
    "/rollback",
    response_model=RollbackOut,
    dependencies=_writes,
    responses=documented(401, 403, 404, 409, 422, 503),
)
def rollback(request: Request, body: RollbackIn | None = None) -> RollbackOut | Response:
    """Sert de nouveau une génération gardée, une fois vérifiée."""
    home = _settings(request).home
    previous = generation.served_name(home)
    try:
        served = generation.rollback(home, body.generation if body else None, _fingerprint(request))
    except BuildUnderWay as error:
        return _under_way(error, _jobs(request).under_way())
    except (DamagedIndex, IncompatibleIndex) as error:
        # The service answers as before: it is the generation asked for that cannot be served.
        _, kind, title = status_of(error)
        return problem(409, kind, title, str(error))
    # The process that was asked answers from it at once, the others within their next look.
    holder_of(request).follow()
    return RollbackOut(generation=served.generation, previous=previous)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _jobs(request: Request) -> Jobs:
    return Jobs(_settings(request).home)


def _builder(request: Request) -> Builder:
    builder: Builder | None = request.app.state.builder
    if builder is None:
        raise BuilderUnavailable("ce service ne construit pas d'index ; lancez : sourcier build")
    return builder


def _under_way(error: BuildUnderWay, running: Job | None) -> Response:
    status, kind, title = status_of(error)
    shown = JobOut.of(running).model_dump(mode="json") if running else None
    return problem(status, kind, title, str(error), job=shown)


def _fingerprint(request: Request) -> str | None:
    """That of this service's model, which an index that opens tells. Without one nothing is refused
    for its model here, so that a damaged index can be left behind."""
    try:
        with holder_of(request).lease() as engine:
            return engine.manifest.fingerprint
    except SourcierError:
        return None
