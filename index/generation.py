"""One complete index is one folder; `CURRENT` names the one served. Commits, opens, verifies.

A commit writes a new folder, syncs it, then replaces `CURRENT`: a reader sees the old index
or the new one, never a mixture. Does not know what the files mean.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.errors import DamagedIndex, IncompatibleIndex, NoIndex, UnusableHome

# Raised whenever the files of a generation change their meaning.
FORMAT = 4
MANIFEST = "manifest.json"
KEPT = 3
_NAME = re.compile(r"g-[0-9a-zA-Z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is. `files` maps each file's name to its sha256.

    `level` is the match of questions that this index cannot answer: see `calibration`.
    """

    generation: str
    format: int
    model: str
    fingerprint: str
    dimension: int
    counts: Mapping[str, int]
    level: Mapping[str, float]
    built_at: str
    files: Mapping[str, str]


def new_draft(home: Path) -> Path:
    """An empty folder for a build to write its files in; `commit` makes it a generation."""
    folder = home / "index"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Beside the generations: a rename is atomic only within one filesystem.
        return Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    except OSError as error:
        raise UnusableHome(
            f"l'index ne peut pas s'écrire dans {home} ({error.strerror}) ; indiquez un dossier avec --home"
        ) from None


def discard(draft: Path) -> None:
    """Removes a draft that will not be committed."""
    shutil.rmtree(draft, ignore_errors=True)


def commit(
    draft: Path,
    *,
    model: str,
    fingerprint: str,
    dimension: int,
    counts: Mapping[str, int],
    level: Mapping[str, float],
) -> Manifest:
    """Makes a draft the generation that is served, durably, and drops the oldest ones."""
    folder = draft.parent
    now = datetime.now(UTC)
    name = f"g-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    manifest = Manifest(
        generation=name,
        format=FORMAT,
        model=model,
        fingerprint=fingerprint,
        dimension=dimension,
        counts=dict(counts),
        level=dict(level),
        built_at=now.isoformat(timespec="seconds"),
        files={path.name: _sha256(path) for path in sorted(draft.iterdir())},
    )
    body = asdict(manifest)
    (draft / MANIFEST).write_text(
        json.dumps({**body, "sha256": _own_hash(body)}, ensure_ascii=False, indent=1), "utf-8"
    )
    for path in draft.iterdir():
        _sync(path)
    draft.chmod(0o755)
    _sync(draft)
    draft.rename(folder / name)
    _sync(folder)
    _replace_current(folder, name)
    _drop_old(folder, name)
    return manifest


def current(home: Path) -> Path:
    """The folder of the generation served. Raises NoIndex, or DamagedIndex."""
    pointer = home / "index" / "CURRENT"
    try:
        name = pointer.read_text("utf-8").strip()
    except FileNotFoundError:
        raise NoIndex("aucun index n'est construit ; lancez : sourcier build") from None
    except (OSError, UnicodeDecodeError):
        raise DamagedIndex("CURRENT est illisible ; lancez : sourcier build") from None
    if not _NAME.fullmatch(name) or not (home / "index" / name).is_dir():
        raise DamagedIndex("CURRENT ne nomme aucune génération présente ; lancez : sourcier build")
    return home / "index" / name


def verify(folder: Path) -> Manifest:
    """The manifest, once every file has the hash it names. Raises DamagedIndex or IncompatibleIndex."""
    manifest = _read_manifest(folder)
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise DamagedIndex(f"{folder.name}/{name} manque ; lancez : sourcier build")
        try:
            found = _sha256(path)
        except OSError as error:
            raise DamagedIndex(
                f"{folder.name}/{name} est illisible ({error.strerror}) ; lancez : sourcier build"
            ) from None
        if found != expected:
            raise DamagedIndex(
                f"{folder.name}/{name} : le sha256 n'est pas celui du manifeste ; lancez : sourcier build"
            )
    return manifest


def _read_manifest(folder: Path) -> Manifest:
    damaged = DamagedIndex(f"{folder.name}/{MANIFEST} est illisible ; lancez : sourcier build")
    try:
        body = json.loads((folder / MANIFEST).read_bytes())
        claimed = body.pop("sha256")
        if claimed != _own_hash(body):
            raise damaged
        if body["format"] != FORMAT:
            raise IncompatibleIndex(
                f"l'index est au format {body['format']}, cette version lit le format {FORMAT} ; "
                "lancez : sourcier build"
            )
        manifest = Manifest(**body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise damaged from None
    if manifest.generation != folder.name:
        raise DamagedIndex(
            f"{folder.name} porte le manifeste de {manifest.generation} ; lancez : sourcier build"
        )
    return manifest


def _replace_current(folder: Path, name: str) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=".current-", dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fchmod(file.fileno(), 0o644)
        os.fsync(file.fileno())
    Path(temporary).replace(folder / "CURRENT")
    _sync(folder)


def _drop_old(folder: Path, served: str) -> None:
    generations = sorted(p for p in folder.iterdir() if _NAME.fullmatch(p.name) and p.name != served)
    for old in generations[: max(0, len(generations) - (KEPT - 1))]:
        shutil.rmtree(old, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own_hash(body: Mapping[str, object]) -> str:
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
