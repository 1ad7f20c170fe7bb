"""What the tests of generations share: small ones to commit. What their files hold means nothing."""

from __future__ import annotations

from pathlib import Path

from index import disk, generation
from index.generation import Manifest

LEVEL = {"cosine": 0.8, "late": 0.25}


def prepare(home: Path, content: bytes = b"abc", fingerprint: str = "f") -> Manifest:
    """A generation of two files, complete and not served."""
    draft = generation.new_draft(home)
    try:
        disk.write_bytes(draft / "data.bin", content)
        disk.write_bytes(draft / "more.bin", content * 2)
        return generation.prepare(
            draft,
            model="m",
            fingerprint=fingerprint,
            dimension=3,
            counts={"passages": 1},
            level=LEVEL,
            vectors={},
            texts=home / "textes",
        )
    finally:
        generation.discard(draft)


def commit(home: Path, content: bytes = b"abc", keep: int = 3, fingerprint: str = "f") -> Manifest:
    """A generation of two files, served."""
    made = prepare(home, content, fingerprint)
    generation.publish(home, made.generation, keep)
    return made


def folder_of(home: Path, made: Manifest) -> Path:
    """Where its files are."""
    return home / "index" / made.generation


def names(home: Path) -> list[str]:
    """The generations that are kept, newest first."""
    return [each.name for each in generation.kept(home)]
