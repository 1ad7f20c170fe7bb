"""One small run, its figures chosen so that every median and ratio can be told by heart."""

from __future__ import annotations

import pytest

from bench.peers.records import (
    AskRun,
    BuildRun,
    Ceiling,
    Counted,
    Results,
    ServiceRun,
    Setting,
    SystemRuns,
)


def system(name: str, seconds: float, *, encodes: bool, failed: str | None = None) -> SystemRuns:
    """Builds 10 passages in `seconds` and 2, 4 times that; a question takes as many tens of ms."""
    times = (seconds, 2 * seconds, 4 * seconds)
    return SystemRuns(
        name=name,
        versions={name: "1.0"},
        sample=Counted(20, 2000),
        encodings=times if encodes else (),
        builds=tuple(BuildRun(each, 100 * 2**20) for each in times),
        asks=tuple(
            AskRun(
                start=each,
                alone=(10 * each,) * 3,
                resident=200 * 2**20,
                peak=300 * 2**20,
                together=() if failed else (20 * each,) * 4,
                together_seconds=0.0 if failed else 0.1 * each,
                failed=failed,
            )
            for each in times
        ),
        ndcg=0.5,
        hit=0.25,
    )


@pytest.fixture
def results() -> Results:
    service = ServiceRun(
        start=0.5,
        alone=(5.0, 5.0, 5.0),
        stages={"encoding": (4.0, 4.0, 4.0)},
        together=(8.0, 8.0, 8.0, 8.0),
        together_seconds=0.02,
        resident=50 * 2**20,
        resident_after=60 * 2**20,
        peak=70 * 2**20,
    )
    shape = (384, 384)
    return Results(
        setting=Setting("2026-01-01", "a processor", 2, 2**34, "a set", 30, 7, 3, Counted(10, 1000)),
        systems=(
            system("sourcier", 1.0, encodes=True),
            system("sentence-transformers", 2.0, encodes=True),
            system("txtai", 4.0, encodes=False, failed="OSError: one thread only"),
        ),
        service=(service,),
        ceilings=(
            Ceiling("float32", 20, shape, 2, (30.0,)),
            Ceiling("float32", 20, None, 2, (20.0, 40.0)),
            Ceiling("float32", 20, None, 2, (50.0,)),
            Ceiling("float32", 150, None, 2, (100.0,)),
            Ceiling("int8", 150, None, 2, (400.0,)),
        ),
    )
