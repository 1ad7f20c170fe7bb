"""One job of one system, in a process of the system's own environment. Measures the process's start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.peers.protocol import MARK, Job
from corpus.errors import SourcierError

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var" / "peers"
OURS = "sourcier"
# Everything is there already; a library that asks a hub for news would be timed doing so.
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False"}


class PeerFailed(SourcierError):
    """A system's process did not do its job."""


@dataclass(frozen=True, slots=True)
class System:
    """A system by name. `encodes`: its model can be run apart from the rest of a build."""

    name: str
    encodes: bool = False

    @property
    def module(self) -> Path:
        """The file that runs it."""
        return ROOT / "bench" / "peers" / f"{self.name.replace('-', '_')}_peer.py"

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return Path(sys.executable) if self.name == OURS else VAR / self.name / "bin" / "python"


SYSTEMS = (
    System(OURS, encodes=True),
    System("sentence-transformers", encodes=True),
    System("txtai"),
    System("llama-index"),
    System("haystack"),
)


def done(system: System, job: Job) -> dict[str, Any]:
    """The last reply of a job. Raises PeerFailed."""
    *_, (_, reply) = replies(system, job)
    return reply


def replies(system: System, job: Job) -> Iterator[tuple[float, dict[str, Any]]]:
    """Seconds from the start of the process to each reply, and the reply. Raises PeerFailed."""
    if not system.python.exists():
        raise PeerFailed(f"{system.name}: no environment; run make peers")
    VAR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        given, said = Path(folder, "job.json"), Path(folder, "stderr")
        given.write_text(json.dumps(asdict(job)), "utf-8")
        command = [str(system.python), "-m", f"bench.peers.{system.module.stem}", str(given)]
        started = time.perf_counter()
        with (
            said.open("wb") as errors,
            subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **_OFFLINE}, stdout=subprocess.PIPE, stderr=errors
            ) as process,
        ):
            for line in process.stdout or ():
                seconds = time.perf_counter() - started
                if line.startswith(MARK.encode()):
                    yield seconds, json.loads(line[len(MARK) :])
        if process.returncode:
            raise PeerFailed(f"{system.name}, {job.task}: {said.read_text(errors='replace')[-2000:]}")
