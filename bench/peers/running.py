"""Runs every system over one material, in rounds, one system after another. Shows nothing.

In each round every system builds the sample, then answers from an index of all the passages; so what
else the machine does falls on all alike.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.peers.kept import build_job
from bench.peers.material import Material, counted, judged, read_by_model
from bench.peers.processes import OURS, VAR, System, done, replies
from bench.peers.protocol import Job
from bench.peers.records import AskRun, BuildRun, Counted, SystemRuns
from bench.serving import WARM_UP
from qa.config import Settings

# Of the questions after the warm-up, the share asked one after another; the others come at once.
_ALONE = 0.6


@dataclass(slots=True)
class _Gathered:
    """What the rounds of one system gave so far."""

    versions: dict[str, str] = field(default_factory=dict)
    encodings: list[float] = field(default_factory=list)
    builds: list[BuildRun] = field(default_factory=list)
    asks: list[AskRun] = field(default_factory=list)
    sample: Counted | None = None
    found: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Running:
    """One run. `asked` questions are put to each system; `tell` hears what is being done."""

    def __init__(
        self, material: Material, model: Path, settings: Settings, asked: int, tell: Callable[[str], None]
    ) -> None:
        self._material, self._model, self._settings, self._tell = material, model, settings, tell
        self._asked = material.questions[:asked]
        self._gathered: dict[str, _Gathered] = {}

    def round(self, system: System, folder: Path) -> None:
        """One build of the sample, and one process that answers from the index in `folder`."""
        gathered = self._gathered.setdefault(system.name, _Gathered())
        sample, texts = self._material.sample, self._material.sample_texts
        self._tell(f"{system.name}: {len(sample)} passages encoded, saved")
        with tempfile.TemporaryDirectory(dir=VAR) as built:
            job = build_job(self._model, Path(built), sample, texts)
            if system.encodes:
                encoded = done(system, replace(job, task="encode"))
                gathered.encodings.append(encoded["seconds"])
            reply = done(system, job)
            gathered.sample = gathered.sample or self._read(system, Path(built))
        gathered.versions = reply["versions"]
        gathered.builds.append(BuildRun(reply["seconds"], reply["memory"]["peak"]))
        self._tell(f"{system.name}: {len(self._asked)} questions")
        self._ask(system, folder, gathered)

    def results(self) -> Iterator[SystemRuns]:
        """What the rounds gave, system by system."""
        for name, gathered in self._gathered.items():
            ndcg, hit = judged(self._asked, gathered.found)
            yield SystemRuns(
                name=name,
                versions=gathered.versions,
                sample=gathered.sample or Counted(0, 0),
                encodings=tuple(gathered.encodings),
                builds=tuple(gathered.builds),
                asks=tuple(gathered.asks),
                ndcg=ndcg,
                hit=hit,
            )

    def _ask(self, system: System, folder: Path, gathered: _Gathered) -> None:
        questions = tuple(asked.text for asked in self._asked)
        warm_up, rest = questions[:WARM_UP], questions[WARM_UP:]
        alone, together = rest[: round(_ALONE * len(rest))], rest[round(_ALONE * len(rest)) :]
        job = Job("ask", str(self._model), str(folder), warm_up=warm_up, alone=alone, together=together)
        (start, _), (_, reply) = replies(system, job)
        gathered.found = reply["found"]
        gathered.asks.append(_ask_run(start, reply))

    def _read(self, system: System, built: Path) -> Counted:
        """What the system's model read of the sample: ours has cut the texts its own way."""
        if system.name == OURS:
            texts = [text for _, _, text in read_by_model(built, self._settings)]
        else:
            texts = [text for _, text in self._material.sample]
        return counted(texts, self._model)


def _ask_run(start: float, reply: Mapping[str, Any]) -> AskRun:
    together = reply["together"]
    return AskRun(
        start=start,
        alone=tuple(reply["milliseconds"]),
        resident=reply["memory"]["resident"],
        peak=reply["memory"]["peak"],
        together=tuple(together.get("milliseconds", ())),
        together_seconds=together.get("seconds", 0.0),
        failed=reply["failed"],
    )
