"""The indexes of all the passages, kept in var/peers from one run to the next. Times nothing.

A peer's is built again when the passages, the peer's module or its environment change; ours takes
over by itself what it can of the one before.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from bench.peers.material import Material, Passages
from bench.peers.processes import OURS, ROOT, VAR, System, done
from bench.peers.protocol import Job


def build_job(model: Path, folder: Path, passages: Passages, texts: Path) -> Job:
    """The job of building an index in `folder`."""
    return Job("build", str(model), str(folder), str(texts.absolute()), passages)


def kept_index(system: System, material: Material, model: Path, tell: Callable[[str], None]) -> Path:
    """The folder of the system's index of all the passages, built where need be. Raises PeerFailed."""
    folder = VAR / "indexes" / f"{system.name}-{_digest(system, material.passages, model)}"
    if system.name == OURS:
        tell(f"{system.name}: index of all the texts")
        done(system, build_job(model, folder, material.passages, material.texts))
    elif not folder.exists():
        tell(f"{system.name}: index of {len(material.passages)} passages")
        draft = folder.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        done(system, build_job(model, draft, material.passages, material.texts))
        draft.rename(folder)
    return folder


def _digest(system: System, passages: Passages, model: Path) -> str:
    """Of all that a peer's index depends on."""
    digest = hashlib.sha256(repr(passages).encode())
    if system.name != OURS:
        digest.update(model.name.encode())
        digest.update(system.module.read_bytes())
        digest.update((ROOT / "bench" / "peers" / "requirements" / f"{system.name}.txt").read_bytes())
    return digest.hexdigest()[:12]
