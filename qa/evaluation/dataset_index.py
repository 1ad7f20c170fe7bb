"""An index of a question set's own texts, kept and used again. Asks nothing."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from index import generation
from index.build import BuildOptions, build
from index.embedding import Encoder
from index.errors import DamagedIndex, IncompatibleIndex, NoIndex
from index.progress import Progress
from qa.evaluation.beir import write_texts
from qa.evaluation.records import DatasetDocument


def home_of(home: Path, name: str, documents: Sequence[DatasetDocument], encoder: Encoder) -> Path:
    """Where the index of these documents lives below `home`.

    Another text, another set of documents, another format of the index or another model
    makes another place.
    """
    told = [generation.FORMAT, encoder.fingerprint, [[d.source, d.text] for d in documents]]
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
    readable = re.sub(r"[^\w-]+", "-", name)[:60]
    return home / "eval" / f"{readable}-{digest}"


def is_built(home: Path) -> bool:
    """A whole index stands in `home`, in the format that this version reads."""
    try:
        generation.verify(generation.current(home))
    except (NoIndex, DamagedIndex, IncompatibleIndex):
        return False
    return True


def build_dataset(
    home: Path, documents: Sequence[DatasetDocument], encoder: Encoder, progress: Progress
) -> None:
    """Writes the documents below `home` and indexes them there."""
    texts = home / "texts"
    shutil.rmtree(texts, ignore_errors=True)  # those of a run that was stopped halfway
    write_texts(documents, texts)
    build(texts, home, encoder, progress, BuildOptions(full=True, keep=1))
