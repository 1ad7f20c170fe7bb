"""One complete index is one folder; `CURRENT` names the one served. Commits, keeps, rolls back.

A commit writes a new folder, syncs it, then replaces `CURRENT`: a reader sees the old index
or the new one, never a mixture. Does not know what the files mean.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from index import disk
from index.errors import DamagedIndex, IncompatibleIndex, UnusableHome
from index.lock import building
from index.manifest import FORMAT, Manifest, read_manifest, seal, verify, verify_whole, write_manifest
from index.pointer import (
    HELD,
    POINTER,
    SERVED,
    current,
    find,
    is_marked,
    is_served,
    mark,
    names,
    opened,
    serve,
    served_name,
)

# With the manifest and the pointer: who uses generations needs not know of three modules.
__all__ = [
    "DRAFT",
    "FORMAT",
    "Kept",
    "Manifest",
    "current",
    "discard",
    "find",
    "hold",
    "is_served",
    "kept",
    "new_draft",
    "opened",
    "prepare",
    "publish",
    "read_manifest",
    "retire",
    "rollback",
    "served_name",
    "sweep",
    "verify",
    "verify_whole",
]

# What a build that dies leaves beside the generations, to be swept by the next one.
DRAFT, _DROPPED = ".building-", ".dropped-"


@dataclass(frozen=True, slots=True)
class Kept:
    """One generation that is there. Without a `manifest`, `problem` says in French why."""

    name: str
    manifest: Manifest | None
    problem: str | None
    served: bool


def new_draft(home: Path) -> Path:
    """An empty folder for a build to write its files in; `prepare` makes it a generation."""
    # Beside the generations: a rename is atomic only within one filesystem.
    draft = home / "index" / f"{DRAFT}{secrets.token_hex(8)}"
    try:
        disk.make_folder(draft.parent)
        draft.mkdir()
    except OSError as error:
        raise UnusableHome.because(home, error) from None
    return draft


def discard(folder: Path) -> None:
    """Removes a draft that will not be committed, or a generation that will not be served."""
    if folder.name.startswith(DRAFT):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        _drop(folder)


def prepare(
    draft: Path,
    *,
    model: str,
    fingerprint: str,
    dimension: int,
    counts: Mapping[str, int],
    level: Mapping[str, float],
    vectors: Mapping[str, str | int | float],
    texts: Path,
) -> Manifest:
    """Makes a draft a generation, complete and durable, that is not served yet."""
    now = datetime.now(UTC)
    # To the microsecond: names sort by age, also those of two builds of one second.
    name = f"g-{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
    sealed = seal(draft)
    manifest = Manifest(
        generation=name,
        format=FORMAT,
        model=model,
        fingerprint=fingerprint,
        dimension=dimension,
        counts=dict(counts),
        level=dict(level),
        vectors=dict(vectors),
        texts=str(texts.absolute()),
        built_at=now.isoformat(timespec="seconds"),
        files=sealed.files,
        sizes=sealed.sizes,
    )
    write_manifest(draft, manifest)
    for path in sorted(draft.iterdir()):
        disk.sync(path)
    disk.sync(draft)
    disk.rename(draft, draft.parent / name)
    disk.sync(draft.parent)
    return manifest


def publish(home: Path, name: str, keep: int = 3) -> None:
    """Serves a generation that is there, durably, then drops old ones, `keep` in all being kept.

    Kept are the new one, the one served before it, then the newest. The caller holds the lock.
    """
    target, before = find(home, name), served_name(home)
    serve(target)
    retire(home, keep, name, *([before] if before else []))


def hold(home: Path, name: str, keep: int = 3) -> None:
    """Keeps a generation that is not to be served, to be looked at; only the last one held is kept."""
    mark(find(home, name), HELD)
    retire(home, keep)


def retire(home: Path, keep: int, *first: str) -> None:
    """Drops generations until `keep` are left: those named in `first`, in that order, then the newest;
    and beside them, of those that were held, the last.

    The one served is never dropped; nothing is, where it cannot be told. The caller holds the lock.
    """
    served = served_name(home)
    if served is None:
        return
    present = names(home)
    held = [n for n in present if n not in (*first, served) and _is_only_held(home / "index" / n)]
    order = dict.fromkeys([*first, served, *(name for name in present if name not in held)])
    for name in [*list(order)[keep:], *held[1:]]:
        if name != served:
            _drop(home / "index" / name)


def _is_only_held(folder: Path) -> bool:
    return is_marked(folder, HELD) and not is_marked(folder, SERVED)


def rollback(home: Path, name: str | None = None, fingerprint: str | None = None) -> Manifest:
    """Serves a generation that was kept; None is the one that was served before.

    It is verified first, and must be of the model of `fingerprint` where one is given. Raises
    UnknownGeneration, DamagedIndex, IncompatibleIndex, or BuildUnderWay: what was served stays.
    """
    # A build that ends meanwhile would drop what is being verified here.
    with building(home):
        target = find(home, name)
        manifest = verify_whole(target)
        if fingerprint not in (None, manifest.fingerprint):
            raise IncompatibleIndex(
                f"{target.name} a été construite avec le modèle {manifest.model} ({manifest.fingerprint}), "
                f"pas avec celui de la configuration ({fingerprint}) ; réglez SOURCIER_MODEL, ou lancez : "
                "sourcier build"
            )
        serve(target)
    return manifest


def sweep(home: Path) -> tuple[str, ...]:
    """Removes what dead builds left: drafts, temporary files, generations half dropped, or complete
    and never served nor held. Their names.

    The caller holds the lock.
    """
    folder = home / "index"
    if not folder.is_dir():
        return ()
    left = sorted(p for p in folder.iterdir() if p.name.startswith((DRAFT, POINTER, _DROPPED)))
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    orphans = [p for p in map(folder.joinpath, names(home)) if _is_orphan(home, p)]
    for path in orphans:
        _drop(path)
    return tuple(path.name for path in [*left, *orphans] if not path.exists())


def _drop(folder: Path) -> None:
    """Removes a generation. What cannot be removed now is no reason to fail: the next build tries again."""
    dropped = folder.parent / f"{_DROPPED}{folder.name}"
    with suppress(OSError):
        # Half removed it is no longer one, so it loses its name first, durably: removals may come
        # to the disk before a renaming (tests/faults/lost_writes.py).
        disk.rename(folder, dropped)
        disk.sync(folder.parent)
        shutil.rmtree(dropped)


def _is_orphan(home: Path, folder: Path) -> bool:
    """Whether a build of this version died between the generation's end and its being served."""
    if is_marked(folder, SERVED) or is_marked(folder, HELD):
        return False
    try:
        if is_served(home, folder.name):
            return False
        read_manifest(folder)
    except (DamagedIndex, IncompatibleIndex):
        return False  # older versions did not mark what they served; or nobody can tell what is
    return True


def kept(home: Path) -> list[Kept]:
    """Every generation that is there, newest first. Manifests are checked, files are not hashed."""
    served = served_name(home)
    found = []
    for name in names(home):
        folder = home / "index" / name
        try:
            found.append(Kept(name, read_manifest(folder), None, name == served))
        except (DamagedIndex, IncompatibleIndex) as error:
            # One that a build dropped since it was listed is not damaged: it is gone.
            if folder.is_dir():
                found.append(Kept(name, None, str(error), name == served))
    return found
